"""A stand-in for a provider: records requests, gives the answers of a case, reaches no network."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase

import msgspec

from connectors.errors import FetchFailed
from connectors.http import Body, HttpReply, LineBroken, NotSent, Socket


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` is a glob; "" fits all. ``line`` breaks instead of answering."""

    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = {}
    body: str | dict[str, object] | list[object] = ""
    line: str = ""

    def content(self) -> bytes:
        """The body as sent; an object as JSON."""
        if isinstance(self.body, str):
            return self.body.encode()
        return msgspec.json.encode(self.body)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One request that would have gone out; the body as text."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str


class StandInHttp:
    """Implements ``Http``. The first unused reply whose ``url`` fits answers; else one for the same
    last part of the address (placeholders stand elsewhere in it); else the first that is left.
    """

    def __init__(self, replies: Sequence[CannedReply] = ()) -> None:
        self._replies = list(replies)
        self.requests: list[Recorded] = []

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body = b"",
        timeout_s: float = 20.0,
    ) -> HttpReply:
        """See ``Http.request``."""
        content = body if isinstance(body, bytes) else b"".join([piece async for piece in body])
        self.requests.append(
            Recorded(
                method=method,
                url=url,
                headers=dict(headers or {}),
                body=content.decode("utf-8", "replace"),
            )
        )
        reply = self._take(url)
        if reply.line == "broken":
            raise LineBroken("the case breaks the line")
        if reply.line:
            raise NotSent("the case refuses the connection")
        names = {name.lower(): value for name, value in reply.headers.items()}
        return HttpReply(status=reply.status, headers=names, body=reply.content())

    async def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 0,
        timeout_s: float = 120.0,
    ) -> AsyncIterator[bytes]:
        """See ``Http.stream``."""
        reply = await self.request("GET", url, headers=headers)
        if not reply.ok:
            raise FetchFailed(f"answered {reply.status}", retry=False, status=reply.status)
        yield reply.body

    @asynccontextmanager
    async def socket(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 0,
    ) -> AsyncIterator[Socket]:
        """See ``Http.socket``; a stand-in keeps no line open."""
        raise NotSent("a stand-in has no socket")
        yield  # pragma: no cover (makes this a generator)

    def _take(self, url: str) -> CannedReply:
        for fits in FITS:
            for index, reply in enumerate(self._replies):
                if fits(reply.url, url):
                    return self._replies.pop(index)
        raise NotSent("the case has no reply left")


def _globs(pattern: str, url: str) -> bool:
    return not pattern or fnmatchcase(url, pattern)


def _same_end(pattern: str, url: str) -> bool:
    return _last(pattern) == _last(url)


def _any_of_a_kind(pattern: str, _url: str) -> bool:
    """A pattern means a kind of requests; an address that is written out means itself."""
    return "*" in pattern


def _anything(_pattern: str, _url: str) -> bool:
    return True


def _last(url: str) -> str:
    return url.partition("?")[0].rstrip("*/").rpartition("/")[2]


FITS = (_globs, _same_end, _any_of_a_kind, _anything)
