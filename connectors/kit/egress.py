"""The one way out: an HTTP client that refuses private networks and caps size and time.

Addresses are checked after name resolution, on the very addresses that are connected to, so a
name that changes between check and connection cannot slip through.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from connectors.errors import FetchFailed
from connectors.http import (
    FRAME_MAX_BYTES,
    REPLY_MAX_BYTES,
    AddressRefused,
    Body,
    HttpReply,
    LineBroken,
    NotSent,
)
from connectors.kit.addresses import Allowed
from connectors.metrics import EGRESS_REQUESTS, EGRESS_SECONDS

MAX_REDIRECTS = 5
CONNECT_S = 10.0
PIECE = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
GONE_FROM, GONE_TO, OK_FROM, OK_TO = 400, 500, 200, 300
COME_BACK = {408, 425, 429}
SCHEMES = frozenset({"http", "https"})
SOCKET_SCHEMES = frozenset({"ws", "wss"})
HEARTBEAT_S = 20.0
CLOSE_S = 5.0


class Call(NamedTuple):
    """The arguments of one request."""

    method: str
    url: str
    headers: Mapping[str, str] | None
    body: Body
    timeout_s: float


class EgressClient:
    """Implements ``Http``. One for each process, made and closed inside its loop."""

    def __init__(self, allow: Iterable[str] = (), *, user_agent: str = "Parley") -> None:
        self._allowed = Allowed(allow)
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        trace = SimpleNamespace(left=False)
        try:
            with EGRESS_SECONDS.time():
                call = Call(method, url, headers, body, timeout_s)
                reply = await self._exchange(call, trace)
        except (AddressRefused, aiohttp.InvalidURL) as error:
            EGRESS_REQUESTS.labels("refused").inc()
            raise AddressRefused(_words(error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            EGRESS_REQUESTS.labels("broken" if trace.left else "not_sent").inc()
            reason = _words(error)
            raise (LineBroken(reason) if trace.left else NotSent(reason)) from error
        EGRESS_REQUESTS.labels(f"{reply.status // 100}xx").inc()
        return reply

    async def _exchange(self, call: Call, trace: SimpleNamespace) -> HttpReply:
        self._check(call.url)
        async with self._open().request(
            call.method,
            call.url,
            headers=call.headers,
            data=call.body or None,
            allow_redirects=False,
            timeout=_timeout(call.timeout_s),
            trace_request_ctx=trace,
        ) as response:
            content = b"".join([piece async for piece in _capped(response, REPLY_MAX_BYTES)])
            return HttpReply(status=response.status, headers=_lower(response.headers), body=content)

    async def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = REPLY_MAX_BYTES,
        timeout_s: float = 120.0,
    ) -> AsyncIterator[bytes]:
        """See ``Http.stream``."""
        try:
            response = await self._follow(url, dict(headers or {}), timeout_s)
            async with response:
                async for piece in _capped(response, max_bytes):
                    yield piece
        except (AddressRefused, aiohttp.InvalidURL) as error:
            EGRESS_REQUESTS.labels("refused").inc()
            raise FetchFailed(_words(error), retry=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            EGRESS_REQUESTS.labels("broken").inc()
            raise FetchFailed(_words(error), retry=not isinstance(error, TooLarge)) from error

    @asynccontextmanager
    async def socket(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = FRAME_MAX_BYTES,
    ) -> AsyncIterator["EgressSocket"]:
        """See ``Http.socket``."""
        try:
            self._check(url, SOCKET_SCHEMES)
            line = await self._open().ws_connect(
                url,
                headers=headers,
                heartbeat=HEARTBEAT_S,
                max_msg_size=max_bytes,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            )
        except (AddressRefused, aiohttp.InvalidURL) as error:
            EGRESS_REQUESTS.labels("refused").inc()
            raise AddressRefused(_words(error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            EGRESS_REQUESTS.labels("not_sent").inc()
            raise NotSent(_words(error)) from error
        EGRESS_REQUESTS.labels("socket").inc()
        try:
            yield EgressSocket(line)
        finally:
            await line.close()

    async def _follow(
        self, url: str, headers: dict[str, str], timeout_s: float
    ) -> aiohttp.ClientResponse:
        for _ in range(MAX_REDIRECTS + 1):
            self._check(url)
            response = await self._open().get(
                url, headers=headers, allow_redirects=False, timeout=_timeout(timeout_s)
            )
            if OK_FROM <= response.status < OK_TO:
                return response
            response.close()
            if response.status not in REDIRECTS:
                raise _refused(response.status)
            target = urljoin(url, response.headers.get("location", ""))
            if urlsplit(target).netloc != urlsplit(url).netloc:
                headers = {}
            url = target
        raise FetchFailed(f"more than {MAX_REDIRECTS} redirects", retry=False)

    def _check(self, url: str, schemes: frozenset[str] = SCHEMES) -> None:
        """Scheme, credentials and literal addresses; names are checked by the resolver."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in schemes or not host or parts.username is not None:
            raise AddressRefused(f"{parts.scheme}://{host} is not an address that we call")
        if _is_literal(host) and not self._allowed.permits(host, host):
            raise AddressRefused(f"{host} is not a public address")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_left)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=GuardedResolver(self._allowed), limit=100, keepalive_timeout=4
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent},
                trace_configs=[trace],
            )
        return self._session


class EgressSocket:
    """Implements ``Socket`` over one connection."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line

    async def send(self, text: str) -> None:
        """See ``Socket.send``."""
        try:
            await self._line.send_str(text)
        except (aiohttp.ClientError, OSError) as error:
            raise LineBroken(_words(error)) from error

    async def receive(self, timeout_s: float) -> bytes | None:
        """See ``Socket.receive``."""
        try:
            async with asyncio.timeout(timeout_s):
                frame = await self._line.receive()
        except TimeoutError:
            return None
        if frame.type is aiohttp.WSMsgType.TEXT:
            return str(frame.data).encode()
        if frame.type is aiohttp.WSMsgType.BINARY:
            return bytes(frame.data)
        raise LineBroken(f"closed ({self._line.close_code})")


class TooLarge(aiohttp.ClientError):
    """An answer went beyond its cap."""


class GuardedResolver(AbstractResolver):
    """Resolves names and drops every address that ``allowed`` does not permit."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As ``ThreadedResolver.resolve``; AddressRefused when nothing permitted is left."""
        found = await self._inner.resolve(host, port, family)
        permitted = [one for one in found if self._allowed.permits(host, one["host"])]
        if not permitted:
            raise AddressRefused(f"{host} resolves to no public address")
        return permitted

    async def close(self) -> None:
        """Nothing is held open."""
        await self._inner.close()


async def _note_left(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: object
) -> None:
    if context.trace_request_ctx is not None:
        context.trace_request_ctx.left = True


async def _capped(response: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    total = 0
    async for piece in response.content.iter_chunked(PIECE):
        total += len(piece)
        if total > max_bytes:
            raise TooLarge(f"more than {max_bytes} bytes")
        yield piece


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_S, seconds))


def _refused(status: int) -> FetchFailed:
    permanent = GONE_FROM <= status < GONE_TO and status not in COME_BACK
    return FetchFailed(f"answered {status}", retry=not permanent, status=status)


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except OSError:
            continue
        return True
    return False


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _words(error: BaseException) -> str:
    """The error in words, never with the URL (it may hold a token)."""
    if isinstance(error, asyncio.TimeoutError):
        return "timed out"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}: {error.strerror or type(error.os_error).__name__}"
    if isinstance(error, TooLarge | AddressRefused):
        return str(error)
    return type(error).__name__
