"""``python -m bench``: every floor and every workload in one run, and the table they make."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bench import report
from bench.fill import fill
from bench.floor_runs import HTTP_FLOORS, http_floor, smtp_floor
from bench.measure import Measured
from bench.process import usage
from bench.workloads import Latency, Workloads
from tests.api_client import ApiClient
from tests.indexed import indexed
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import EMAIL, PASSWORD, Site, connected_inboxes

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
AGENTS = 8  # each has a write limit of its own, as people have


class Bench:
    """One run over one site; ``scale`` shortens it for a quick look."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self.measured: list[Measured] = []
        self.latencies: list[Latency] = []
        self.facts: list[str] = []

    def _count(self, full: int) -> int:
        return max(16, int(full * self._scale))

    def _keep(self, one: Measured) -> None:
        self.measured.append(one)
        print(
            f"{one.name:55} {one.in_flight:3}  {one.cpu_ms:7.2f} ms CPU  {one.per_s:7.0f}/s"
            f"  p50 {one.p50_ms:6.1f}  p99 {one.p99_ms:6.1f}  {one.memory_mb:5.0f} MB",
            flush=True,
        )

    async def floors(self, site: Site) -> None:
        """The least that anybody pays."""
        for name in HTTP_FLOORS:
            for in_flight in (1, 64):
                self._keep(
                    await http_floor(
                        name,
                        site.mongo_url,
                        lambda: site.pids("mongo"),
                        count=self._count(1_000),
                        in_flight=in_flight,
                    )
                )
        for in_flight in (1, 16):
            self._keep(await smtp_floor(count=self._count(300), in_flight=in_flight))

    async def ours(self, work: Workloads, clients: list[ApiClient]) -> None:
        """Parley's own."""
        for in_flight in (1, 64):
            self._keep(await work.webhook_accepted(count=self._count(1_000), in_flight=in_flight))
        for row in (work.webhook_to_ticket, work.mail_to_ticket, work.reply_to_thread):
            for in_flight, count in ((1, 150), (16, 600)):
                self._keep(await row(count=self._count(count), in_flight=in_flight))
        for in_flight in (1, 16):
            self._keep(await work.smtp_accepted(count=self._count(300), in_flight=in_flight))
        for in_flight, count in ((1, 100), (16, 300)):
            self._keep(
                await work.replies_out(clients, count=self._count(count), in_flight=in_flight)
            )
        for in_flight, count in ((1, 150), (16, 300)):
            self._keep(await work.changes(clients, count=self._count(count), in_flight=in_flight))
        self.latencies.append(await work.accept_to_queryable(count=self._count(100)))

    async def memory(self, site: Site, work: Workloads, messages: int) -> None:
        """Application memory, without the databases, after so many more messages."""
        while (stored := await work.stored()) < messages:
            await work.webhook_to_ticket(count=min(2_000, messages - stored), in_flight=64)
        stores = site.pids("mongo") | site.pids("redis")
        application = usage(site.pids() - stores).memory / 1e6
        self.facts.append(
            f"application memory after {await work.stored():,} messages: {application:.0f} MB;"
            f" databases {usage(stores).memory / 1e6:.0f} MB"
        )

    async def reads(self, site: Site, work: Workloads) -> None:
        """Lists and searches over what the run has stored."""
        filled = await fill(site.db, self._count(20_000), self._count(100_000))
        await indexed(site.db, site.directory / "var", within_s=600)
        size = f"{filled.tickets:,} open tickets, {filled.messages:,} messages"
        name = f"list 50 of {size}"
        self._keep(await work.read(name, "/tickets", count=50, view="open", limit=50))
        for words, query in (("rare word", filled.rare), ("two words", filled.two)):
            self._keep(await work.read(f"search, {words}", "/search", count=20, q=query))


@asynccontextmanager
async def _agents(site: Site) -> AsyncIterator[list[ApiClient]]:
    async with AsyncExitStack() as stack:
        clients = []
        for number in range(AGENTS):
            email = f"agent{number}@halden.example"
            person = {"email": email, "name": f"Agent {number}", "role": "agent"}
            await site.client.call("POST", "/agents", person | {"password": PASSWORD})
            clients.append(await stack.enter_async_context(ApiClient(site.url, email, PASSWORD)))
        yield clients


async def _run(scale: float) -> Bench:
    bench = Bench(scale)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-bench-")))
        provider = await stack.enter_async_context(Provider())
        sink = stack.enter_context(SmtpSink())
        site = await stack.enter_async_context(Site(folder))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        inboxes = await connected_inboxes(site, provider, sink)
        await site.client.call(
            "PATCH",
            f"/inboxes/{inboxes['email']['id']}",
            {"undo_s": 0, "settings": {"smtp_unlimited": True}},
        )
        work = Workloads(site, inboxes, sink, session)
        clients = await stack.enter_async_context(_agents(site))
        await work.warm_up(clients)
        await bench.floors(site)
        await bench.ours(work, clients)
        await bench.memory(site, work, int(20_000 * scale))
        await bench.reads(site, work)
        await work.close()
    return bench


def main() -> None:
    """Run, print, and with --write put the table into docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 is a quick look")
    parser.add_argument("--write", action="store_true", help=f"write the table of {PAGE.name}")
    chosen = parser.parse_args()
    print(f"as {EMAIL} on a site of its own, Python {sys.version.split()[0]}")
    bench = asyncio.run(_run(chosen.scale))
    text = report.table(bench.measured, bench.latencies, bench.facts)
    print(text)
    if chosen.write:
        report.write(PAGE, text, datetime.now(UTC), "python -m bench --write")


if __name__ == "__main__":
    main()
