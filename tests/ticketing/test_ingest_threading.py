"""The rules of threading end to end, over real mail and the real database."""

from datetime import timedelta

import msgspec
import pytest

from connectors.events import SenderId
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT, MAIL
from ticketing.amendments import TicketChange
from ticketing.starting import NewConversation

HOUR = timedelta(hours=1)
EVE = "Eve <eve@y.example>"


@pytest.fixture(autouse=True, params=["joined", "alone"])
def reading(request, house):
    """What a draft's keys name, by one command where the database takes it, or by one each."""
    house.mongo.joins_reads = request.param == "joined"


async def test_a_reply_by_reference_joins(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="r1@x.example", refs=["root@x.example"], subject="Re: Zip"))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2
    assert (await house.messages())[1].threaded_by.startswith("reference")


async def test_a_stranger_who_names_the_root_gets_a_thread_of_their_own(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="e1@y", sender=EVE, refs=["root@x.example"]))
    await house.mail_in(a_mail(id="e2@y", sender=EVE, refs=["root@x.example", "e1@y"]))
    await house.mail_in(a_mail(id="r1@x", refs=["root@x.example"]))
    ana, eve = await house.tickets()
    assert (ana.contact_name, ana.message_count) == ("Ana", 2)
    assert (eve.contact_name, eve.message_count) == ("Eve", 2)


async def test_somebody_in_copy_may_join(house):
    await house.mail_in(a_mail(extra="Cc: Eve <eve@y.example>"))
    await house.mail_in(a_mail(id="e1@y", sender=EVE, refs=["root@x.example"]))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2


async def test_a_stranger_with_a_ticket_number_neither_joins_nor_learns(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="e1@y", sender=EVE, subject="Re: [#1] let me in"))
    ana, eve = await house.tickets()
    assert (ana.message_count, eve.message_count) == (1, 1)
    assert eve.suggested_ticket_id is None


async def test_a_participant_with_a_ticket_number_joins(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="n@x", subject="About [#1]"))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2


async def test_our_token_in_the_address_leads_home(house):
    await house.mail_in(a_mail())
    address = house.tokens.ticket_address("support@halden.example", MAIL, 1)
    await house.mail_in(a_mail(id="n@x", subject="New words", to=address))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2
    assert "token" in (await house.messages())[1].threaded_by


async def test_our_token_in_a_message_id_leads_home(house):
    await house.mail_in(a_mail())
    ours = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    await house.mail_in(a_mail(id="n@x", refs=[ours]))
    assert [ticket.message_count for ticket in await house.tickets()] == [2]


async def test_a_forged_token_is_no_token(house):
    await house.mail_in(a_mail())
    address = house.tokens.ticket_address("support@halden.example", MAIL, 1)
    forged = address.replace("+t1", "+t1").replace(address[-30], "0", 1)
    forged = address[: address.index("@") - 4] + "0000" + address[address.index("@") :]
    await house.mail_in(a_mail(id="e@y", sender=EVE, to=forged))
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1]


async def test_a_token_of_one_inbox_is_worthless_in_another(house):
    await house.events_in(CHAT, said())
    address = house.tokens.ticket_address("support@halden.example", CHAT, 1)
    await house.mail_in(a_mail(sender=EVE, to=address))
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1]


async def test_a_reply_before_its_parent_ends_in_one_ticket(house):
    """Ana's colleague answers all; the answer overtakes Ana's mail."""
    early = a_mail(id="e1@y", sender=EVE, refs=["root@x.example"], extra="Cc: Ana <ana@x.example>")
    await house.mail_in(early)
    await house.mail_in(a_mail(extra="Cc: Eve <eve@y.example>"))
    await house.mail_in(a_mail(id="r1@x.example", refs=["root@x.example", "e1@y"]))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 3


async def test_an_own_reply_before_its_parent(house):
    await house.mail_in(a_mail(id="r1@x.example", refs=["root@x.example"]))
    await house.mail_in(a_mail())
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2


async def solve(house, mira, at, number=1):
    ticket = await house.ticket(number)
    await house.commands.change_ticket(mira, ticket.id, TicketChange(status="solved"), at)


async def test_a_solved_ticket_reopens_within_its_time(house, mira):
    await house.mail_in(a_mail(), at=NOW)
    await solve(house, mira, NOW + HOUR)
    late = "Sun, 01 Mar 2026 12:00:00 +0000"
    await house.mail_in(a_mail(id="r@x", refs=["root@x.example"], date=late), at=NOW + 2 * HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.status, ticket.open, ticket.solved_at) == ("open", True, None)
    changes = [c for e in await house.events.for_ticket(ticket.id) for c in e.changes]
    assert ("status", "solved", "open") in [(c.field, c.before, c.after) for c in changes]


async def test_long_after_a_follow_up_begins(house, mira):
    await house.mail_in(a_mail(), at=NOW)
    await solve(house, mira, NOW + HOUR)
    for n, day in ((1, 20), (2, 21)):
        mail = a_mail(id=f"r{n}@x", refs=["root@x.example"], date=f"{day} Mar 2026 12:00:00 +0000")
        await house.mail_in(mail, at=NOW + timedelta(days=day - 1))
    old, new = await house.tickets()
    assert (old.status, old.message_count) == ("solved", 1)
    assert (new.follow_up_of, new.message_count, new.status) == (old.id, 2, "new")


async def test_a_chat_after_a_closed_ticket_begins_a_follow_up(house, mira):
    await house.events_in(CHAT, said(id="1"))
    ticket = await house.ticket()
    await house.commands.change_ticket(mira, ticket.id, TicketChange(status="closed"), NOW + HOUR)
    for n in (2, 3):
        await house.events_in(CHAT, said(id=str(n), at=NOW + n * HOUR))
    old, new = await house.tickets()
    assert (old.message_count, new.message_count) == (1, 2)
    assert new.follow_up_of == old.id


async def test_what_was_said_before_the_solving_does_not_reopen(house, mira):
    await house.events_in(CHAT, said(id="1"))
    await solve(house, mira, NOW + 2 * HOUR)
    await house.events_in(CHAT, said("late", id="2", at=NOW + HOUR), at=NOW + 3 * HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.status, ticket.message_count) == ("solved", 2)


async def test_robots_are_kept_but_move_nothing(house, mira):
    await house.mail_in(a_mail(), at=NOW)
    await solve(house, mira, NOW + HOUR)
    robot = a_mail(
        id="auto@x",
        refs=["root@x.example"],
        subject="Out of office",
        extra="Auto-Submitted: auto-replied",
        date="Sun, 01 Mar 2026 12:00:00 +0000",
    )
    await house.mail_in(robot, at=NOW + 2 * HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.status, ticket.waiting_since, ticket.message_count) == ("solved", None, 2)
    assert (await house.messages())[1].mail.auto_reply


async def test_our_own_mail_that_comes_round_is_a_machine_s(house, mira):
    await house.mail_in(a_mail(), at=NOW)
    await solve(house, mira, NOW + HOUR)
    own = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    forged = own.replace("t1", "t2", 1)
    round_trip = a_mail(id=own, refs=["root@x.example"], date="Sun, 01 Mar 2026 12:00:00 +0000")
    await house.mail_in(round_trip, at=NOW + 2 * HOUR)
    (ticket,) = await house.tickets()
    assert ticket.status == "solved"
    assert (await house.messages())[1].mail.auto_reply == "own-message-id"
    await house.mail_in(a_mail(id=forged, refs=["root@x.example"], text="More"), at=NOW + 2 * HOUR)
    marks = {one.mail.message_id: one.mail.auto_reply for one in await house.messages()}
    assert marks[forged] == ""


async def test_a_bounce_fails_the_original_and_stays_in_its_ticket(house):
    await house.mail_in(a_mail())
    sent = "01jd2n3p4q5r6s7t8v9wxyz"
    ours = house.tokens.message_id("support@halden.example", MAIL, 1, sent)
    bounce = (
        "From: MAILER-DAEMON@far.example\r\nTo: support@halden.example\r\n"
        "Message-ID: <dsn@far.example>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; far.example\r\n\r\n"
        "Final-Recipient: rfc822; ana@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\n"
        "From: support@halden.example\r\nTo: ana@x.example\r\n\r\n--b--\r\n"
    )
    await house.mail_in(bounce.encode())
    (ticket,) = await house.tickets()
    assert (ticket.message_count, ticket.status) == (2, "new")
    ((_, receipt),) = house.receipts.told
    assert (receipt.native_id, receipt.state) == (sent, "failed")
    assert "5.1.1" in receipt.reason
    assert await house.collections.contacts.raw.count_documents({}) == 1


async def test_a_merged_ticket_sends_its_followers_on(house, mira):
    await house.events_in(CHAT, said(id="1", thread="a", sender="1"))
    await house.events_in(CHAT, said(id="2", thread="b", sender="2"))
    one, two = await house.tickets()
    await house.join(mira, one.id, two.id, NOW + HOUR)
    await house.events_in(CHAT, said("more", id="3", thread="a", sender="1", at=NOW + 2 * HOUR))
    one, two = await house.tickets()
    assert (one.merged_into, one.open, one.status) == (two.id, False, "closed")
    assert two.message_count == 3
    assert {m.ticket_id for m in await house.messages()} == {two.id}


async def test_a_merge_racing_ingest_loses_nothing(house, mira):
    """The merge commits between ingest's reading and writing: ingest runs anew and follows."""
    await house.events_in(CHAT, said(id="1", thread="a", sender="1"))
    await house.events_in(CHAT, said(id="2", thread="b", sender="2"))
    one, two = await house.tickets()
    prefetch, merged = house.ingest.store.prefetch, []

    async def merge_meanwhile(session, units, book):
        await prefetch(session, units, book)
        if not merged:
            merged.append(True)
            await house.join(mira, one.id, two.id, NOW + HOUR)

    house.ingest.store.prefetch = merge_meanwhile
    await house.events_in(CHAT, said("more", id="3", thread="a", sender="1", at=NOW + 2 * HOUR))
    _, two = await house.tickets()
    assert two.message_count == 3
    assert {m.ticket_id for m in await house.messages()} == {two.id}


async def test_a_message_speaks_for_its_follow_up_even_in_one_batch(house, mira):
    await house.events_in(CHAT, said(id="1"))
    await solve(house, mira, NOW + HOUR)
    at = NOW + timedelta(days=40)
    await house.events_in(CHAT, said(id="2", at=at), said(id="3", at=at + HOUR))
    old, new = await house.tickets()
    assert (old.message_count, new.message_count) == (1, 2)


async def test_the_same_person_on_another_channel_is_suggested_or_joined(house):
    both = (SenderId(family="tel", value="+4712"), SenderId(family="mailto", value="ana@x.example"))
    await house.mail_in(a_mail())
    await house.events_in(CHAT, said(id="1", thread="t1", senders=both))
    mail, chat = await house.tickets()
    assert (chat.contact_id, chat.suggested_ticket_id) == (mail.contact_id, mail.id)
    house.set_inbox("inbox-sms", continuity="join")
    await house.events_in("inbox-sms", said(id="2", thread="t2", senders=both, at=NOW + HOUR))
    mail, chat = await house.tickets()
    joined = [t for t in (mail, chat) if "inbox-sms" in t.inbox_ids]
    assert len(joined) == 1
    assert joined[0].channels[-1] == "sms"


async def test_a_chat_visitor_who_claims_an_address_gets_nobodys_history(house):
    claim = (
        SenderId(family="webchat", value="v1"),
        SenderId(family="mailto", value="ana@x.example"),
    )
    house.set_inbox(CHAT, continuity="join")
    await house.mail_in(a_mail())
    await house.events_in(CHAT, said(id="1", senders=claim))
    mail, chat = await house.tickets()
    assert mail.contact_id != chat.contact_id
    assert chat.suggested_ticket_id is None


async def test_an_agent_writing_from_their_own_mailbox_answers_the_ticket(house):
    await house.mail_in(a_mail())
    answer = a_mail(
        id="m1@halden",
        sender="Mira <mira@halden.example>",
        to="ana@x.example, support@halden.example",
        refs=["root@x.example"],
        date="Sun, 01 Mar 2026 11:00:00 +0000",
    )
    await house.mail_in(answer, at=NOW + HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.message_count, ticket.in_count, ticket.waiting_since) == (2, 1, None)
    assert (await house.messages())[1].direction == "out"


async def test_the_answer_to_a_conversation_that_we_began_comes_home(house, mira):
    wish = NewConversation(
        inbox_id="inbox-sms",
        recipient=SenderId(family="tel", value="+4712"),
        subject="Your order",
        key="k1",
    )
    begun = await house.starter.start(mira, wish, NOW)
    again = await house.starter.start(mira, wish, NOW)
    assert again.ticket.id == begun.ticket.id
    who = (SenderId(family="tel", value="+4712"),)
    for n in (1, 2):
        await house.events_in(
            "inbox-sms", said(id=str(n), thread="+1/+4712", senders=who, at=NOW + n * HOUR)
        )
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2
    conversation = await house.collections.conversations.find_one({})
    assert conversation.thread_key == "+1/+4712"


async def test_group_chats_keep_one_ticket_for_several_people(house):
    for n, who in enumerate(("1", "2", "1")):
        await house.events_in(CHAT, said(id=str(n), thread="group", sender=who, at=NOW + n * HOUR))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 3
    assert len({m.author.id for m in await house.messages()}) == 2


async def test_one_batch_of_mails_threads_like_single_ones(house):
    await house.put(MAIL, a_mail())
    await house.put(MAIL, a_mail(id="r1@x", refs=["root@x.example"]))
    await house.put(MAIL, a_mail(id="r2@x", refs=["root@x.example", "r1@x"]))
    await house.put(MAIL, a_mail(id="e@y", sender=EVE, refs=["r2@x"]))
    await house.drain(MAIL)
    assert [ticket.message_count for ticket in await house.tickets()] == [3, 1]


def test_the_structs_survive_their_own_round_trip():
    assert msgspec.json.decode(msgspec.json.encode(said()), type=type(said())) == said()


def a_report_on(message_id):
    """A bounce that claims to speak of this mail."""
    return (
        "From: MAILER-DAEMON@far.example\r\nTo: support@halden.example\r\n"
        "Message-ID: <dsn@far.example>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Final-Recipient: rfc822; ana@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n"
        "\r\n--b--\r\n"
    ).encode()


async def test_a_report_on_a_mail_that_we_never_sent_joins_and_fails_nothing(house):
    """Whoever saw Ana's Message-ID, or guesses the name of a message, proves nothing by it."""
    await house.mail_in(a_mail())
    (message,) = await house.messages()
    forged = house.tokens.message_id("support@halden.example", MAIL, 1, message.id)
    forged = forged.replace("t1", "t2", 1)
    for n, named in enumerate(("root@x.example", message.id, forged)):
        await house.mail_in(a_report_on(named).replace(b"<dsn@", f"<dsn{n}@".encode()))
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1, 1, 1]
    assert house.receipts.told == []


async def test_a_mail_that_only_claims_to_be_ours_answers_nothing(house):
    """Anybody can write our address into From; without a thread of ours it stops no clock."""
    await house.mail_in(a_mail())
    (before,) = await house.tickets()
    forged = a_mail(
        id="spoof@evil.example",
        sender="Halden <support@halden.example>",
        to="ana@x.example, support@halden.example",
        subject="Re: [#1] pay here",
        date="Sun, 01 Mar 2026 11:00:00 +0000",
    )
    await house.mail_in(forged, at=NOW + HOUR)
    after = await house.ticket(1)
    assert after.waiting_since == before.waiting_since == NOW
    assert after.last_out_at is None
    assert "sender-unproven" in (await house.messages())[1].warnings


async def test_a_reply_to_one_of_ourselves_goes_to_who_wrote(house):
    await house.mail_in(
        a_mail(extra="Reply-To: Support <SUPPORT+x@halden.example>, Ana <ana@home.example>")
    )
    await house.mail_in(
        a_mail(id="e@y", sender=EVE, extra="Reply-To: support@halden.example", text="Mine too.")
    )
    found = await house.collections.conversations.find({}, limit=10)
    assert {one.recipient for one in found} == {"mailto:ana@home.example", "mailto:eve@y.example"}
