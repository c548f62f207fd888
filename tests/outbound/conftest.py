"""Worlds: an SMS-like provider over HTTP, and mail."""

from collections.abc import AsyncIterator

import pytest

from storage.mongo import Mongo
from tests.outbound.peer import Peer, PeerSender
from tests.outbound.world import MAIL, SMS, World


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """The provider."""
    peer = Peer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def sms(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """A channel whose provider has no idempotency key."""
    world = World(mongo, redis_url, PeerSender(peer.url, idempotent=False), SMS)
    await world.seed()
    yield world
    await world.worker.close(1)
    await world.buckets.close()


@pytest.fixture
async def mail(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """A channel with envelopes."""
    world = World(mongo, redis_url, PeerSender(peer.url, idempotent=False), MAIL)
    await world.seed()
    yield world
    await world.worker.close(1)
    await world.buckets.close()
