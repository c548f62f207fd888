"""What a row of the table of /api/v1 says of its route."""

from typing import Literal

import msgspec

from gateway.api.answer import Answer
from gateway.api.requests import Request
from ticketing.permissions import Action

PREFIX = "/api/v1"
Permission = Literal["public", "anyone", "tickets:read", "tickets:write", "admin"]
Idempotency = Literal["no", "optional", "required"]
Audit = Literal["fact", "events", "none"]


class Rate(msgspec.Struct, frozen=True):
    """At most ``burst`` at once and ``per_s`` a second, per client."""

    per_s: float
    burst: int


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One route. ``answer`` None with ``media`` "" is an empty answer; ``raw`` takes any bytes.

    ``keeps_keys``: the handler itself knows a repeated key, so the edge need not write it down.
    ``audit``: by default a fact of each write, nothing of a read.
    ``partial``: a Range header is answered with 206.
    ``needs`` is the permission without which the edge refuses: administer for an "admin" one.
    ``public`` needs nobody, ``anyone`` a logged-in agent, the rest a scope of that name.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    summary: str
    tag: str
    permission: Permission
    request: type[Request] | None = None
    query: type[Request] | None = None
    answer: type[Answer] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    media: str = "application/json"
    raw: bool = False
    partial: bool = False
    idempotency: Idempotency = "no"
    keeps_keys: bool = False
    rate: Rate | None = None
    socket: bool = False
    audit: Audit | None = None
    needs: Action | None = None

    @property
    def required(self) -> Action | None:
        """The permission that the caller's role must hold, whatever the handler asks besides."""
        return self.needs or ("administer" if self.permission == "admin" else None)

    @property
    def audited(self) -> Audit:
        """Whether a fact is written down of it; else its events tell, or it changes nothing."""
        return self.audit or ("none" if self.method == "GET" else "fact")


WRITES = Rate(20, 60)
LOGINS = Rate(0.2, 10)
SEARCHES = Rate(5, 30)
