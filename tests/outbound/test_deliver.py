"""The delivery job against a provider that counts."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from connectors.manifest import Limits, Rate
from outbound.crowd import Crowd
from outbound.deliver import claim
from outbound.flags import flag_ticket
from outbound.model import Claim
from outbound.progress import delivery_of
from outbound.settlement import Settlement
from outbound.settler import Settler
from outbound.store import OutboundStore
from tests.outbound.peer import Peer, PeerSender
from tests.outbound.world import NOW, SMS, World
from ticketing.model import Ticket


async def test_a_reply_reaches_the_peer_once(sms: World, peer: Peer) -> None:
    message = await sms.say("It ships today.")
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {message.id: 1}
    assert peer.order[0]["to"] == ["+14155550123"]
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert stored.delivery.state == "sent"
    assert stored.delivery.native_ids == (f"P-{message.id}",)
    assert stored.delivery.due_at is None
    assert await sms.moves(message) == ["sent"]


async def test_two_workers_at_once_send_once(sms: World, peer: Peer) -> None:
    message = await sms.say("It ships today.")
    workers = [sms.new_worker() for _ in range(4)]
    await asyncio.gather(*(worker.deliver(message.conversation_id) for worker in workers))
    assert peer.arrived == {message.id: 1}


async def test_replies_go_in_order_although_the_first_fails_for_a_while(
    sms: World, peer: Peer
) -> None:
    first = await sms.say("one")
    second = await sms.say("two")
    third = await sms.say("three")
    peer.answers = [(503, {"Retry-After": "30"})]
    await sms.worker.deliver(first.conversation_id)
    assert peer.order == []
    assert await sms.state(first) == "queued"
    assert ("deliver", ("conv",)) in [ring[:2] for ring in sms.bell.rung if 29 < ring[2] < 34]
    await sms.pass_time(first, 60)
    await sms.worker.deliver(first.conversation_id)
    assert [one["text"] for one in peer.order] == ["one", "two", "three"]
    assert peer.arrived == {first.id: 1, second.id: 1, third.id: 1}


async def test_a_failed_or_cancelled_reply_blocks_nobody(sms: World, peer: Peer) -> None:
    first = await sms.say("one")
    second = await sms.say("two")
    peer.answers = [(400, {})]
    await sms.worker.deliver(first.conversation_id)
    assert await sms.state(first) == "failed"
    assert (await sms.message(first)).delivery.reason == "400 not this one"  # type: ignore[union-attr]
    assert await sms.state(second) == "sent"
    assert (await sms.ticket()).delivery_trouble == "failed"
    await sms.say("three")  # written by somebody who could know
    assert (await sms.ticket()).delivery_trouble == ""


async def test_retries_end_as_failed_with_the_reason(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.answers = [(503, {})] * 20
    for _ in range(12):
        await sms.worker.deliver(message.conversation_id)
        if await sms.state(message) == "queued":
            await sms.pass_time(message, 4000)
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.attempts) == ("failed", 12)
    assert stored.delivery.reason == "gave up after 12 tries: HTTP 503"
    assert (await sms.ticket()).delivery_trouble == "failed"


async def test_an_unknown_outcome_is_not_repeated_and_asks(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.answers = [(504, {})]
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "uncertain"
    assert (await sms.ticket()).delivery_trouble == "uncertain"
    await sms.worker.deliver(message.conversation_id)
    assert len(sms.sender.sent) == 1  # type: ignore[union-attr]
    assert await sms.moves(message) == ["uncertain"]


async def test_an_unknown_outcome_is_repeated_with_the_same_id_where_the_provider_dedupes(
    sms: World, peer: Peer
) -> None:
    sender = PeerSender(peer.url, idempotent=True)
    sms.sender = sender
    message = await sms.say("one")
    peer.answers = [(504, {})]
    await sms.worker.deliver(message.conversation_id)
    await sms.pass_time(message, 60)
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "sent"
    assert [one.id for one in sender.sent] == [message.id, message.id]


async def test_uncertain_holds_the_next_reply_only_for_a_while(sms: World, peer: Peer) -> None:
    first = await sms.say("one")
    second = await sms.say("two")
    peer.answers = [(504, {})]
    await sms.worker.deliver(first.conversation_id)
    assert await sms.state(second) == "queued"
    await sms.pass_time(first, 300)
    await sms.worker.deliver(first.conversation_id)
    assert await sms.state(first) == "uncertain"
    assert await sms.state(second) == "sent"


async def test_a_claimant_that_died_leaves_uncertain_not_a_second_send(
    sms: World, peer: Peer
) -> None:
    message = await sms.say("one")
    queued = await sms.pending(message)
    assert await sms.store.swap(queued, claim(queued, await sms.clock.now()))
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "sending"  # its lease lives
    await sms.pass_time(message, 91)
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "uncertain"
    assert peer.arrived == {}


async def test_a_result_after_the_lease_was_lost_only_proves(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.hold.clear()
    slow = asyncio.create_task(sms.worker.deliver(message.conversation_id))
    await peer.got_one.wait()
    await sms.pass_time(message, 91)
    await sms.new_worker().deliver(message.conversation_id)
    assert await sms.state(message) == "uncertain"
    peer.hold.set()
    await slow
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert stored.delivery.state == "sent"
    assert stored.delivery.native_ids == (f"P-{message.id}",)
    assert (await sms.ticket()).delivery_trouble == ""
    assert peer.arrived == {message.id: 1}


async def test_a_late_refusal_does_not_undo_what_another_did(sms: World, peer: Peer) -> None:
    sms.sender = PeerSender(peer.url, idempotent=True)
    message = await sms.say("one")
    peer.answers = [(400, {})]
    peer.hold.clear()
    slow = asyncio.create_task(sms.worker.deliver(message.conversation_id))
    await peer.got_one.wait()
    await sms.pass_time(message, 91)
    other = sms.new_worker()
    await other.deliver(message.conversation_id)  # recovered: queued again
    peer.hold.set()
    await slow
    assert await sms.state(message) == "queued"
    await sms.pass_time(message, 60)
    await other.deliver(message.conversation_id)
    assert await sms.state(message) == "sent"


async def test_the_fence_keeps_an_old_claimant_out_while_another_sends(
    sms: World, peer: Peer
) -> None:
    """Both are "sending"; only the newer claim may say what became of it."""
    sms.sender = PeerSender(peer.url, idempotent=True)
    message = await sms.say("one")
    (old,) = await sms.store.load([await sms.pending(message)])
    assert old is not None
    pending = await sms.pending(message)
    first = claim(pending, await sms.clock.now())
    assert await sms.store.swap(pending, first)
    await sms.pass_time(message, 91)
    other = sms.new_worker()
    await other.deliver(message.conversation_id)  # recovered: queued again
    await sms.pass_time(message, 60)
    peer.hold.clear()
    sending = asyncio.create_task(other.deliver(message.conversation_id))
    await peer.got_one.wait()
    assert await sms.state(message) == "sending"
    outlet = await sms.outlet(message.inbox_id)
    assert outlet is not None
    claimed = msgspec.structs.replace(old, delivery=first.delivery)
    refused = Settlement(state="failed", reason="too late to say")
    await Settler(sms.store, sms.suppressions, sms.bell, sms.told.extend).record(
        claimed, outlet, refused, await sms.clock.now()
    )
    assert await sms.state(message) == "sending"
    assert "failed" not in await sms.moves(message)
    peer.hold.set()
    await sending
    assert await sms.state(message) == "sent"


async def test_what_the_provider_said_outlives_a_database_that_is_away(
    sms: World, peer: Peer
) -> None:
    class Away(Settler):
        left = 2

        async def record(self, *told) -> bool:
            if self.left:
                self.left -= 1
                raise RuntimeError("the driver's, when no server is there")
            return await super().record(*told)

    message = await sms.say("one")
    worker = sms.new_worker(Away(sms.store, sms.suppressions, sms.bell, sms.told.extend))
    await worker.deliver(message.conversation_id)
    assert await sms.state(message) == "sent"
    assert peer.arrived == {message.id: 1}


async def test_many_bells_while_one_is_sent_cost_one_look(sms: World, peer: Peer) -> None:
    first = await sms.say("one")
    peer.hold.clear()
    sending = asyncio.create_task(sms.worker.deliver(first.conversation_id))
    await peer.got_one.wait()
    later = [await sms.say(f"later {n}") for n in range(3)]
    for message in later:
        await sms.worker.deliver(message.conversation_id)
    assert await sms.state(later[0]) == "queued"
    peer.hold.set()
    await sending
    assert [one["text"] for one in peer.order] == ["one", "later 0", "later 1", "later 2"]


async def test_mails_that_end_together_are_written_together_and_told(
    mail: World, peer: Peer
) -> None:
    conversations = [await mail.seed(f"conv{n}") for n in range(5)]
    said = [await mail.say(f"to {one}", conversation=one) for one in conversations]
    await asyncio.gather(*(mail.worker.deliver(one) for one in conversations))
    assert [await mail.state(one) for one in said] == ["sent"] * 5
    assert [await mail.moves(one) for one in said] == [["sent"]] * 5
    told = [event.message_id for event in mail.told if event.kind == "delivery.changed"]
    assert sorted(told) == sorted(one.id for one in said)  # type: ignore[type-var]


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_of_mails_that_end_together_only_the_claimants_are_written(
    mail: World, count: int
) -> None:
    conversations = [await mail.seed(f"conv{n}") for n in range(count)]
    for one in conversations:
        await mail.say(f"to {one}", conversation=one)
    now = await mail.clock.now()
    queues = await mail.store.queues(conversations)
    claims = [
        Claim(before=one, after=claim(one, now, "me"), at=now)
        for (one,) in (queue.pending for queue in queues)
    ]
    assert all(await mail.store.claim(claims))
    lost = claims[0].after
    assert await mail.store.swap(lost, claim(lost, now, "somebody else"))
    messages = [
        msgspec.structs.replace(queue.head, delivery=one.after.delivery)
        for queue, one in zip(queues, claims, strict=True)
    ]
    outlet = await mail.outlet(mail.inbox.id)
    assert outlet is not None
    settler = Settler(mail.store, mail.suppressions, mail.bell, mail.told.extend)
    gone = Settlement(state="failed", reason="refused")
    had = await asyncio.gather(*(settler.record(one, outlet, gone, now) for one in messages))
    assert had == [False] + [True] * (count - 1)
    assert [await mail.state(one) for one in messages] == ["sending"] + ["failed"] * (count - 1)
    assert await mail.moves(messages[0]) == []
    assert [event.message_id for event in mail.told if event.kind == "delivery.changed"] == [
        one.id for one in messages[1:]
    ]


async def test_of_two_workers_claims_each_is_had_by_one(sms: World) -> None:
    conversations = [await sms.seed(f"conv{n}") for n in range(6)]
    for one in conversations:
        await sms.say(f"to {one}", conversation=one)
    now = await sms.clock.now()
    queued = [queue.pending[0] for queue in await sms.store.queues(conversations)]
    claims = {
        who: [Claim(before=one, after=claim(one, now, who), at=now) for one in queued]
        for who in ("a", "b")
    }
    had = await asyncio.gather(sms.store.claim(claims["a"][:4]), sms.store.claim(claims["b"][2:]))
    assert [*had[0], *had[1]].count(True) == 6
    assert [x != y for x, y in zip(had[0][2:], had[1][:2], strict=True)] == [True, True]


async def test_a_connector_that_raises_leaves_it_unknown(sms: World) -> None:
    class Broken(PeerSender):
        async def send(self, message):
            raise KeyError(message.id)

    sms.sender = Broken("", idempotent=False)
    message = await sms.say("one")
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "uncertain"


async def test_rate_limits_postpone_and_are_no_attempt(sms: World, peer: Peer) -> None:
    sms.manifest = msgspec.structs.replace(
        SMS, limits=Limits(rates=(Rate(key="inbox", per_s=0.01, burst=1),))
    )
    first = await sms.say("one")
    second = await sms.say("two")
    await sms.worker.deliver(first.conversation_id)
    assert peer.arrived == {first.id: 1}
    stored = await sms.message(second)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.attempts) == ("queued", 0)
    assert 90 < sms.bell.rung[-1][2] <= 101


async def test_what_waits_for_its_rate_has_a_place_and_asks_no_more(sms: World, peer: Peer) -> None:
    sms.manifest = msgspec.structs.replace(
        SMS, limits=Limits(rates=(Rate(key="inbox", per_s=0.01, burst=1),))
    )
    conversations = [await sms.seed(f"conv{n}") for n in range(3)]
    said = [await sms.say(f"to {one}", conversation=one) for one in conversations]
    for conversation in conversations:
        await sms.worker.deliver(conversation)
        await sms.worker.deliver(conversation)
    waits = [(await sms.message(one)).delivery.due_at for one in said[1:]]  # type: ignore[union-attr]
    assert 99 < (waits[1] - waits[0]).total_seconds() <= 101  # type: ignore[operator]
    await sms.pass_time(said[2], 250)
    await sms.worker.deliver(conversations[2])
    assert set(peer.arrived) == {said[0].id, said[2].id}


async def test_the_window_is_checked_again_at_send_time(sms: World, peer: Peer) -> None:
    from connectors.manifest import Window

    late = NOW - timedelta(days=400)
    message = await sms.say("one")
    sms.manifest = msgspec.structs.replace(SMS, limits=Limits(window=Window(hours=24)))
    await sms.mongo.db["conversations"].update_one({}, {"$set": {"last_in_at": late}})
    await sms.worker.deliver(message.conversation_id)
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert stored.delivery.state == "failed"
    assert stored.delivery.reason.startswith("window_closed: 24 hours have passed")
    assert peer.arrived == {}


async def test_an_inbox_that_was_switched_off_refuses(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    sms.inbox = msgspec.structs.replace(sms.inbox, active=False)
    await sms.worker.deliver(message.conversation_id)
    assert (await sms.message(message)).delivery.reason == "this inbox is switched off"  # type: ignore[union-attr]
    assert peer.arrived == {}


async def test_stopping_a_worker_lets_the_running_send_end(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.hold.clear()
    job = asyncio.create_task(sms.worker.deliver(message.conversation_id))
    await peer.got_one.wait()
    job.cancel()
    peer.hold.set()
    await sms.worker.close(5)
    assert await sms.state(message) == "sent"


async def test_a_server_that_hangs_keeps_others_outside_and_calls_them_later(
    sms: World, peer: Peer
) -> None:
    worker = sms.new_worker()
    worker._crowd = Crowd(2)
    names = [await sms.seed(f"conv{n}") for n in range(5)]
    sent = [await sms.say(f"words {n}", conversation=name) for n, name in enumerate(names)]
    peer.hold.clear()
    tasks = [asyncio.create_task(worker.deliver(name)) for name in names]
    _, waiting = await asyncio.wait(tasks, timeout=1)
    assert len(waiting) == 2  # the others returned at once
    sms.bell.rung.clear()
    peer.hold.set()
    await asyncio.gather(*tasks)
    while called := [args[0] for job, args, _ in sms.bell.rung if job == "deliver"]:
        sms.bell.rung.clear()
        await asyncio.gather(*(worker.deliver(name) for name in called))
        await asyncio.sleep(0)
    assert [await sms.state(one) for one in sent] == ["sent"] * 5
    assert peer.arrived == {one.id: 1 for one in sent}


async def test_trouble_is_told_to_the_ticket_that_has_the_message_by_now(sms: World) -> None:
    """It was merged while its reply was on the way."""
    message = await sms.say("one")
    target = msgspec.structs.replace(await sms.ticket(), id="target", number=1043)
    await sms.mongo.collection("tickets", Ticket).insert(target)
    await sms.mongo.db["messages"].update_many({}, {"$set": {"ticket_id": "target"}})
    failed = msgspec.structs.replace(delivery_of(message), state="failed", due_at=None)
    store = OutboundStore(sms.mongo)
    await sms.mongo.transaction(lambda session: flag_ticket(store, message, failed, session))
    found = await sms.mongo.collection("tickets", Ticket).get("target")
    assert found is not None
    assert (found.delivery_trouble, (await sms.ticket()).delivery_trouble) == ("failed", "")
