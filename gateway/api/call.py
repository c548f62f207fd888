"""One checked API call: what a handler is given, and what it may give back."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web

from gateway.api.answer import Answer
from gateway.auth.model import Identity
from gateway.errors import Refused
from ticketing.model import Agent
from ticketing.permissions import Origin, Viewer

BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")


class Call(msgspec.Struct, Generic[BodyT, QueryT], frozen=True, kw_only=True):
    """``body``, ``query``: the operation's Structs; ``key``: the Idempotency-Key or empty."""

    identity: Identity | None
    params: Mapping[str, str]
    query: QueryT
    body: BodyT
    key: str
    now: datetime
    request: web.Request
    origin: Origin

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
        return Viewer.of(self.agent, self.origin)


Result = Answer | web.StreamResponse | None
Handler = Callable[[Call[Any, Any]], Awaitable[Result]]
