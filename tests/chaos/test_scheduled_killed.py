"""Scheduled replies leave once, although their senders are killed and two are at it at once."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from normalizer.model import ConversationId
from outbound.scheduled.sweeper import ScheduledSender
from storage.embedded import EmbeddedStores
from storage.mongo import Mongo
from tests.outbound.peer import Peer, PeerSender, listening
from tests.outbound.test_scheduled import its_time_comes, later, scheduler
from tests.outbound.world import SMS, World, opened

pytestmark = pytest.mark.chaos
WORKER = Path(__file__).with_name("scheduled_worker.py")
REPLIES = 60


# The server keeps a dead client's transaction for a minute; then whoever was in it goes on.
HELD_S = 90


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """The provider, that sends what it is given as often as it is given it."""
    async with listening() as peer:
        yield peer


@pytest.fixture
async def sms(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """An SMS-like channel of that provider."""
    sender = PeerSender(peer.url, idempotent=False)
    async with opened(mongo, redis_url, sender, SMS) as world:
        yield world


async def test_each_leaves_once(
    stores: EmbeddedStores, sms: World, peer: Peer, redis_url: str
) -> None:
    messages = [await later(sms, f"reply {number}") for number in range(REPLIES)]
    for message in messages:
        await its_time_comes(sms, message)
    for kill in range(1, 3):
        workers = [await _worker(stores, sms, redis_url) for _ in range(2)]
        for worker in workers:
            assert worker.stdout is not None
            assert await worker.stdout.readline()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(b"on\n")  # one more, however late the kill comes
        await asyncio.sleep(0.007 * kill)  # somewhere within it
        for worker in workers:
            if worker.returncode is None:
                worker.kill()
            await worker.wait()
    left = await scheduler(sms).due(REPLIES)
    assert 0 < len(left) < REPLIES
    async with asyncio.timeout(HELD_S):
        while await scheduler(sms).due(1):
            await ScheduledSender(scheduler(sms)).sweep()
            await asyncio.sleep(0.1)
    await sms.worker.deliver(ConversationId("conv"))
    assert Counter(one["text"] for one in peer.order) == Counter(m.text for m in messages)
    assert (await sms.ticket()).message_count == REPLIES


async def _worker(
    stores: EmbeddedStores, world: World, redis_url: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(WORKER),
        stores.mongo_url,
        world.mongo.db.name,
        redis_url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(WORKER.parents[2])},
    )
