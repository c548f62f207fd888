"""The load: bounded, on loopback, and its own CPU is not counted."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable

import aiohttp
import aiosmtplib

Act = Callable[[int], Awaitable[None]]


async def run(act: Act, count: int, in_flight: int) -> list[float]:
    """Call ``act(0..count-1)`` with so many at a time; the seconds each took."""
    taken = [0.0] * count
    serials = iter(range(count))

    async def worker() -> None:
        for serial in serials:
            began = time.perf_counter()
            await act(serial)
            taken[serial] = time.perf_counter() - began

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return taken


def standard_signature(secret: str, webhook_id: str, stamp: int, body: bytes) -> str:
    """Standard Webhooks: ``v1,`` and the base64 HMAC-SHA256 of ``id.timestamp.body``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


async def post(session: aiohttp.ClientSession, url: str, body: bytes, **headers: str) -> bytes:
    """POST that must be answered with a 2xx."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.post(url, data=body, headers=sent) as answer:
        content = await answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{url} answered {answer.status}: {content[:200]!r}")
        return content


class SmtpPool:
    """Kept SMTP connections, one per mail in flight, as a real relay keeps them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, sender: str, to: str, raw: bytes) -> None:
        """Deliver one mail; raises when it is not accepted."""
        client = self._idle.pop() if self._idle else await self._connect()
        await client.sendmail(sender, [to], raw)
        self._idle.append(client)

    async def _connect(self) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=self._port, start_tls=False)
        await client.connect()
        return client

    async def close(self) -> None:
        """Say QUIT on every kept connection."""
        for client in self._idle:
            await client.quit()
