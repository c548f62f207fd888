"""Worlds: an SMS-like provider over HTTP, and mail."""

from collections.abc import AsyncIterator

import pytest

from storage.mongo import Mongo
from tests.outbound.peer import Peer, PeerSender, listening
from tests.outbound.world import MAIL, SMS, World, opened


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """The provider."""
    async with listening() as peer:
        yield peer


@pytest.fixture
async def sms(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """A channel whose provider has no idempotency key."""
    sender = PeerSender(peer.url, idempotent=False)
    async with opened(mongo, redis_url, sender, SMS) as world:
        yield world


@pytest.fixture
async def mail(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """A channel with envelopes."""
    sender = PeerSender(peer.url, idempotent=False)
    async with opened(mongo, redis_url, sender, MAIL) as world:
        yield world
