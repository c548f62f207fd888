import asyncio

import pytest

from storage.errors import LeaseLost
from storage.leases import Leases
from storage.mongo import Mongo
from tests.whole.far_side import eventually


@pytest.fixture
def leases(mongo: Mongo) -> Leases:
    return Leases(mongo)


async def test_one_owner_at_a_time(leases: Leases) -> None:
    lease = await leases.acquire("sweeper", "a")
    assert lease is not None
    assert await leases.acquire("sweeper", "b") is None
    assert await leases.acquire("other", "b") is not None
    await lease.renew()
    await lease.release()
    successor = await leases.acquire("sweeper", "b")
    assert successor is not None
    assert successor.token > lease.token


async def test_of_many_who_try_at_once_one_gets_it(leases: Leases) -> None:
    taken = await asyncio.gather(*(leases.acquire("x", str(n)) for n in range(8)))
    assert sum(lease is not None for lease in taken) == 1


async def test_an_expired_lease_goes_to_the_next_and_the_first_learns_it(leases: Leases) -> None:
    first = await leases.acquire("x", "a", ttl=0.05)
    assert first is not None
    await asyncio.sleep(0.1)
    second = await leases.acquire("x", "b")
    assert second is not None
    with pytest.raises(LeaseLost):
        await first.renew()
    await first.release()  # and must not free what is b's now
    assert await leases.acquire("x", "c") is None


async def test_a_released_lease_cannot_be_renewed(leases: Leases) -> None:
    lease = await leases.acquire("x", "a")
    assert lease is not None
    await lease.release()
    with pytest.raises(LeaseLost):
        await lease.renew()


async def test_holding_renews_and_releases(leases: Leases, mongo: Mongo) -> None:
    async with leases.hold("x", "a", ttl=3):
        taken = await mongo.db.leases.find_one({"_id": "x"})

        async def renewed() -> bool | None:
            return (await mongo.db.leases.find_one({"_id": "x"}) != taken) or None

        assert await eventually(renewed)
        assert await leases.acquire("x", "b") is None
    assert await leases.acquire("x", "b") is not None


async def test_holding_waits_for_the_one_before(leases: Leases) -> None:
    first = await leases.acquire("x", "a", ttl=0.3)
    assert first is not None
    async with asyncio.timeout(5), leases.hold("x", "b", ttl=0.3) as second:
        assert second.token == first.token + 1


async def test_the_holder_is_stopped_when_it_is_taken_away(leases: Leases, mongo: Mongo) -> None:
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), leases.hold("x", "a", ttl=0.3):
            await mongo.db.leases.update_one({"_id": "x"}, {"$inc": {"token": 1}})
            await asyncio.sleep(60)


async def test_an_own_time_limit_stays_a_time_limit(leases: Leases) -> None:
    with pytest.raises(TimeoutError):
        async with leases.hold("x", "a"), asyncio.timeout(0.01):
            await asyncio.sleep(60)


async def test_a_holder_that_misses_the_first_cancellation_is_cancelled_again(
    leases: Leases, mongo: Mongo
) -> None:
    missed = 0
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), leases.hold("x", "a", ttl=0.3):
            await mongo.db.leases.update_one({"_id": "x"}, {"$inc": {"token": 1}})
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                missed += 1
            await asyncio.sleep(60)
    assert missed == 1
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_from_outside_stays_one(leases: Leases) -> None:
    async def hold() -> None:
        async with leases.hold("x", "a"):
            held.set()
            await asyncio.sleep(60)

    held = asyncio.Event()
    holder = asyncio.create_task(hold())
    await held.wait()
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder
    assert await leases.acquire("x", "b") is not None
