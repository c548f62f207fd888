"""Followers, mentions, snooze and checklists as they change a ticket."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from normalizer.model import AgentId, MessageId
from tests.ticketing.builders import a_ticket
from ticketing import facts
from ticketing.amendments import TicketChange, amended
from ticketing.errors import Invalid, NotFound, Refused
from ticketing.facts import AUDIENCE, WOKE
from ticketing.permissions import Viewer
from ticketing.redaction import told, told_changes
from ticketing.work import checklist
from ticketing.work.checklist import MAX_ITEMS, ItemChange
from ticketing.work.followers import (
    MAX_FOLLOWERS,
    MAX_MENTIONED,
    followed,
    mention_read,
    mentioned,
    named_in,
    plain,
    unfollowed,
)
from ticketing.work.snooze import UNTIL_THEY_WRITE, awake, due, snoozed

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MIRA, JUN = AgentId("mira"), AgentId("jun")


def test_following_twice_is_following_once() -> None:
    ticket = followed(a_ticket(), [MIRA, JUN, MIRA])
    assert ticket.followers == (MIRA, JUN)
    assert followed(ticket, [JUN]) is ticket
    assert unfollowed(ticket, [MIRA]).followers == (JUN,)
    assert unfollowed(ticket, [AgentId("lena")]) is ticket


def test_a_ticket_has_a_bounded_number_of_followers() -> None:
    ticket = followed(a_ticket(), [AgentId(str(n)) for n in range(MAX_FOLLOWERS)])
    with pytest.raises(Refused):
        followed(ticket, [MIRA])


def test_a_note_names_agents_by_their_marks() -> None:
    text = "@[Mira Okafor](agent:mira) ask @[Jun (Park)](agent:jun), not @[x](agent:a b) @mira"
    assert named_in(text) == (MIRA, JUN)
    assert plain(text) == "@Mira Okafor ask @Jun (Park), not @[x](agent:a b) @mira"


def test_too_many_mentions_drop_the_oldest_unread() -> None:
    ticket = mentioned(a_ticket(), [AgentId(str(n)) for n in range(MAX_MENTIONED)])
    ticket = mentioned(ticket, [AgentId("1"), MIRA])
    assert ticket.mentioned[-2:] == ("1", MIRA)
    assert "0" not in ticket.mentioned
    assert len(ticket.mentioned) == MAX_MENTIONED
    assert MIRA not in mention_read(ticket, MIRA).mentioned
    assert mention_read(ticket, AgentId("lena")) is ticket


def test_a_snoozed_ticket_is_due_at_its_time_and_not_before() -> None:
    until = NOW + timedelta(hours=3)
    ticket = snoozed(a_ticket(), until, MIRA, NOW)
    assert (ticket.snoozed_until, ticket.snoozed_by) == (until, MIRA)
    assert not due(ticket, until - timedelta(milliseconds=1))
    assert due(ticket, until)
    assert awake(ticket) == a_ticket()
    forever = snoozed(a_ticket(), None, MIRA, NOW)
    assert forever.snoozed_until == UNTIL_THEY_WRITE
    assert not due(forever, NOW + timedelta(days=3650))


def test_what_is_solved_sleeps_no_more() -> None:
    ticket = snoozed(a_ticket(status="open"), None, MIRA, NOW)
    solved = amended(ticket, TicketChange(status="solved"), NOW)
    assert (solved.status, solved.snoozed_until, solved.snoozed_by) == ("solved", None, "")
    waiting = amended(ticket, TicketChange(status="waiting"), NOW)
    assert waiting.snoozed_until == UNTIL_THEY_WRITE


def test_what_cannot_be_snoozed_says_why() -> None:
    for until in (NOW, NOW - timedelta(1), NOW + timedelta(days=400)):
        with pytest.raises(Invalid):
            snoozed(a_ticket(), until, MIRA, NOW)
    with pytest.raises(Refused):
        snoozed(replace(a_ticket(), status="solved", open=False), None, MIRA, NOW)


def test_a_checklist_is_added_to_ticked_moved_and_removed() -> None:
    ticket = a_ticket()
    for position, id in enumerate(("a", "b", "c")):
        ticket = checklist.with_item(ticket, id, f"step {id}", None)
        assert len(ticket.checklist) == position + 1
    assert checklist.with_item(ticket, "a", "again", 0) is ticket
    ticked = checklist.with_change(ticket, "b", ItemChange(done=True), MIRA, NOW)
    assert [(item.done_by, item.done_at) for item in ticked.checklist] == [
        ("", None),
        (MIRA, NOW),
        ("", None),
    ]
    again = checklist.with_change(ticked, "b", ItemChange(done=True), JUN, NOW + timedelta(1))
    assert again is ticked
    moved = checklist.with_change(ticked, "c", ItemChange(position=0), MIRA, NOW)
    assert [item.id for item in moved.checklist] == ["c", "a", "b"]
    assert [item.id for item in checklist.without_item(moved, "a").checklist] == ["c", "b"]
    with pytest.raises(NotFound):
        checklist.without_item(moved, "z")
    with pytest.raises(Invalid):
        checklist.with_change(moved, "a", ItemChange(text=" "), MIRA, NOW)


def test_a_checklist_has_an_end() -> None:
    ticket = a_ticket()
    for number in range(MAX_ITEMS):
        ticket = checklist.with_item(ticket, str(number), "x", None)
    with pytest.raises(Refused):
        checklist.with_item(ticket, "more", "x", None)


def test_history_tells_of_items_and_not_of_their_order() -> None:
    before = checklist.with_item(a_ticket(), "a", "call", None)
    after = checklist.with_change(before, "a", ItemChange(done=True), MIRA, NOW)
    told = checklist.told(before, after)
    assert [(one.before, one.after) for one in told] == [("[ ] call", "[x] call")]
    assert checklist.told(after, after) == ()


def test_news_of_a_followed_ticket_says_who_follows() -> None:
    ticket = replace(a_ticket(), followers=(MIRA, JUN))
    made = facts.fact("message.received", ticket, cause="m", actor=facts.SYSTEM, at=NOW)
    assert [(one.field, one.after) for one in made.changes] == [(AUDIENCE, "mira,jun")]
    alone = facts.fact("message.received", a_ticket(), cause="m", actor=facts.SYSTEM, at=NOW)
    assert alone.changes == ()


def test_who_put_it_to_sleep_hears_that_an_open_one_woke() -> None:
    ticket = replace(a_ticket(), snoozed_until=NOW, snoozed_by=MIRA)
    assert [(one.field, one.after) for one in facts.woken(ticket)] == [(WOKE, MIRA)]
    assert facts.woken(replace(ticket, open=False)) == ()


def test_who_follows_is_hidden_with_the_field_also_from_events() -> None:
    ticket = replace(a_ticket(), followers=(MIRA,))
    id = MessageId("m")
    made = facts.fact(
        "message.received", ticket, cause=id, actor=facts.SYSTEM, at=NOW, message_id=id
    )
    rules = {"followers": "hidden"}
    seen = Viewer(agent_id=JUN, name="Jun", role="x", inbox_ids=None, field_rules=rules)
    assert told(seen, made) == replace(made, changes=())
    assert told_changes(seen, made.changes) == ()
