"""Access tokens of all inboxes, sealed in the database, renewed under a lease."""

import asyncio
from collections import defaultdict
from datetime import datetime

import msgspec

from connectors.contract import InboxId
from connectors.tokens import Renew, Token
from gateway.store import EdgeStore, SealedToken
from storage.ids import utc_now
from storage.keyring import KeyRing
from storage.leases import Leases


class TokenVault:
    """What every process of the site shares; one for each process."""

    def __init__(self, *, store: EdgeStore, keyring: KeyRing, leases: Leases, owner: str) -> None:
        self._store = store
        self._keyring = keyring
        self._leases = leases
        self._owner = owner
        self._seen: dict[str, Token] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def of(self, inbox_id: InboxId) -> "InboxTokens":
        """The tokens of one inbox."""
        return InboxTokens(self, inbox_id)

    async def expires_at(self, inbox_id: InboxId) -> datetime | None:
        """When the first of an inbox's tokens ends, unless it is renewed; None without one."""
        kept = await self._store.tokens_of(inbox_id)
        return min((self._opened(one).expires_at for one in kept), default=None)

    async def get(self, id: str, renew: Renew, refused: str) -> str:
        """Mostly from memory; a renewal is one process's at a time, and the others read it."""
        async with self._locks[id]:
            token = self._seen.get(id)
            if token is None or not token.good(utc_now(), refused):
                # whoever stops waiting must not lose a refresh token that was just given
                token = await asyncio.shield(self._shared(id, renew, refused))
                self._seen[id] = token
            return token.value

    async def _shared(self, id: str, renew: Renew, refused: str) -> Token:
        token = await self._load(id)
        if token is not None and token.good(utc_now(), refused):
            return token
        async with self._leases.hold(f"token:{id}", self._owner):
            token = await self._load(id)  # whoever had the lease before may have renewed it
            if token is None or not token.good(utc_now(), refused):
                token = await renew(token)
                await self._save(id, token)
            return token

    async def _load(self, id: str) -> Token | None:
        kept = await self._store.tokens.get(id)
        return None if kept is None else self._opened(kept)

    def _opened(self, kept: SealedToken) -> Token:
        content = self._keyring.open(kept.sealed, context=_context(kept.id))
        return msgspec.json.decode(content, type=Token)

    async def _save(self, id: str, token: Token) -> None:
        sealed = self._keyring.seal(msgspec.json.encode(token), context=_context(id))
        kept = SealedToken(id=id, sealed=sealed, renewed_at=utc_now())
        await self._store.tokens.replace_many([kept])


class InboxTokens:
    """Implements ``connectors.tokens.Tokens``."""

    def __init__(self, vault: TokenVault, inbox_id: InboxId) -> None:
        self._vault = vault
        self._inbox_id = inbox_id

    async def get(self, name: str, renew: Renew, *, refused: str = "") -> str:
        """See ``Tokens.get``."""
        return await self._vault.get(f"{self._inbox_id}|{name}", renew, refused)


def _context(id: str) -> bytes:
    return b"token:" + id.encode()
