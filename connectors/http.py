"""The HTTP client that connectors are given: small enough for a stand-in, honest about failure."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec

T = TypeVar("T")
SUCCESS = 2


class HttpReply(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is a success (2xx)."""
        return self.status // 100 == SUCCESS

    def read(self, kind: type[T]) -> T | None:
        """The JSON body as ``kind``; None when it is none or does not fit."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


class NotSent(Exception):
    """The request surely did not leave (no address, refused, TLS failed): safe to repeat."""


class AddressRefused(NotSent):
    """We will not send there (a private network, a scheme that is not HTTP): never repeat it."""


class LineBroken(Exception):
    """The line broke after bytes had left: the provider may have acted."""


Body = bytes | AsyncIterable[bytes]
REPLY_MAX_BYTES = 32 * 1024 * 1024
FRAME_MAX_BYTES = 8 * 1024 * 1024


class Socket(Protocol):
    """An open WebSocket. Ends of all kinds are LineBroken: whoever streams comes again."""

    async def send(self, text: str) -> None:
        """One text frame."""
        ...

    async def receive(self, timeout_s: float) -> bytes | None:
        """The next text or binary frame; None when none came in time."""
        ...


class Http(Protocol):
    """Outgoing requests. ``EgressClient`` is the real one; ``explain send`` brings a stand-in."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body = b"",
        timeout_s: float = 20.0,
    ) -> HttpReply:
        """Raises NotSent or LineBroken; any status is a reply. Redirects are not followed and
        replies are capped at ``REPLY_MAX_BYTES``.
        """
        ...

    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = REPLY_MAX_BYTES,
        timeout_s: float = 120.0,
    ) -> AsyncIterator[bytes]:
        """The bytes behind ``url`` in pieces, over at most five redirects (credentials stay with
        the first host). Raises FetchFailed.
        """
        ...

    def socket(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = FRAME_MAX_BYTES,
    ) -> AbstractAsyncContextManager[Socket]:
        """A WebSocket to ``url`` (wss or ws), pinged every 20 seconds. Entering raises NotSent."""
        ...
