"""The HTTP client that connectors are given: small enough for a stand-in, honest about failure."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec


class HttpReply(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  foreign data: the caller turns it into a type
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class NotSent(Exception):
    """The request surely did not leave (no address, refused, TLS failed): safe to repeat."""


class LineBroken(Exception):
    """The line broke after bytes had left: the provider may have acted."""


class Http(Protocol):
    """Outgoing requests. ``EgressClient`` is the real one; ``explain send`` brings a stand-in."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = 20.0,
    ) -> HttpReply:
        """Raises NotSent or LineBroken; any status is a reply. Bodies are capped at 32 MB."""
