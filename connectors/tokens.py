"""Access tokens that end: kept for all processes, renewed by one at a time.

With some providers (WeChat) a new token kills the old one, and with some (Zalo, Microsoft) each
renewal brings a new refresh token: two that renew at once shut each other out.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

EARLY = timedelta(seconds=60)  # clocks differ, and a request under way wants to arrive


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``refresh`` is what the next one is asked for with, where the provider changes it."""

    value: str
    expires_at: datetime
    refresh: str = ""

    def good(self, now: datetime, refused: str = "") -> bool:
        """Whether it may be used; never the one that the provider has just ``refused``."""
        return self.value != refused and now < self.expires_at - EARLY


Renew = Callable[[Token | None], Awaitable[Token]]


class Tokens(Protocol):
    """The tokens of one inbox."""

    async def get(self, name: str, renew: Renew, *, refused: str = "") -> str:
        """The token called ``name``; ``renew`` is given the last one and makes the next.

        ``refused`` is the value that the provider has just turned down. A name tells the
        credentials apart (``named``), so that changed settings do not meet an old token. Raises
        what ``renew`` raises.
        """
        ...


class LocalTokens:
    """Implements ``Tokens`` in memory, for one process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, name: str, renew: Renew, *, refused: str = "") -> str:
        """See ``Tokens.get``."""
        async with self._locks[name]:
            token = self._tokens.get(name)
            if token is None or not token.good(datetime.now(UTC), refused):
                token = self._tokens[name] = await renew(token)
            return token.value


def named(purpose: str, *credentials: str) -> str:
    """A token's name that says for what it is and, by a hash, of which credentials."""
    whole = hashlib.sha256("\0".join(credentials).encode()).hexdigest()
    return f"{purpose}:{whole[:16]}"


def lasting(value: str, seconds: float, now: datetime, refresh: str = "") -> Token:
    """A token that ends ``seconds`` from now."""
    return Token(value=value, expires_at=now + timedelta(seconds=seconds), refresh=refresh)
