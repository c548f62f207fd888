"""What a crash or the loss of Redis left behind is rung again."""

import asyncio
from datetime import timedelta

from outbound.indexes import OUTBOUND_MIGRATIONS
from outbound.sweeper import EPOCH, Sweeper
from storage.doorbell import Doorbell
from storage.leases import Leases
from storage.migrations import Index, Migrator
from tests.outbound.peer import Peer
from tests.outbound.world import Bell, World


def sweeper(world: World, bell: Bell | Doorbell) -> Sweeper:
    """A process's own."""
    return Sweeper(
        store=world.store, leases=Leases(world.mongo), clock=world.clock, bell=bell, owner="w1"
    )


async def test_a_wiped_redis_loses_no_reply(sms: World, peer: Peer, redis_url: str) -> None:
    bell = Doorbell(redis_url)
    sms.composer._bell = bell
    message = await sms.say("one")
    await bell._redis.flushall()
    await sms.pass_time(message, 5)
    rung = Bell()
    assert await sweeper(sms, rung).sweep() == 1
    assert rung.rung == [("deliver", ("conv",), 0)]
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {message.id: 1}
    await bell.close()


async def test_it_rings_for_an_expired_claim_but_not_for_what_is_not_due(sms: World) -> None:
    sms.undo_window(60)
    message = await sms.say("one")
    bell = Bell()
    mine = sweeper(sms, bell)
    assert await mine.sweep() == 0
    await sms.pass_time(message, 120)
    assert await mine.sweep() == 1
    assert await mine.sweep() == 0  # a moment ago


async def test_finished_messages_are_out_of_its_sight(sms: World) -> None:
    message = await sms.say("one")
    await sms.worker.deliver(message.conversation_id)
    later = await sms.clock.now() + timedelta(days=1)
    assert await sms.store.overdue(EPOCH, later, 10) == []


async def test_one_owner_sweeps(sms: World) -> None:
    message = await sms.say("one")
    await sms.pass_time(message, 30)
    bells = [Bell(), Bell()]
    tasks = [asyncio.create_task(sweeper(sms, bell).run()) for bell in bells]
    heard = [asyncio.create_task(bell.heard.wait()) for bell in bells]
    await asyncio.wait(heard, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    assert sum(len(bell.rung) for bell in bells) == 1
    for task in (*tasks, *heard):
        task.cancel()
    await asyncio.gather(*tasks, *heard, return_exceptions=True)


async def test_a_site_of_before_sweeps_without_the_index_of_due_times(sms: World) -> None:
    by_due = Index(collection="outbox", name="by_due", keys=(("delivery.due_at", 1),))
    await by_due.ensure(sms.mongo)
    message = await sms.say("one")
    migrations = Migrator(sms.mongo, OUTBOUND_MIGRATIONS)
    assert "0301_leaner_queue" in await migrations.run()
    assert set(await sms.mongo.db["outbox"].index_information()) == {"_id_", "by_conversation"}
    later = await sms.clock.now() + timedelta(seconds=60)
    (found,) = await sms.store.overdue(EPOCH, later, 10)
    assert found.conversation_id == message.conversation_id
