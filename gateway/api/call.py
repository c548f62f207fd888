"""One checked API call: what a handler is given, and what it may give back."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web

from gateway.api.answer import Answer
from gateway.auth.model import Identity
from gateway.errors import Refused
from ticketing.audit.model import Subject
from ticketing.model import Agent
from ticketing.permissions import Origin, Viewer

BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler changed; ``before`` None: it made it, ``after`` None: it is gone."""

    subject: Subject
    before: msgspec.Struct | None = None
    after: msgspec.Struct | None = None


class Call(msgspec.Struct, Generic[BodyT, QueryT], frozen=True, kw_only=True):
    """``body``, ``query``: the operation's Structs; ``key``: the Idempotency-Key or empty.

    ``noted`` is what ``note`` gathers for the audit.
    """

    identity: Identity | None
    params: Mapping[str, str]
    query: QueryT
    body: BodyT
    key: str
    now: datetime
    request: web.Request
    origin: Origin
    noted: list[Noted] = []

    def note(
        self,
        kind: str,
        id: str,
        name: str = "",
        *,
        before: msgspec.Struct | None = None,
        after: msgspec.Struct | None = None,
    ) -> None:
        """Tell the audit what became of what; without it the audit keeps what was asked."""
        subject = Subject(kind=kind, id=id, name=name)
        self.noted.append(Noted(subject=subject, before=before, after=after))

    @property
    def who(self) -> Identity:
        """The identity of an operation that is not public."""
        if self.identity is None:
            raise Refused(401, "not-logged-in", "log in, or send a bearer token")
        return self.identity

    @property
    def agent(self) -> Agent:
        """The agent behind the call."""
        return self.who.agent

    @property
    def viewer(self) -> Viewer:
        """What the agent behind the call may see and do."""
        return msgspec.structs.replace(self.who.viewer, origin=self.origin)


AnyCall = Call[Any, Any]
Result = Answer | web.StreamResponse | None
Handler = Callable[[AnyCall], Awaitable[Result]]
