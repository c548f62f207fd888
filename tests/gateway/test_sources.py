"""A channel whose webhook only rings: the worker pulls at once, not after its pause."""

import asyncio

from connectors.contract import Pulled
from connectors.events import Parsed
from connectors.registry import Registry
from gateway.workers import sources
from gateway.workers.loops import Bell
from gateway.workers.sources import Sources, said
from gateway.workers.store import CursorStore
from storage.leases import Leases
from tests.ticketing.builders import an_inbox


class Ringing:
    """Pulls one item each time; its webhook says when."""

    def __init__(self):
        self.pulls = asyncio.Queue()

        self.cursors = []

    def rung(self, cursor):
        self.cursors.append(cursor)

    def verify(self, request):
        return True

    def handshake(self, request):
        return None

    def parse(self, request):
        return Parsed()

    def ack(self, request):
        raise AssertionError("the worker acknowledges nothing")

    async def pull(self, cursor):
        self.pulls.put_nowait(cursor)
        yield Pulled(body=b"{}", cursor=f"{cursor}x")

    async def wait(self, seconds):
        raise AssertionError("it is told by its webhook")

    def parse_item(self, body, headers, received_at):
        return Parsed()


class Directory:
    def __init__(self, connector):
        self.connector = connector

    async def active(self):
        return [an_inbox()]

    def connect(self, inbox):
        return self.connector

    def manifest(self, channel):
        return Registry.load().manifest(channel)


async def noted(inbox, now):
    return None


class Kept:
    def __init__(self):
        self.records = []

    async def append(self, record):
        self.records.append(record)


async def test_a_ring_pulls_at_once_and_a_lost_one_after_the_pause(mongo, monkeypatch):
    connector, journal, news = Ringing(), Kept(), Bell()
    followed = Sources(
        directory=Directory(connector),
        journal=journal,
        leases=Leases(mongo),
        cursors=CursorStore(mongo),
        note=noted,
        news=news,
        owner="worker",
    )
    running = asyncio.create_task(followed.run())
    try:
        async with asyncio.timeout(20):
            assert await connector.pulls.get() == ""
            (ring,) = said({an_inbox().id: "a,b=c"})
            news.ring(f"somebody-else,{ring}")
            assert await connector.pulls.get() == "x"
            monkeypatch.setattr(sources, "IDLE_S", 0.05)
            news.ring(an_inbox().id)
            assert [await connector.pulls.get() for _ in range(2)] == ["xx", "xxx"]
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert connector.cursors == ["a,b=c"]
    assert {record.transport for record in journal.records} == {"imap"}
