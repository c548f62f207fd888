from datetime import timedelta

from tests.ticketing.builders import NOW, a_conversation, a_ticket, an_inbox
from ticketing.threading import Evidence, Place, decide

ANA, EVE = "mailto:ana@x.example", "mailto:eve@y.example"


def place(number=1, what="<root@x>"):
    ticket = a_ticket(id=f"ticket-{number}", number=number)
    conversation = a_conversation(id=f"conversation-{number}", ticket_id=ticket.id)
    return Place(ticket=ticket, conversation=conversation, participants=frozenset({ANA}), what=what)


def evidence(sender=ANA, **found):
    return Evidence(mail=True, sender_keys=frozenset({sender}), said=NOW, **found)


def test_the_token_goes_before_everything_else():
    found = evidence(token=place(1, "address"), references=[place(2)], thread=place(3))
    decision = decide(found, an_inbox())
    assert (decision.rule, decision.ticket_id) == ("token", "ticket-1")


def test_the_newest_plausible_reference_decides():
    decision = decide(evidence(references=[place(2), place(1)]), an_inbox())
    assert (decision.rule, decision.ticket_id) == ("reference", "ticket-2")


def test_a_stranger_joins_neither_by_reference_nor_number_nor_thread_key():
    found = evidence(EVE, references=[place(1)], hook=place(1, "#1"), thread=place(1))
    decision = decide(found, an_inbox())
    assert (decision.rule, decision.ticket_id) == ("new", None)
    assert "took no part" in decision.why


def test_a_participant_joins_by_number():
    decision = decide(evidence(hook=place(4, "#4")), an_inbox())
    assert (decision.rule, decision.ticket_id) == ("subject", "ticket-4")


def test_a_token_lets_a_newcomer_in_with_a_warning():
    decision = decide(evidence(EVE, token=place(1, "address")), an_inbox())
    assert decision.ticket_id == "ticket-1"
    assert decision.warnings == ("sender-new-to-ticket",)


def test_a_chat_thread_needs_no_participants():
    found = Evidence(mail=False, sender_keys=frozenset({EVE}), said=NOW, thread=place(1))
    assert decide(found, an_inbox()).rule == "thread"


def test_continuity_off_suggest_join():
    elsewhere = [a_ticket(id="ticket-9", activity_at=NOW - timedelta(hours=2))]
    found = evidence(elsewhere=elsewhere)
    assert decide(found, an_inbox(continuity="off")).suggested_ticket_id is None
    suggest = decide(found, an_inbox(continuity="suggest"))
    assert (suggest.rule, suggest.suggested_ticket_id) == ("new", "ticket-9")
    join = decide(found, an_inbox(continuity="join", join_within_h=3))
    assert (join.rule, join.ticket_id, join.conversation_id) == ("continuity", "ticket-9", None)
    late = decide(found, an_inbox(continuity="join", join_within_h=1))
    assert (late.rule, late.suggested_ticket_id) == ("new", "ticket-9")


def test_a_bounce_goes_to_what_it_reports_on():
    found = evidence("mailto:mailer-daemon@x", bounced=place(6), token=place(1))
    assert decide(found, an_inbox()).ticket_id == "ticket-6"


def test_a_doubted_sender_needs_more_than_a_number():
    found = evidence(hook=place(4, "#4"), elsewhere=[a_ticket(id="ticket-9")], doubted=True)
    decision = decide(found, an_inbox(continuity="join"))
    assert (decision.rule, decision.ticket_id, decision.suggested_ticket_id) == ("new", None, None)
    assert "may well not be by who it says" in decision.why


def test_a_token_or_a_message_of_the_thread_outweighs_doubt():
    for found in ({"token": place(1, "address")}, {"references": [place(1)]}):
        assert decide(evidence(doubted=True, **found), an_inbox()).ticket_id == "ticket-1"
