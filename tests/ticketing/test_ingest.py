import asyncio
import random
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connectors.events import (
    Doorbell,
    MessageDeleted,
    MessageEdited,
    ReactionChanged,
    ReceiptReported,
    ReplyHandle,
    SenderId,
)
from storage.ids import utc_now
from storage.journal import partition_of
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT, MAIL
from ticketing.ingest import drain

HOUR = timedelta(hours=1)


async def test_a_first_message_becomes_a_ticket(house):
    assert await house.events_in(CHAT, said("My tent leaks")) == 1
    (ticket,) = await house.tickets()
    (message,) = await house.messages()
    assert (ticket.number, ticket.status, ticket.open) == (1, "new", True)
    assert (ticket.subject, ticket.contact_name) == ("My tent leaks", "Ana")
    assert (ticket.message_count, ticket.in_count, ticket.waiting_since) == (1, 1, NOW)
    assert (message.ticket_id, message.direction) == (ticket.id, "in")
    assert message.threaded_by.startswith("new")
    stored = await house.events.for_ticket(ticket.id)
    assert {event.kind for event in stored} == {"ticket.created", "message.received"}
    assert {event.id for event in house.offered} == {event.id for event in stored}
    assert (await house.journal.counts()).pending == 0


async def test_the_second_message_of_a_thread_joins_and_counts(house):
    await house.events_in(CHAT, said("One", id="1"))
    await house.events_in(CHAT, said("Two", id="2", at=NOW + HOUR))
    (ticket,) = await house.tickets()
    assert (ticket.message_count, ticket.version, ticket.snippet) == (2, 2, "Two")
    assert ticket.waiting_since == NOW
    assert ticket.last_in_at == NOW + HOUR


async def test_a_batch_behaves_like_its_messages_alone(house):
    for n in range(6):
        await house.put(
            CHAT,
            msgspec.json.encode([said(f"m{n}", id=str(n), thread=f"t{n % 2}", sender=f"{n % 2}")]),
        )
    assert await house.drain(CHAT) == 6
    tickets = await house.tickets()
    assert [ticket.message_count for ticket in tickets] == [3, 3]
    assert [ticket.version for ticket in tickets] == [1, 1]


async def test_delivered_twice_is_stored_once(house):
    await house.events_in(CHAT, said(id="1"), said(id="1"))
    await house.events_in(CHAT, said(id="1"))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 1
    assert len(await house.messages()) == 1
    assert (await house.journal.counts()).pending == 0


async def test_the_same_id_in_two_inboxes_is_two_messages(house):
    await house.events_in(CHAT, said(id="1"))
    await house.events_in("inbox-sms", said(id="1"))
    assert len(await house.messages()) == 2


async def test_two_workers_make_one_ticket_of_concurrent_first_messages(house):
    """Both read before either wrote: the loser runs anew and joins the winner."""
    for n in range(8):
        await house.put(CHAT, msgspec.json.encode([said(f"m{n}", id=str(n))]))
    partition = partition_of(CHAT)
    await asyncio.gather(*(house.an_ingest().drain(partition) for _ in range(4)))
    (ticket,) = await house.tickets()
    assert ticket.message_count == 8
    assert len(await house.messages()) == 8
    assert await house.collections.contacts.raw.count_documents({}) == 1


async def test_one_person_in_two_inboxes_at_once_is_one_contact(house):
    await house.put(CHAT, msgspec.json.encode([said(id="1")]))
    await house.put("inbox-sms", msgspec.json.encode([said(id="2")]))
    await asyncio.gather(house.drain(CHAT), house.an_ingest().drain(partition_of("inbox-sms")))
    assert await house.collections.contacts.raw.count_documents({}) == 1


async def test_a_poisonous_record_stands_alone_and_fails_alone(house, monkeypatch):
    write = house.ingest.store.write

    def refuse_poison(writes, book):
        if any(message.text == "poison" for message in book.inserted.values()):
            raise ValueError("cannot be stored")
        write(writes, book)

    monkeypatch.setattr(house.ingest.store, "write", refuse_poison)
    ids = []
    for n in range(9):
        text = "poison" if n == 4 else f"good {n}"
        body = msgspec.json.encode([said(text, id=str(n), thread=f"t{n}", sender=f"{n}")])
        ids.append(await house.put(CHAT, body))
    await house.drain(CHAT)
    assert len(await house.messages()) == 8
    assert [ticket.number for ticket in await house.tickets()] == sorted(
        ticket.number for ticket in await house.tickets()
    )
    poison = await house.journal.get(ids[4])
    assert (poison.state, poison.attempts) == ("pending", 1)
    assert "ValueError" in poison.reason


async def test_what_cannot_be_parsed_is_quarantined_and_its_neighbours_are_not(house):
    await house.put(CHAT, b"{not json")
    await house.events_in(CHAT, said())
    assert len(await house.messages()) == 1
    (record,) = await house.journal.quarantined(None, 10)
    assert "array" in record.reason


async def test_a_replay_after_the_fix_stores_it(house):
    await house.events_in(CHAT, said("first", id="1"))
    bad = await house.put(CHAT, b"{not json")
    await house.drain(CHAT)
    line = house.lines[CHAT]

    class Fixed(type(line.connector)):
        def parse(self, request):
            return super().parse(
                msgspec.structs.replace(request, body=msgspec.json.encode([said("late", id="2")]))
            )

    house.lines[CHAT] = msgspec.structs.replace(line, connector=Fixed())
    assert await house.journal.replay([bad]) == 1
    await house.drain(CHAT)
    assert [m.text for m in await house.messages()] == ["first", "late"]
    assert (await house.journal.counts()).quarantined == 0


async def test_a_record_of_an_unknown_inbox_is_quarantined(house):
    await house.put("inbox-gone", b"[]")
    await house.drain("inbox-gone")
    (record,) = await house.journal.quarantined(None, 10)
    assert "not configured" in record.reason


async def test_text_that_no_database_takes_is_made_safe(house):
    body = msgspec.json.encode([said("a\x00b")]).replace(b"Hello", b"")
    await house.put(CHAT, body)
    await house.drain(CHAT)
    (message,) = await house.messages()
    assert message.text == "ab"


async def test_a_clock_ahead_is_held_back(house):
    await house.events_in(CHAT, said(at=NOW + 48 * HOUR), at=NOW)
    (message,) = await house.messages()
    assert message.occurred_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_arrival_ends_in_the_same_ticket(house, seed):
    events = [said(f"m{n}", id=str(n), at=NOW + n * HOUR) for n in range(5)]
    random.Random(seed).shuffle(events)
    for event in events:
        await house.events_in(CHAT, event, at=NOW + 6 * HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.waiting_since, ticket.last_in_at) == (NOW, NOW + 4 * HOUR)
    assert (ticket.snippet, ticket.message_count) == ("m4", 5)


async def test_an_edit_before_its_message_waits_for_it(house):
    edit = MessageEdited(dedupe_id="e1", native_id="1", occurred_at=NOW + HOUR, text="Better")
    await house.events_in(CHAT, edit)
    assert await house.ingest.store.parked.find({}, limit=10)
    await house.events_in(CHAT, said("Worse", id="1"))
    (message,) = await house.messages()
    assert (message.text, message.edited_at) == ("Better", NOW + HOUR)
    assert await house.ingest.store.parked.find({}, limit=10) == []


async def test_an_edit_in_the_same_batch_before_its_message(house):
    edit = MessageEdited(dedupe_id="e1", native_id="1", occurred_at=NOW + HOUR, text="Better")
    await house.put(CHAT, msgspec.json.encode([edit]))
    await house.put(CHAT, msgspec.json.encode([said("Worse", id="1")]))
    await house.drain(CHAT)
    (message,) = await house.messages()
    assert message.text == "Better"
    assert await house.ingest.store.parked.find({}, limit=10) == []


async def test_edits_apply_by_their_time_not_their_arrival(house):
    await house.events_in(CHAT, said("One", id="1"))
    for n in (3, 2):
        edit = MessageEdited(
            dedupe_id=f"e{n}", native_id="1", occurred_at=NOW + n * HOUR, text=f"v{n}"
        )
        await house.events_in(CHAT, edit)
        await house.events_in(CHAT, edit)
    (message,) = await house.messages()
    assert message.text == "v3"
    earlier = [(one.text, one.at) for one in message.earlier]
    assert earlier == [("One", NOW), ("v2", NOW + 2 * HOUR)]


async def test_a_deletion_takes_the_words_and_is_final(house):
    await house.events_in(CHAT, said("Secret", id="1"))
    first = MessageEdited(dedupe_id="e0", native_id="1", occurred_at=NOW + HOUR / 2, text="Secrets")
    await house.events_in(CHAT, first)
    gone = MessageDeleted(dedupe_id="d1", native_id="1", occurred_at=NOW + HOUR)
    late = MessageEdited(dedupe_id="e1", native_id="1", occurred_at=NOW + 2 * HOUR, text="Again")
    await house.events_in(CHAT, gone)
    await house.events_in(CHAT, late)
    (message,) = await house.messages()
    assert (message.text, message.deleted_at) == ("", NOW + HOUR)
    assert message.earlier == ()


async def test_a_reaction_taken_back_stays_away(house):
    await house.events_in(CHAT, said(id="1"))
    who = (SenderId(family="telegram", value="7"),)

    def react(n, emoji):
        return ReactionChanged(
            dedupe_id=f"r{n}", native_id="1", occurred_at=NOW + n * HOUR, senders=who, emoji=emoji
        )

    await house.events_in(CHAT, react(1, "👍"))
    await house.events_in(CHAT, react(3, ""))
    await house.events_in(CHAT, react(2, "❤"))
    (message,) = await house.messages()
    assert [r.emoji for r in message.reactions if r.emoji] == []


async def test_parked_changes_expire(house):
    edit = MessageEdited(dedupe_id="e1", native_id="1", occurred_at=NOW, text="x")
    await house.events_in(CHAT, edit, at=NOW)
    parked = await house.mongo.db["parked_changes"].find_one({"key": f"{CHAT}|1"})
    assert parked["expires_at"] == NOW + timedelta(days=7)
    indexes = await house.mongo.db["parked_changes"].index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0


async def test_receipts_go_to_outbound_in_the_transaction(house):
    receipt = ReceiptReported(dedupe_id="r", native_id="out-1", state="read", occurred_at=NOW)
    house.receipts.events = ["delivery.changed"]
    await house.events_in(CHAT, receipt)
    assert house.receipts.told == [(CHAT, receipt)]
    assert house.offered == ["delivery.changed"], "the relay hears of it after the commit"
    assert (await house.journal.counts()).pending == 0


async def test_an_echo_of_our_own_message_is_not_stored_again(house):
    await house.events_in(CHAT, said(id="1"))
    house.receipts.ours["out-1"] = "our-message"
    await house.events_in(CHAT, said("Our answer", id="out-1", direction="echo"))
    assert [m.text for m in await house.messages()] == ["Hello"]


async def test_a_reply_in_the_vendors_tool_answers_the_ticket(house):
    await house.events_in(CHAT, said(id="1"))
    await house.events_in(CHAT, said("From the app", id="2", direction="echo", at=NOW + HOUR))
    (ticket,) = await house.tickets()
    _, message = await house.messages()
    assert (message.direction, message.author.kind, message.delivery.state) == (
        "out",
        "vendor",
        "sent",
    )
    assert (ticket.waiting_since, ticket.last_out_at) == (None, NOW + HOUR)
    assert (ticket.in_count, ticket.message_count) == (1, 2)


async def test_an_erased_message_delivered_again_stays_erased(house):
    await house.events_in(CHAT, said("Private", id="1"))
    (message,) = await house.messages()
    erased = msgspec.structs.replace(message, erased=True, text="", reply_text="")
    await house.collections.messages.replace_many([erased])
    await house.events_in(CHAT, said("Private", id="1"))
    edit = MessageEdited(dedupe_id="e", native_id="1", occurred_at=NOW + HOUR, text="Private")
    await house.events_in(CHAT, edit)
    (message,) = await house.messages()
    assert (message.erased, message.text) == (True, "")


async def test_a_mails_attachment_is_a_kept_blob(house):
    raw = (
        b"Message-ID: <a@x>\r\nFrom: ana@x.example\r\nTo: support@halden.example\r\n"
        b"Subject: Photo\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nSee it\r\n--b\r\n"
        b'Content-Type: text/csv; name="list.csv"\r\n'
        b'Content-Disposition: attachment; filename="list.csv"\r\n\r\na,b\r\n--b--\r\n'
    )
    await house.mail_in(raw)
    (message,) = await house.messages()
    (file,) = message.files
    assert (file.name, file.state) == ("list.csv", "stored")
    assert (await house.blobs.read(file.sha256, 100)).strip() == b"a,b"
    assert await house.blobs.collect_orphans(utc_now() + HOUR) == 0


async def test_the_same_mail_by_two_ways_is_one_message(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(extra="X-Fetched-By: imap"))
    assert len(await house.messages(inbox_id=MAIL)) == 1


async def test_a_reused_message_id_loses_no_mail(house):
    """Some programs give every mail the same id; relays change headers and line ends, not words."""
    await house.mail_in(a_mail(text="My tent leaks."))
    await house.mail_in(a_mail(text="My stove is cold."))
    await house.mail_in(a_mail(text="My tent leaks.  \r\n", extra="Received: from relay.example"))
    await house.mail_in(a_mail(text="My tent leaks.", sender="Eve <eve@y.example>"))
    texts = [message.text.strip() for message in await house.messages()]
    assert sorted(texts) == ["My stove is cold.", "My tent leaks.", "My tent leaks."]


async def test_ids_that_differ_late_are_different_messages(house):
    await house.events_in(CHAT, said("one", id="L" * 1_500 + "1"))
    await house.events_in(CHAT, said("two", id="L" * 1_500 + "2"))
    assert {message.text for message in await house.messages()} == {"one", "two"}


async def test_a_clock_that_was_never_set_hides_no_message(house, mira):
    """Lists and threads end in 1971: what a phone without a date says is shown as just received."""
    unset = datetime(1970, 1, 1, tzinfo=UTC)
    await house.events_in(CHAT, said("from 1970", at=unset), at=NOW)
    await house.mail_in(a_mail(date="Thu, 01 Jan 1970 00:00:00 +0000"), at=NOW)
    for ticket in await house.tickets():
        page = await house.reading.messages(mira, ticket.id, None, 10)
        assert [message.occurred_at for message in page.items] == [NOW]
        assert ticket.waiting_since == NOW


async def test_a_record_that_takes_for_ever_to_read_stops_nobody(house, monkeypatch):
    monkeypatch.setattr(drain, "READ_S", 0.5)
    parse = house.lines[CHAT].connector.parse

    def endless(request):
        if b"poison" in request.body:
            time.sleep(2)
        return parse(request)

    monkeypatch.setattr(house.lines[CHAT].connector, "parse", endless)
    for word in ("before", "poison", "after"):
        at = NOW + timedelta(seconds=len(word))
        text = word + " " * drain.IN_THREAD
        await house.put(CHAT, msgspec.json.encode([said(text, id=word)]), at)
    await house.drain(CHAT)
    assert {message.text.strip() for message in await house.messages()} == {"before", "after"}
    (aside,) = await house.journal.quarantined(CHAT, 10)
    assert "took longer" in aside.reason


async def test_the_largest_message_of_the_widest_characters_fits_a_document(house):
    wide = "\U0001f9e5"
    await house.events_in(CHAT, said(wide * 1_500_000, html=f"<p>{wide * 1_999_990}</p>"))
    (message,) = await house.messages()
    assert len(message.html) > 1_999_000
    assert "text cut at 750000 characters" in message.warnings


async def test_a_doorbell_asks_for_a_pull_and_stores_nothing(house):
    bell = Doorbell(dedupe_id="d", occurred_at=NOW, cursor="c1")
    await house.events_in(CHAT, bell)
    assert house.pulled == [(CHAT, "c1")]
    assert await house.tickets() == []


async def test_the_newest_reply_handle_stays_with_the_conversation(house):
    def handle(value):
        return ReplyHandle(value=value, expires_at=NOW + timedelta(minutes=1))

    late, early = NOW + timedelta(seconds=9), NOW
    await house.events_in(CHAT, said(id="2", occurred_at=late, reply_handle=handle("new")))
    await house.events_in(CHAT, said(id="1", occurred_at=early, reply_handle=handle("old")))
    await house.events_in(CHAT, said(id="3", occurred_at=late + timedelta(seconds=1)))
    (conversation,) = await house.collections.conversations.find({}, limit=10)
    assert conversation.reply_handle == handle("new")
