"""Sessions and API tokens as stored, and who is behind a request."""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from normalizer.model import AgentId
from ticketing.model import Agent

SessionId = NewType("SessionId", str)
TokenId = NewType("TokenId", str)
Scope = Literal["tickets:read", "tickets:write", "admin"]

ROLE_SCOPES: dict[str, frozenset[Scope]] = {
    "admin": frozenset({"tickets:read", "tickets:write", "admin"}),
    "agent": frozenset({"tickets:read", "tickets:write"}),
    "compliance": frozenset({"tickets:read"}),
}


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A login. ``id`` is the SHA-256 of the cookie: the database alone opens nothing."""

    id: SessionId = msgspec.field(name="_id")
    v: int = 1
    agent_id: AgentId
    created_at: datetime
    expires_at: datetime


class TokenRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An API token. ``digest`` is the SHA-256 of the whole token."""

    id: TokenId = msgspec.field(name="_id")
    v: int = 1
    agent_id: AgentId
    name: str
    digest: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and how far they may go. ``csrf`` is None where no cookie is involved."""

    agent: Agent
    scopes: frozenset[Scope]
    csrf: str | None
    key: str

    def may(self, permission: str) -> bool:
        """Whether ``permission`` of the table of operations is theirs."""
        return permission in {"public", "anyone"} or permission in self.scopes
