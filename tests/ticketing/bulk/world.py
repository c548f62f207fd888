"""Tickets in a database, and what runs jobs over them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec

from normalizer.model import AgentId, TicketId
from storage.events import Event, EventLog
from storage.ids import utc_now
from storage.mongo import Mongo
from tests.ticketing.builders import a_ticket
from ticketing.amendments import TicketChange
from ticketing.bulk.handlers import BulkJobs
from ticketing.bulk.model import Job, Listed, Wish
from ticketing.bulk.runner import BulkRunner
from ticketing.bulk.store import BulkStore
from ticketing.handlers import Commands
from ticketing.model import Ticket
from ticketing.permissions import Origin, Viewer
from ticketing.store import Collections

MIRA = Viewer(agent_id=AgentId("mira"), name="Mira Okafor", role="agent", inbox_ids=None)
SOLVE = Wish(change=TicketChange(status="solved"), add_tags=("winter",))


class World:
    """``viewer`` is what the asker may do when the runner asks; None: they are gone."""

    def __init__(self, mongo: Mongo) -> None:
        self.collections = Collections(mongo)
        self.events = EventLog(mongo)
        self.store = BulkStore(self.collections, self.events)
        self.viewer: Viewer | None = MIRA
        self.offered: list[Event] = []
        self.told: list[Job] = []
        self.heard = asyncio.Event()
        self.jobs = BulkJobs(self.store, self._nobody)

    def runner(self) -> BulkRunner:
        """Another process would have its own."""
        return BulkRunner(
            store=self.store,
            commands=Commands(self.collections, self.events, self.offered.extend),
            selecting=self,
            viewer_of=self._viewer_of,
            offer=self.offered.extend,
            tell=self._tell,
        )

    async def seed(self, count: int, **changes: object) -> list[TicketId]:
        """So many open tickets."""
        ids = [TicketId(f"ticket-{number:06d}") for number in range(count)]
        for start in range(0, count, 500):
            part = ids[start : start + 500]
            await self.collections.tickets.insert_many(
                a_ticket(**({"id": id, "number": start + n + 1, "status": "open"} | changes))
                for n, id in enumerate(part)
            )
        return ids

    async def ids(
        self, viewer: Viewer, listed: Listed, now: datetime
    ) -> AsyncIterator[list[TicketId]]:
        """The port: every ticket, in pages of 70."""
        page: list[TicketId] = []
        async for found in self.collections.tickets.raw.find({}, {"_id": 1}).sort([("_id", 1)]):
            page.append(found["_id"])
            if len(page) == 70:
                yield page
                page = []
        yield page

    async def begin(self, selection: Sequence[TicketId] | Listed, wish: Wish = SOLVE) -> Job:
        """Mira asks."""
        return await self.jobs.begin(MIRA, selection, wish, utc_now())

    async def run(self) -> None:
        """Until nothing waits."""
        runner = self.runner()
        while await runner.turn():
            pass

    async def tickets(self) -> list[Ticket]:
        """All of them."""
        return await self.collections.tickets.find({}, limit=100_000)

    async def changes(self) -> dict[str, int]:
        """How many events each ticket has."""
        counts: dict[str, int] = {}
        cursor = self.collections.mongo.db["events"].find({}, {"ticket_id": 1})
        async for event in cursor:
            counts[event["ticket_id"]] = counts.get(event["ticket_id"], 0) + 1
        return counts

    async def _viewer_of(self, _agent_id: AgentId, origin: Origin) -> Viewer | None:
        return self.viewer and msgspec.structs.replace(self.viewer, origin=origin)

    async def _tell(self, job: Job) -> None:
        self.told.append(job)
        self.heard.set()

    async def _nobody(self) -> None:
        return None
