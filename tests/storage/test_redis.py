"""Doorbell, publish and subscribe, token buckets: against the real server, and without it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis
from arq.worker import Worker, func

from storage.buckets import TokenBuckets
from storage.doorbell import BELL_CHANNEL, Doorbell
from storage.pubsub import Pubsub
from storage.redis import connect

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
async def pubsub(redis_url: str) -> AsyncIterator[Pubsub]:
    both = Pubsub(redis_url)
    yield both
    await both.close()


async def queued(url: str) -> list[tuple[str, tuple[object, ...]]]:
    client = connect(url)
    jobs = await client.queued_jobs()
    await client.aclose()
    return [(job.function, job.args) for job in jobs]


async def test_a_ring_wakes_who_listens_and_is_no_job_then(
    doorbell: Doorbell, pubsub: Pubsub, redis_url: str
) -> None:
    listening = asyncio.Event()
    heard = pubsub.subscribe(BELL_CHANNEL, ready=listening.set)
    first = asyncio.create_task(anext(heard))
    await listening.wait()
    await doorbell.ring("7")
    assert await first == b"drain:7"
    assert await queued(redis_url) == []
    await heard.aclose()


async def test_an_arq_worker_runs_what_was_rung(doorbell: Doorbell, redis_url: str) -> None:
    drained: list[str] = []

    async def drain(_context: dict[str, object], partition: str) -> None:
        drained.append(partition)

    await doorbell.ring("7")
    client = connect(redis_url)
    worker = Worker(
        [func(drain, name="drain")],
        redis_pool=client,
        burst=True,
        poll_delay=0,
        handle_signals=False,
    )
    await worker.main()
    await client.aclose()  # Worker.close() still calls a method that redis 5 deprecates
    assert drained == ["7"]


async def test_a_ring_that_nobody_hears_is_a_job(doorbell: Doorbell, redis_url: str) -> None:
    await doorbell.ring("7")
    assert await queued(redis_url) == [("drain", ("7",))]


async def test_the_same_bell_may_ring_again_at_once(doorbell: Doorbell, redis_url: str) -> None:
    await doorbell.ring("7")
    await doorbell.ring("7")
    assert len(await queued(redis_url)) == 2


async def test_rings_that_meet_become_one(doorbell: Doorbell, redis_url: str) -> None:
    for _ in range(50):
        doorbell.ring_soon("7")
    doorbell.ring_soon("8")
    await doorbell.close()
    assert sorted(await queued(redis_url)) == [("drain", ("7",)), ("drain", ("8",))]


async def test_a_deferred_job_waits(doorbell: Doorbell, redis_url: str) -> None:
    assert await doorbell.enqueue("deliver", "m1", defer_by=60)
    async with redis.from_url(redis_url) as client:
        ((_, score),) = await client.zrange("arq:queue", 0, -1, withscores=True)
        seconds, _ = await client.time()
    assert 50 < score / 1000 - seconds < 70


async def test_without_redis_nothing_raises() -> None:
    bell, buckets, pubsub = Doorbell(NOWHERE), TokenBuckets(NOWHERE), Pubsub(NOWHERE)
    await bell.ring("1")
    assert await bell.enqueue("deliver") is False
    assert await pubsub.publish("c", b"x") is False
    assert [await buckets.take("k", 0.001, 2) for _ in range(2)] == [0, 0]
    assert 900 < await buckets.take("k", 0.001, 2) <= 1000
    for each in (bell, buckets, pubsub):
        await each.close()


async def test_every_subscriber_hears_what_is_published(pubsub: Pubsub) -> None:
    ready = [asyncio.Event() for _ in range(2)]
    heard = [pubsub.subscribe("room", ready=event.set) for event in ready]
    firsts = [asyncio.create_task(anext(each)) for each in heard]
    for event in ready:
        await event.wait()
    assert await pubsub.publish("room", b"\x00\xff")
    assert await asyncio.gather(*firsts) == [b"\x00\xff"] * 2
    for each in heard:
        await each.aclose()


async def test_a_subscription_survives_a_lost_connection(pubsub: Pubsub, redis_url: str) -> None:
    ready = asyncio.Event()
    heard = pubsub.subscribe("room", ready=ready.set)
    first = asyncio.create_task(anext(heard))
    await ready.wait()
    ready.clear()
    async with redis.from_url(redis_url) as client:
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    async with asyncio.timeout(10):
        await ready.wait()  # says that something may have been missed
        await pubsub.publish("room", b"again")
        assert await first == b"again"
    await heard.aclose()


async def test_a_bucket_gives_its_burst_and_then_its_rate(redis_url: str) -> None:
    buckets = TokenBuckets(redis_url)
    assert [await buckets.take("k", 0.5, 3) for _ in range(3)] == [0, 0, 0]
    assert 1.5 < await buckets.take("k", 0.5, 3) <= 2
    assert 3.5 < await buckets.take("k", 0.5, 3) <= 4  # the next in line, not all at once
    assert await buckets.take("other", 0.5, 3) == 0
    fast = [await buckets.take("fast", 100, 1) for _ in range(2)]
    with contextlib.suppress(TimeoutError):
        await asyncio.sleep(fast[1] + 0.01)
    assert await buckets.take("fast", 100, 1) == 0
    await buckets.close()
