"""Access tokens of the whole site: renewed once, sealed at rest, never the refused one again."""

import asyncio
from datetime import timedelta

import pytest

from connectors.contract import InboxId
from connectors.tokens import LocalTokens, Token, named
from gateway.store import EdgeStore
from gateway.tokens import TokenVault
from storage.ids import utc_now
from storage.keyring import KeyRing
from storage.leases import Leases

INBOX = InboxId("inbox-1")


class Provider:
    """Gives a new token each time, and remembers the refresh token it was shown."""

    def __init__(self, lives_s=3600):
        self.given = 0
        self.shown = []
        self.lives_s = lives_s

    async def renew(self, last):
        self.shown.append(last.refresh if last else "")
        await asyncio.sleep(0.01)
        self.given += 1
        return Token(
            value=f"token-{self.given}",
            expires_at=utc_now() + timedelta(seconds=self.lives_s),
            refresh=f"refresh-{self.given}",
        )


@pytest.fixture
def process(mongo):
    def start(owner):
        keyring = KeyRing([b"k" * 32])
        store = EdgeStore(mongo)
        return TokenVault(store=store, keyring=keyring, leases=Leases(mongo), owner=owner)

    return start


async def test_two_processes_at_once_renew_one_time(process):
    provider = Provider()
    both = [process("edge").of(INBOX), process("worker").of(INBOX)]
    got = await asyncio.gather(*(one.get("a", provider.renew) for one in (*both, *both)))
    assert got == ["token-1"] * 4
    assert provider.given == 1


async def test_a_refused_token_is_renewed_with_the_refresh_token_that_came_last(process):
    provider = Provider()
    edge, worker = process("edge").of(INBOX), process("worker").of(INBOX)
    assert await edge.get("a", provider.renew) == "token-1"
    assert await worker.get("a", provider.renew, refused="token-1") == "token-2"
    # the edge was refused with the old one as well: it finds what the worker brought
    assert await edge.get("a", provider.renew, refused="token-1") == "token-2"
    assert provider.shown == ["", "refresh-1"]


async def test_what_ends_within_a_minute_is_renewed(process):
    provider = Provider(lives_s=30)
    tokens = process("edge").of(INBOX)
    assert [await tokens.get("a", provider.renew) for _ in range(2)] == ["token-1", "token-2"]


async def test_who_stops_waiting_loses_no_refresh_token(process):
    provider, asked = Provider(), asyncio.Event()

    async def slow(last):
        asked.set()
        await asyncio.sleep(0.1)
        return await provider.renew(last)

    tokens = process("edge").of(INBOX)
    waiting = asyncio.create_task(tokens.get("a", slow))
    await asked.wait()
    waiting.cancel()
    await asyncio.wait([waiting])
    other = Provider()
    assert await process("worker").of(INBOX).get("a", other.renew) == "token-1"
    assert (provider.given, other.given) == (1, 0)


async def test_a_failed_renewal_is_told_and_keeps_nothing(process):
    async def fails(_last):
        raise OSError("no line")

    tokens, provider = process("edge").of(INBOX), Provider()
    with pytest.raises(OSError, match="no line"):
        await tokens.get("a", fails)
    assert await tokens.get("a", provider.renew) == "token-1"


async def test_tokens_lie_sealed_in_the_database(process, mongo):
    await process("edge").of(INBOX).get("a", Provider().renew)
    (kept,) = await EdgeStore(mongo).tokens.find({}, limit=9)
    assert kept.id == "inbox-1|a"
    assert b"token-1" not in kept.sealed
    assert b"refresh-1" not in kept.sealed


async def test_other_credentials_are_another_token():
    provider, tokens = Provider(), LocalTokens()
    names = named("access", "id", "old secret"), named("access", "id", "new secret")
    assert [await tokens.get(name, provider.renew) for name in names] == ["token-1", "token-2"]
    assert await tokens.get(names[0], provider.renew) == "token-1"
