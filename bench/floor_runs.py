"""Runs the floors beside the site, on the site's own database."""

import asyncio
import hashlib
import hmac
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bench import samples
from bench.floors import SECRET
from bench.load import SmtpPool, post
from bench.measure import Measured, Pids, measure
from bench.process import tree
from storage.engines import free_port

HTTP_FLOORS = {
    "bare": "floor: aiohttp",
    "hmac": "floor: aiohttp + HMAC + JSON",
    "journaled": "floor: aiohttp + HMAC + JSON + one journaled insert",
}


@asynccontextmanager
async def _served(name: str, mongo_url: str) -> AsyncIterator[tuple[int, int]]:
    """(port, pid) of a floor's server, once it accepts connections."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.floors", name, "--port", str(port), "--mongo", mongo_url)
    )
    try:
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(_accepts, port):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        await process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def http_floor(
    name: str, mongo_url: str, database: Pids, *, count: int, in_flight: int
) -> Measured:
    """One HTTP floor; only the journaled one counts the database too."""
    bodies = [samples.webhook(serial, 50) for serial in range(count)]
    async with _served(name, mongo_url) as (port, pid), aiohttp.ClientSession() as session:

        async def act(serial: int) -> None:
            mac = hmac.new(SECRET, bodies[serial], hashlib.sha256).hexdigest()
            await post(session, f"http://127.0.0.1:{port}/", bodies[serial], x_signature=mac)

        def pids() -> set[int]:
            return tree(pid) | (set(database()) if name == "journaled" else set())

        await act(0)
        return await measure(HTTP_FLOORS[name], pids, act, count=count, in_flight=in_flight)


async def smtp_floor(*, count: int, in_flight: int) -> Measured:
    """aiosmtpd that throws 33 kB mails away."""
    mails = [samples.new_mail(serial, "support@halden.example") for serial in range(count)]
    async with _served("smtp", "") as (port, pid):
        pool = SmtpPool(port)

        async def act(serial: int) -> None:
            await pool.send("c@posta.example", "support@halden.example", mails[serial])

        await act(0)
        measured = await measure(
            "floor: aiosmtpd, 33 kB thrown away",
            lambda: tree(pid),
            act,
            count=count,
            in_flight=in_flight,
        )
        await pool.close()
        return measured
