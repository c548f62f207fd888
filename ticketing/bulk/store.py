"""Queries of jobs; every read is by key or bounded."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from normalizer.model import AgentId, TicketId
from storage.collection import to_document
from storage.events import Event, EventLog
from storage.migrations import Index
from storage.mongo import Mongo, Session
from storage.writes import Writes
from ticketing.bulk.model import (
    SLICE,
    Job,
    JobId,
    Leaf,
    Outcome,
    Result,
    leaf_id,
    leaves,
    result_id,
)
from ticketing.model import Ticket
from ticketing.store import Collections

MOST_OPEN = 50

INDEXES = (
    Index(collection="bulk_jobs", name="by_waiting", keys=(("waits", 1), ("created_at", 1))),
    Index(collection="bulk_jobs", name="by_agent", keys=(("agent_id", 1), ("created_at", -1))),
    Index(collection="bulk_jobs", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
    Index(collection="bulk_leaves", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
    Index(collection="bulk_results", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
)


class BulkStore:
    """Jobs, the leaves of their lists, and their results."""

    def __init__(self, collections: Collections, events: EventLog) -> None:
        self.mongo: Mongo = collections.mongo
        self._tickets = collections.tickets
        self._events = events
        self._jobs = self.mongo.collection("bulk_jobs", Job)
        self._leaves = self.mongo.collection("bulk_leaves", Leaf)
        self._results = self.mongo.collection("bulk_results", Result)

    async def job(self, id: JobId, session: Session | None = None) -> Job | None:
        """One."""
        return await self._jobs.get(id, session)

    async def open_jobs(self) -> list[Job]:
        """Oldest first."""
        return await self._jobs.find({"waits": True}, sort=[("created_at", 1)], limit=MOST_OPEN)

    async def open_of(self, agent_id: AgentId) -> int:
        """How many jobs of an agent are not at their end."""
        where = {"waits": True, "agent_id": agent_id}
        return len(await self._jobs.find(where, limit=MOST_OPEN))

    async def recent(self, agent_id: AgentId, limit: int) -> list[Job]:
        """An agent's, newest first."""
        return await self._jobs.find({"agent_id": agent_id}, sort=[("created_at", -1)], limit=limit)

    async def create(self, job: Job, leaves: Sequence[Leaf]) -> None:
        """A new one with what is known of its list."""

        async def work(session: Session) -> None:
            batch = Writes(self.mongo, session)
            batch.insert(self._jobs, [job])
            batch.insert(self._leaves, leaves)
            await batch.send()

        await self.mongo.transaction(work, reads=False)

    async def gathered(self, before: Job, after: Job, ids: Sequence[TicketId]) -> bool:
        """Save another page of a job's list, when the job is as it was read."""

        async def work(session: Session) -> bool:
            if await self.job(before.id, session) != before:
                return False
            first, kept = divmod(before.total, SLICE)
            last = await self.leaf(before.list_id, first, session) if kept else ()
            batch = Writes(self.mongo, session)
            batch.replace(self._leaves, leaves(before, (*last[:kept], *ids), first))
            batch.replace(self._jobs, [after])
            await batch.send()
            return True

        return await self.mongo.transaction(work)

    async def listed(self, job: Job) -> set[TicketId]:
        """What is gathered of a job's list so far."""
        ids = (leaf_id(job.list_id, number) for number in range(-(-job.total // SLICE)))
        found = await self._leaves.by_ids(ids)
        return {id for leaf in found.values() for id in leaf.ticket_ids}

    async def leaf(self, list_id: str, number: int, session: Session) -> Sequence[TicketId]:
        """The tickets of one slice."""
        found = await self._leaves.get(leaf_id(list_id, number), session)
        return found.ticket_ids if found else ()

    async def end(self, before: Job, after: Job) -> bool:
        """Save another state, when the job is as far as it was read."""
        document = to_document(after)
        fields = {name: value for name, value in document.items() if name != "_id"}
        where = {
            "_id": before.id,
            "state": before.state,
            "done": before.done or None,  # 0 is not stored
            "updated_at": before.updated_at,
        }
        return await self._jobs.update(where, {"$set": fields}) == 1

    async def troubled(self, id: JobId, tries: int, again_at: datetime) -> None:
        """It failed, and will be tried again then."""
        change = {"$set": {"tries": tries, "tries_at": again_at}}
        await self._jobs.update({"_id": id}, change)

    async def tickets(self, ids: Sequence[TicketId], session: Session) -> dict[TicketId, Ticket]:
        """By id."""
        found = await self._tickets.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def write(
        self,
        job: Job,
        changed: Iterable[Ticket],
        results: Sequence[Result],
        events: Sequence[Event],
        session: Session,
    ) -> None:
        """A slice: tickets, results, events and how far the job has come, all or nothing."""
        batch = Writes(self.mongo, session)
        batch.replace(self._tickets, changed)
        batch.insert(self._results, results)
        batch.replace(self._jobs, [job])
        self._events.add(batch, events)
        await batch.send()

    async def results(
        self, id: JobId, after: int, outcome: Outcome | None, limit: int
    ) -> list[Result]:
        """By place, from ``after`` on."""
        where: dict[str, object] = {
            "_id": {"$gte": result_id(id, after), "$lte": result_id(id, 99_999_999)}
        }
        if outcome is not None:
            where["outcome"] = outcome
        return await self._results.find(where, sort=[("_id", 1)], limit=limit)
