"""A provider over real HTTP that counts what it is given, and misbehaves when told to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from connectors.contract import (
    Accepted,
    OutboundMessage,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    SendOutcome,
)

Answer = Callable[[dict[str, object]], web.Response]


class Peer:
    """Far side: ``arrived`` counts deliveries by message id, ``order`` keeps them as they came."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.order: list[dict[str, object]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.got_one = asyncio.Event()
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a port that the system picks."""
        app = web.Application()
        app.router.add_post("/send", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/send"

    async def stop(self) -> None:
        """Answer whoever still waits, then close."""
        self.hold.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json()
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        if status == 200:
            self.arrived[body["id"]] += 1
            self.order.append(body)
        self.got_one.set()
        await self.hold.wait()
        return web.json_response({"sid": body["sid"]}, status=status, headers=headers)


class PeerSender:
    """A connector's sending half, small and honest about its outcomes."""

    def __init__(self, url: str, *, idempotent: bool) -> None:
        self.url = url
        self.idempotent = idempotent
        self.sent: list[OutboundMessage] = []

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """One POST."""
        self.sent.append(message)
        to = list(message.mail.to) if message.mail else [message.recipient.value]
        sid = message.mail.message_id if message.mail else f"P-{message.id}"
        body = {"id": message.id, "to": to, "text": message.text, "sid": sid}
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.post(self.url, json=body, timeout=aiohttp.ClientTimeout(total=10)) as reply,
            ):
                return await self._outcome(reply)
        except aiohttp.ClientConnectorError as error:
            return RetryLater(reason=str(error))
        except aiohttp.ClientError as error:
            return OutcomeUnknown(reason=type(error).__name__)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """As the manifest names them."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def _outcome(self, reply: aiohttp.ClientResponse) -> SendOutcome:
        if reply.status == 200:
            return Accepted(native_ids=((await reply.json())["sid"],))
        if reply.status in {429, 503}:
            after = reply.headers.get("Retry-After")
            return RetryLater(
                reason=f"HTTP {reply.status}", after_s=None if after is None else float(after)
            )
        if reply.status == 504:
            return OutcomeUnknown(reason="HTTP 504")
        return Rejected(reason="not this one", code=str(reply.status))


@asynccontextmanager
async def listening() -> AsyncIterator[Peer]:
    """A peer that answers."""
    peer = Peer()
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()
