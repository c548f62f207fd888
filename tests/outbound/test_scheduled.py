"""Replies that wait for their time: sent once, with every check made anew."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from connectors.manifest import Limits, Window
from normalizer.model import AgentId, File, Message, MessageId, TicketId
from outbound.errors import CannotReply, KeyReused, TooLate
from outbound.model import Reply
from outbound.scheduled.handlers import FILE_GONE, GONE, Scheduler
from outbound.scheduled.model import Schedule, ScheduleChange, ScheduledReply
from outbound.scheduled.policy import WROTE_FIRST
from outbound.scheduled.store import ScheduledStore
from outbound.scheduled.sweeper import ScheduledSender
from storage.events import Event, EventLog
from storage.mongo import Session
from tests.outbound.peer import Peer
from tests.outbound.world import MIRA, TICKET, World, inbound
from ticketing.catalogue.reading import built_in
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.facts import WRITER
from ticketing.merging.handlers import MergeWish, Merging
from ticketing.merging.store import MergeStore
from ticketing.model import Conversation, Ticket
from ticketing.permissions import Viewer
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.store import Collections
from ticketing.transactions import Transactions
from ticketing.views.model import SavedView
from ticketing.views.saved import SavedViews

JUN = msgspec.structs.replace(MIRA, agent_id=AgentId("jun"), name="Jun Park")
HOUR = timedelta(hours=1)


def scheduler(world: World, agent: Viewer | None = MIRA) -> Scheduler:
    async def viewer_of(_id: AgentId) -> Viewer | None:
        return agent

    return Scheduler(
        store=world.store,
        scheduled=ScheduledStore(world.mongo),
        composer=world.composer,
        viewer_of=viewer_of,
        clock=world.clock,
        bell=world.bell,
    )


async def later(world: World, words: str, **more: object) -> Message:
    unless = bool(more.pop("unless_they_write", False))
    now = await world.clock.now()
    fields: dict[str, object] = {
        "ticket_id": TICKET,
        "conversation_id": "conv",
        "idempotency_key": f"key {words}",
        "text": words,
    } | more
    wish = Schedule(send_at=now + HOUR, unless_they_write=unless)
    return await scheduler(world).schedule(MIRA, msgspec.convert(fields, Reply), wish, now)


async def its_time_comes(world: World, message: Message) -> None:
    past = await world.clock.now() - timedelta(seconds=1)
    where = {"_id": message.id}
    await world.mongo.db["scheduled_replies"].update_one(where, {"$set": {"send_at": past}})


async def the_customer_writes(world: World, at: datetime | None = None) -> None:
    conversation = await world.store.conversation("conv")  # type: ignore[arg-type]
    assert conversation is not None
    said = inbound(conversation, "again", at or await world.clock.now())
    await world.mongo.collection("messages", Message).insert(said)


async def waits(world: World, message: Message) -> ScheduledReply | None:
    return await ScheduledStore(world.mongo).get(message.id)


async def test_it_waits_in_the_thread_and_only_stirs_its_ticket(sms: World, peer: Peer) -> None:
    before = await sms.ticket()
    message = await later(sms, "It ships on Monday.", then="waiting")
    assert (await sms.message(message)).delivery == message.delivery
    assert message.delivery is not None
    assert message.delivery.state == "scheduled"
    ticket = await sms.ticket()
    assert ticket == msgspec.structs.replace(before, version=2, updated_at=message.occurred_at)
    await scheduler(sms).send_due(message.id, await sms.clock.now())
    await sms.worker.deliver(message.conversation_id)
    assert peer.order == []


async def test_it_stands_in_the_thread_of_a_ticket_that_was_quiet(sms: World) -> None:
    quiet = await sms.clock.now() - HOUR
    marks = dict.fromkeys(("updated_at", "activity_at", "last_in_at"), quiet)
    await sms.mongo.db["tickets"].update_one({"_id": TICKET}, {"$set": marks})
    message = await later(sms, "It ships on Monday.")
    events, views = EventLog(sms.mongo), sms.mongo.collection("saved_views", SavedView)
    reading = TicketReading(ReadingStore(Collections(sms.mongo)), events, SavedViews(views))
    page = await reading.messages(MIRA, TICKET, None, 50)
    assert message.id in [one.id for one in page.items]


async def test_a_change_stirs_its_ticket(sms: World) -> None:
    message = await later(sms, "It ships on Monday.")
    now = await sms.clock.now() + HOUR / 2
    await scheduler(sms).change(MIRA, message.id, ScheduleChange(text="On Tuesday."), now)
    assert ((await sms.ticket()).version, (await sms.ticket()).updated_at) == (3, now)


async def test_it_goes_along_when_its_ticket_is_merged_meanwhile(
    sms: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await later(sms, "sooner")  # a first one makes the collection, which is a conflict by itself
    collections, ticket = Collections(sms.mongo), await sms.ticket()
    target = msgspec.structs.replace(ticket, id=TicketId("target"), number=7)
    await collections.tickets.insert(target)
    run = Transactions(collections, EventLog(sms.mongo), sms.told.extend)
    merging = Merging(MergeStore(collections), run, built_in)
    wish = MergeWish(source_ids=(TICKET,), target_id=target.id)
    right, runs = ScheduledStore.put, 0

    async def put(self: ScheduledStore, kept: ScheduledReply, session: Session) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:  # between what was read and what will be written
            await merging.merge(MIRA, wish, await sms.clock.now())
        await right(self, kept, session)

    monkeypatch.setattr(ScheduledStore, "put", put)
    message = await later(sms, "later")
    assert (await sms.message(message)).ticket_id == target.id
    assert runs == 2


async def test_at_its_time_it_is_a_reply_like_any_other(sms: World, peer: Peer) -> None:
    sms.undo_window(60)
    message = await later(sms, "It ships on Monday.", then="waiting")
    await its_time_comes(sms, message)
    assert await ScheduledSender(scheduler(sms)).sweep() == 1
    assert sms.bell.rung[-1] == ("deliver", ("conv",), 0)
    await sms.worker.deliver(message.conversation_id)
    assert [one["text"] for one in peer.order] == ["It ships on Monday."]
    ticket = await sms.ticket()
    assert (ticket.status, ticket.message_count, ticket.waiting_since) == ("waiting", 1, None)
    sent = await sms.message(message)
    assert sent.occurred_at > message.occurred_at
    assert await waits(sms, message) is None


async def test_others_overtake_what_waits(sms: World, peer: Peer) -> None:
    first = await later(sms, "later")
    await sms.say("now")
    await sms.worker.deliver(first.conversation_id)
    await its_time_comes(sms, first)
    await scheduler(sms).send_due(first.id, await sms.clock.now())
    await sms.worker.deliver(first.conversation_id)
    assert [one["text"] for one in peer.order] == ["now", "later"]


async def test_two_who_send_it_at_once_send_it_once(sms: World, peer: Peer) -> None:
    messages = [await later(sms, f"reply {n}") for n in range(6)]
    for message in messages:
        await its_time_comes(sms, message)
    now = await sms.clock.now()
    queued = await asyncio.gather(
        *(scheduler(sms).send_due(message.id, now) for message in messages for _ in range(4))
    )
    assert sum(queued) == len(messages)
    await sms.worker.deliver(messages[0].conversation_id)
    assert sorted(one["text"] for one in peer.order) == [f"reply {n}" for n in range(6)]
    assert (await sms.ticket()).message_count == len(messages)


async def test_a_crash_in_the_middle_leaves_it_waiting(
    sms: World, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await later(sms, "once")
    await its_time_comes(sms, message)

    async def crash(_self: ScheduledStore, _id: MessageId, _session: Session) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(ScheduledStore, "remove", crash)
        sender = ScheduledSender(scheduler(sms))
        assert await sender.sweep() == 0
        assert await sender.sweep() == 0  # it waits a while before it is tried again
    assert await sms.state(message) == "scheduled"
    await sms.worker.deliver(message.conversation_id)
    assert peer.order == []
    assert await ScheduledSender(scheduler(sms)).sweep() == 1
    await sms.worker.deliver(message.conversation_id)
    assert len(peer.order) == 1


async def test_one_that_fails_unforeseen_holds_up_nobody(
    sms: World, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await later(sms, "bad"), await later(sms, "good")
    await its_time_comes(sms, bad)
    await its_time_comes(sms, good)
    right = Scheduler.send_due

    async def send_due(self: Scheduler, id: MessageId, now: datetime) -> bool:
        if id == bad.id:
            raise RuntimeError("unforeseen")
        return await right(self, id, now)

    monkeypatch.setattr(Scheduler, "send_due", send_due)
    assert await ScheduledSender(scheduler(sms)).sweep() == 1


async def test_a_repeated_key_schedules_one(sms: World) -> None:
    first = await later(sms, "once")
    assert (await later(sms, "once")).id == first.id
    with pytest.raises(KeyReused):
        await later(sms, "other", idempotency_key="key once")


async def test_their_word_cancels_it_where_that_was_asked(sms: World, peer: Peer) -> None:
    asked, plain = await later(sms, "asked", unless_they_write=True), await later(sms, "plain")
    await the_customer_writes(sms)
    for message in (asked, plain):
        await its_time_comes(sms, message)
        await scheduler(sms).send_due(message.id, await sms.clock.now())
    await sms.worker.deliver(asked.conversation_id)
    assert [one["text"] for one in peer.order] == ["plain"]
    delivery = (await sms.message(asked)).delivery
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("cancelled", WROTE_FIRST)


async def test_what_they_wrote_before_does_not_cancel_it(sms: World, peer: Peer) -> None:
    await the_customer_writes(sms)
    message = await later(sms, "asked", unless_they_write=True)
    await its_time_comes(sms, message)
    assert await scheduler(sms).send_due(message.id, await sms.clock.now())


async def test_what_is_refused_at_its_time_fails_and_can_be_asked_again(
    sms: World, peer: Peer
) -> None:
    message = await later(sms, "too late")
    await its_time_comes(sms, message)
    closed = {"status": "closed", "open": False}
    await sms.mongo.db["tickets"].update_one({"_id": TICKET}, {"$set": closed})
    assert not await scheduler(sms).send_due(message.id, await sms.clock.now())
    delivery = (await sms.message(message)).delivery
    assert delivery is not None
    assert delivery.state == "failed"
    assert "closed" in delivery.reason
    assert (await sms.ticket()).delivery_trouble == "failed"
    assert await scheduler(sms).due(9) == []
    again = await scheduler(sms).retry(MIRA, message.id, await sms.clock.now())
    assert again is not None
    assert again.delivery is not None
    assert again.delivery.state == "failed"
    opened = {"status": "open", "open": True}
    await sms.mongo.db["tickets"].update_one({"_id": TICKET}, {"$set": opened})
    assert await scheduler(sms).retry(MIRA, message.id, await sms.clock.now())
    await sms.worker.deliver(message.conversation_id)
    assert len(peer.order) == 1
    assert (await sms.ticket()).delivery_trouble == ""
    assert await scheduler(sms).retry(MIRA, message.id, await sms.clock.now()) is None


async def with_a_label(world: World, words: str) -> Message:
    ref = await world.blobs.put(b"the label")
    label = File(
        id="f",
        kind="file",
        name="label.pdf",
        media_type="application/pdf",
        size=ref.size,
        sha256=ref.sha256,
    )
    return await later(world, words, files=(label,))


async def test_its_file_waits_as_long_as_it_does(sms: World, peer: Peer) -> None:
    message = await with_a_label(sms, "the label")
    assert await sms.blobs.collect_orphans(await sms.clock.now() + HOUR) == 0
    await its_time_comes(sms, message)
    assert await ScheduledSender(scheduler(sms)).sweep() == 1
    assert await sms.state(message) == "queued"


async def test_a_change_keeps_its_file(sms: World) -> None:
    message = await with_a_label(sms, "the label")
    await sms.mongo.db["blobs"].update_many({}, {"$unset": {"kept": 1}})
    now = await sms.clock.now()
    await scheduler(sms).change(MIRA, message.id, ScheduleChange(text="our label"), now)
    assert await sms.blobs.collect_orphans(now + HOUR) == 0


async def test_a_file_that_is_gone_at_its_time_is_told_to_its_writer(sms: World) -> None:
    message = await with_a_label(sms, "the label")
    await sms.mongo.db["blobs"].delete_many({})
    await its_time_comes(sms, message)
    assert await ScheduledSender(scheduler(sms)).sweep() == 0
    delivery = (await sms.message(message)).delivery
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("failed", FILE_GONE)
    events = await sms.mongo.collection("events", Event).find({"ticket_id": TICKET}, limit=20)
    told = [change for event in events for change in event.changes if change.field == WRITER]
    assert [change.after for change in told] == ["mira"]


async def test_a_writer_who_is_gone_sends_nothing(sms: World) -> None:
    message = await later(sms, "bye")
    await its_time_comes(sms, message)
    assert not await scheduler(sms, None).send_due(message.id, await sms.clock.now())
    delivery = (await sms.message(message)).delivery
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("failed", GONE)


async def test_a_writer_who_may_no_longer_see_the_inbox_sends_nothing(sms: World) -> None:
    message = await later(sms, "hidden")
    await its_time_comes(sms, message)
    blind = msgspec.structs.replace(MIRA, inbox_ids=frozenset())
    assert not await scheduler(sms, blind).send_due(message.id, await sms.clock.now())
    assert await sms.state(message) == "failed"


async def test_a_writer_who_may_no_longer_change_it_solves_nothing(sms: World) -> None:
    message = await later(sms, "done", then="solved")
    await its_time_comes(sms, message)
    bound = msgspec.structs.replace(MIRA, may=frozenset({"read", "reply"}))
    assert not await scheduler(sms, bound).send_due(message.id, await sms.clock.now())
    assert await sms.state(message) == "failed"
    assert (await sms.ticket()).status == "new"


async def test_its_words_and_time_are_changed_by_its_writer(mail: World) -> None:
    message = await later(mail, "It ships on Monday.", html="<p>It ships on <b>Monday</b>.</p>")
    now = await mail.clock.now()
    change = ScheduleChange(text="It ships on Tuesday.", send_at=now + 2 * HOUR)
    after = await scheduler(mail).change(MIRA, message.id, change, now)
    assert (after.id, after.reply_text, after.html) == (message.id, "It ships on Tuesday.", None)
    assert after.occurred_at == message.occurred_at
    assert after.delivery is not None
    assert after.delivery.send_at == now + 2 * HOUR
    kept = await waits(mail, message)
    assert kept is not None
    assert (kept.version, kept.send_at) == (2, now + 2 * HOUR)
    with pytest.raises(Forbidden):
        await scheduler(mail).change(JUN, message.id, change, now)
    with pytest.raises(Invalid):
        await scheduler(mail).change(MIRA, message.id, ScheduleChange(send_at=now), now)


async def test_now_means_now(sms: World, peer: Peer) -> None:
    message = await later(sms, "soon")
    after = await scheduler(sms).change(
        MIRA, message.id, ScheduleChange(send_at=None), await sms.clock.now()
    )
    assert after.delivery is not None
    assert after.delivery.state == "queued"
    await sms.worker.deliver(message.conversation_id)
    assert len(peer.order) == 1
    with pytest.raises(TooLate):
        await scheduler(sms).change(
            MIRA, message.id, ScheduleChange(text="x"), await sms.clock.now()
        )


async def test_a_cancelled_one_never_goes(sms: World, peer: Peer) -> None:
    message = await later(sms, "never")
    blind = msgspec.structs.replace(JUN, inbox_ids=frozenset())
    with pytest.raises(NotFound):
        await scheduler(sms).cancel(blind, message.id)
    cancelled = await scheduler(sms).cancel(JUN, message.id)
    assert cancelled.delivery is not None
    assert (cancelled.delivery.state, cancelled.text) == ("cancelled", "never")
    await scheduler(sms).send_due(message.id, await sms.clock.now() + 2 * HOUR)
    await sms.worker.deliver(message.conversation_id)
    assert peer.order == []
    with pytest.raises(TooLate):
        await scheduler(sms).cancel(MIRA, message.id)


async def test_cancelled_while_it_is_sent_it_is_one_or_the_other(sms: World, peer: Peer) -> None:
    for round in range(8):
        message = await later(sms, f"race {round}")
        await its_time_comes(sms, message)
        results = await asyncio.gather(
            scheduler(sms).send_due(message.id, await sms.clock.now()),
            scheduler(sms).cancel(MIRA, message.id),
            return_exceptions=True,
        )
        await sms.worker.deliver(message.conversation_id)
        sent = any(one["text"] == message.text for one in peer.order)
        assert sent == (results[0] is True) == isinstance(results[1], TooLate)


async def test_it_follows_its_conversation_into_another_ticket(sms: World, peer: Peer) -> None:
    message = await later(sms, "follows")
    other = msgspec.structs.replace(await sms.ticket(), id="other", number=7)
    await sms.mongo.collection("tickets", Ticket).insert(other)
    for name in ("conversations", "messages"):
        await sms.mongo.db[name].update_many({}, {"$set": {"ticket_id": "other"}})
    await its_time_comes(sms, message)
    assert await scheduler(sms).send_due(message.id, await sms.clock.now())
    assert (await sms.message(message)).ticket_id == "other"


async def test_a_time_that_the_window_will_not_see_is_refused_at_once(sms: World) -> None:
    limits = Limits(max_chars=1600, window=Window(hours=24))
    sms.manifest = msgspec.structs.replace(sms.manifest, limits=limits)
    since = await sms.clock.now() - 23.5 * HOUR
    await sms.mongo.db["conversations"].update_many({}, {"$set": {"last_in_at": since}})
    with pytest.raises(CannotReply) as refused:
        await later(sms, "in an hour")
    assert refused.value.field == "send_at"


async def test_a_mail_answers_the_last_that_was_said_when_it_goes(mail: World) -> None:
    message = await later(mail, "It ships on Monday.")
    await the_customer_writes(mail)
    await mail.mongo.collection("conversations", Conversation).find({}, limit=1)
    await its_time_comes(mail, message)
    await scheduler(mail).send_due(message.id, await mail.clock.now())
    sent = await mail.message(message)
    assert sent.envelope is not None
    assert sent.envelope.in_reply_to == "again@customer.example"
    assert sent.envelope.message_id == message.native_id


async def test_what_waits_is_no_parent_of_a_mail(mail: World) -> None:
    await later(mail, "It ships on Monday.")
    await mail.mongo.db["messages"].delete_one({"_id": "conv-first"})
    sent = await mail.say("It ships today.")
    assert sent.envelope is not None
    assert not sent.envelope.in_reply_to


async def test_history_tells_each_step_once(sms: World) -> None:
    message = await later(sms, "told")
    await scheduler(sms).change(
        MIRA, message.id, ScheduleChange(text="told well"), await sms.clock.now()
    )
    await scheduler(sms).cancel(MIRA, message.id)
    found = await sms.mongo.collection("events", Event).find({}, sort=[("at", 1)], limit=9)
    assert [one.kind for one in found] == [
        "message.scheduled",
        "message.changed",
        "delivery.changed",
    ]


async def test_what_was_not_sent_names_its_writer(sms: World) -> None:
    message = await later(sms, "asked", unless_they_write=True)
    await the_customer_writes(sms)
    await its_time_comes(sms, message)
    await scheduler(sms).send_due(message.id, await sms.clock.now())
    where = {"kind": "delivery.changed"}
    told = await sms.mongo.collection("events", Event).find(where, limit=9)
    found = {one.field: one.after for event in told for one in event.changes}
    assert found == {"delivery": "cancelled", "writer": "mira", "reason": WROTE_FIRST}
