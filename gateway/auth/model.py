"""Sessions and API tokens as stored, and who is behind a request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NewType

import msgspec

from normalizer.model import AgentId
from ticketing.model import Agent
from ticketing.permissions import Action, Viewer, allowed

SessionId = NewType("SessionId", str)
TokenId = NewType("TokenId", str)
Scope = Literal["tickets:read", "tickets:write", "admin"]

# Whoever holds one of these permissions has use of the scope.
_OPENED_BY: Mapping[Scope, frozenset[Action]] = {
    "tickets:read": frozenset({"read"}),
    "tickets:write": frozenset(
        {"change", "reply", "note", "join", "start", "bulk", "people", "import_contacts"}
    ),
    "admin": frozenset({"administer", "configure"}),
}


def scopes_of(viewer: Viewer) -> frozenset[Scope]:
    """How far tokens of this viewer may reach."""
    return frozenset(
        scope
        for scope, actions in _OPENED_BY.items()
        if any(allowed(viewer, action) for action in actions)
    )


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
    """Who asks, and how far they may go. ``csrf`` is None where no cookie is involved.

    ``viewer`` is what they may see and do, as of a few seconds ago at most.
    """

    agent: Agent
    viewer: Viewer
    scopes: frozenset[Scope]
    csrf: str | None
    key: str

    def may(self, permission: str) -> bool:
        """Whether ``permission`` of the table of operations is theirs."""
        return permission in {"public", "anyone"} or permission in self.scopes
