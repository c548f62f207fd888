"""Tickets in a database, and what runs jobs over them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from normalizer.model import AgentId, TicketId
from storage.events import Event, EventLog
from storage.ids import utc_now
from storage.mongo import Mongo
from tests.ticketing.builders import a_ticket
from ticketing.amendments import TicketChange
from ticketing.bulk.handlers import BulkJobs
from ticketing.bulk.model import Job, Listed, Page, Wish
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
        self.pages = 0
        self.ahead = timedelta()
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
            clock=lambda: utc_now() + self.ahead,
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

    async def page(self, viewer: Viewer, listed: Listed, cursor: str | None, now: datetime) -> Page:
        """The port: every ticket, in pages of 70, each with the last one of the page before."""
        where = {"_id": {"$gte": cursor or ""}}
        raw = self.collections.tickets.raw.find(where, {"_id": 1}).sort([("_id", 1)]).limit(71)
        found = [TicketId(one["_id"]) for one in await raw.to_list(71)]
        self.pages += 1
        return Page(ids=tuple(found), next_cursor=found[-1] if len(found) == 71 else None)

    async def begin(self, selection: Sequence[TicketId] | Listed, wish: Wish = SOLVE) -> Job:
        """Mira asks."""
        return await self.jobs.begin(MIRA, selection, wish, utc_now())

    async def run(self) -> None:
        """Until nothing waits."""
        runner = self.runner()
        while await runner.turn() or await self._time_passes():
            pass

    async def _time_passes(self) -> int:
        """How many wait after a failure."""
        self.ahead += timedelta(minutes=10)
        return len(await self.store.open_jobs())

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
