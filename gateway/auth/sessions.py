"""Who is behind a cookie or a bearer token, and how they come by one."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import msgspec

from gateway.auth.model import (
    Identity,
    Scope,
    SessionId,
    SessionRecord,
    TokenId,
    TokenRecord,
    scopes_of,
)
from gateway.auth.passwords import password_fits
from gateway.auth.store import AuthStore
from storage.ids import new_id
from storage.pubsub import Pubsub
from ticketing.model import Agent
from ticketing.remembered import Remembered
from ticketing.roles.current import CurrentAccess

PEOPLE = "parley:people"
FRESH_S = 5.0
MOST_KNOWN = 2_000
TOKEN_PREFIX = "parley_"  # noqa: S105  lets secret scanners find leaked tokens


def digest(secret: str) -> str:
    """How a session cookie or token is stored: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Known(msgspec.Struct, frozen=True):
    """A session as read a moment ago."""

    identity: Identity
    expires_at: datetime


class Sessions:
    """Logins and tokens over the store; ``csrf_key`` derives from the key ring.

    Sessions are remembered for seconds, and forgotten in every process when one of them ends or an
    agent changes.
    """

    def __init__(
        self,
        store: AuthStore,
        access: CurrentAccess,
        csrf_key: bytes,
        days: int,
        announce: Callable[[], Awaitable[object]],
    ) -> None:
        self._store = store
        self._access = access
        self._csrf_key = csrf_key
        self.lasts = timedelta(days=days)
        self._announce = announce
        self._known: dict[str, Remembered[Known | None]] = {}
        self._change = asyncio.Event()

    async def changed(self) -> None:
        """An agent, role or team changed, or a session ended: nobody remembers."""
        self.forget()
        await self._announce()

    async def follow(self, pubsub: Pubsub) -> None:
        """Forget whenever another process announces a change. Ends by cancellation."""
        async for _ in pubsub.subscribe(PEOPLE, ready=self.forget):
            self.forget()

    def forget(self) -> None:
        """Read anew at the next request."""
        self._access.forget()
        for session in self._known.values():
            session.forget()
        self._known.clear()
        self._change.set()
        self._change = asyncio.Event()

    async def next_change(self) -> None:
        """Return when an agent has changed or a session has ended, here or elsewhere."""
        await self._change.wait()

    async def log_in(self, email: str, password: str, now: datetime) -> tuple[str, Identity] | None:
        """(cookie, identity), or None when address or password is wrong or the agent inactive."""
        agent = await self._store.agent_by_email(email)
        fits = await password_fits(password, agent.password_hash if agent else "")
        if agent is None or not fits or not agent.active:
            return None
        cookie = secrets.token_urlsafe(32)
        record = SessionRecord(
            id=SessionId(digest(cookie)),
            agent_id=agent.id,
            created_at=now,
            expires_at=now + self.lasts,
        )
        await self._store.sessions.insert(record)
        return cookie, await self._identity(agent, record.id)

    async def by_cookie(self, cookie: str, now: datetime) -> Identity | None:
        """None for unknown, expired, or inactive."""
        key = digest(cookie)
        session = self._known.get(key) or self._remember(key)
        known = await session.now()
        if known is None:
            if self._known.get(key) is session:  # who guesses cookies fills no memory
                del self._known[key]
            return None
        return known.identity if known.expires_at > now else None

    async def by_token(self, token: str, now: datetime) -> Identity | None:
        """A token never reaches further than the agent who made it does today."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        record = await self._store.token_by_digest(digest(token))
        if record is None or (record.expires_at and record.expires_at <= now):
            return None
        agent = await self._store.agents.get(record.agent_id)
        if agent is None or not agent.active:
            return None
        await self._store.token_used(record, now)
        viewer = await self._access.viewer(agent)
        scopes = frozenset(record.scopes) & scopes_of(viewer)
        return Identity(agent=agent, viewer=viewer, scopes=scopes, csrf=None, key=record.id)

    async def log_out(self, identity: Identity) -> None:
        """End the session behind ``identity``; a token stays until it is revoked."""
        if identity.csrf is not None:
            await self._store.end_session(SessionId(identity.key))
            await self.changed()

    async def issue_token(
        self,
        agent: Agent,
        name: str,
        scopes: tuple[Scope, ...],
        expires_at: datetime | None,
        now: datetime,
    ) -> tuple[TokenId, str]:
        """(id, token): the token is shown once."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        record = TokenRecord(
            id=TokenId(new_id(now)),
            agent_id=agent.id,
            name=name,
            digest=digest(token),
            scopes=scopes,
            created_at=now,
            expires_at=expires_at,
        )
        await self._store.tokens.insert(record)
        return record.id, token

    def csrf_fits(self, identity: Identity, given: str) -> bool:
        """Constant time; True where no cookie is involved."""
        return identity.csrf is None or hmac.compare_digest(
            identity.csrf.encode(), given.encode("utf-8", "replace")
        )

    def _remember(self, key: str) -> Remembered[Known | None]:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        made = self._known[key] = Remembered(partial(self._read, key), FRESH_S)
        return made

    async def _read(self, key: str) -> Known | None:
        record = await self._store.sessions.get(key)
        agent = await self._store.agents.get(record.agent_id) if record else None
        if record is None or agent is None or not agent.active:
            return None
        return Known(await self._identity(agent, record.id), record.expires_at)

    async def _identity(self, agent: Agent, session_id: SessionId) -> Identity:
        csrf = hmac.new(self._csrf_key, session_id.encode(), hashlib.sha256).hexdigest()
        viewer = await self._access.viewer(agent)
        return Identity(
            agent=agent, viewer=viewer, scopes=scopes_of(viewer), csrf=csrf, key=session_id
        )
