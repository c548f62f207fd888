"""Goes through the tickets of jobs: a slice of each in turn, each slice one transaction.

Two runners that have the same job meet in its document: one is run anew and finds the next slice.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from normalizer.model import AgentId, TicketId
from storage.errors import TransactionGaveUp
from storage.events import Event
from storage.ids import new_id, utc_now
from storage.mongo import Session
from ticketing import facts, metrics
from ticketing.bulk.model import (
    MOST_TICKETS,
    SLICE,
    Job,
    JobId,
    Leaf,
    Listed,
    Outcome,
    Result,
    counted,
    leaf_id,
    result_id,
)
from ticketing.bulk.policy import change_for, worked_on
from ticketing.bulk.store import BulkStore
from ticketing.errors import Invalid, NotFound, TicketingError
from ticketing.handlers import Commands
from ticketing.model import Ticket
from ticketing.permissions import Origin, Viewer, require
from ticketing.redaction import check_change
from ticketing.transactions import Offer

log = logging.getLogger(__name__)

SMALLER = (SLICE, 10, 1)  # tickets a transaction, while others write to them all the time
TRIES = 5
GONE = "its asker no longer works here"

ViewerOf = Callable[[AgentId, Origin], Awaitable[Viewer | None]]
Tell = Callable[[Job], Awaitable[None]]


class Selecting(Protocol):
    """Which tickets a list shows, page by page, none twice."""

    def ids(self, viewer: Viewer, listed: Listed, now: datetime) -> AsyncIterator[list[TicketId]]:
        """As the viewer sees it now."""


class Slice(msgspec.Struct, kw_only=True):
    """What one transaction is going to write."""

    tickets: list[Ticket] = []
    results: list[Result] = []
    events: list[Event] = []


class BulkRunner:
    """``viewer_of`` says what the asker may do by now; ``tell`` hears of progress."""

    def __init__(
        self,
        *,
        store: BulkStore,
        commands: Commands,
        selecting: Selecting,
        viewer_of: ViewerOf,
        offer: Offer,
        tell: Tell,
    ) -> None:
        self._store = store
        self._commands = commands
        self._selecting = selecting
        self._viewer_of = viewer_of
        self._offer = offer
        self._tell = tell

    async def turn(self) -> int:
        """A slice of every open job; how many there are."""
        jobs = await self._store.open_jobs()
        for job in jobs:
            await self._step(job)
        return len(jobs)

    async def _step(self, job: Job) -> None:
        try:
            after = await self._advance(job)
        except TicketingError as error:
            after = await self._end(job, str(error))
        except Exception:
            log.exception("a slice of a job failed", extra={"job_id": job.id})
            await self._store.troubled(job.id, job.tries + 1)
            if job.tries + 1 < TRIES:
                return
            after = await self._end(job, "it failed again and again; see the log")
        await self._tell(after)

    async def _advance(self, job: Job) -> Job:
        viewer = await self._viewer_of(job.agent_id, job.origin)
        if viewer is None:
            return await self._end(job, GONE)
        if job.state == "gathering":
            return await self._gather(job, viewer)
        for size in SMALLER[:-1]:
            try:
                return await self._slice(job.id, viewer, size)
            except TransactionGaveUp:
                log.info("a slice is made smaller", extra={"job_id": job.id})
        return await self._slice(job.id, viewer, SMALLER[-1])

    async def _gather(self, job: Job, viewer: Viewer) -> Job:
        """Write down which tickets: what is changed leaves the list it was found in. A try that was
        cut off is forgotten: whoever still writes to its list disturbs nobody.
        """
        job = replace(job, list_id=new_id(utc_now()))
        total, waiting = 0, list[TicketId]()
        async for ids in self._selecting.ids(viewer, job.listed or Listed(), utc_now()):
            waiting += ids
            while len(waiting) >= SLICE:
                await self._store.add_leaf(_leaf(job, total // SLICE, waiting[:SLICE]))
                total, waiting = total + SLICE, waiting[SLICE:]
            if total > MOST_TICKETS:
                raise Invalid("selection", f"more than {MOST_TICKETS} tickets")
        if waiting:
            await self._store.add_leaf(_leaf(job, total // SLICE, waiting))
        total += len(waiting)
        ready = replace(job, state="running", total=total, updated_at=utc_now())
        if not total:
            ready = replace(ready, state="done", waits=False)
        return ready if await self._store.end(job, ready) else await self._known(job)

    async def _slice(self, id: JobId, viewer: Viewer, size: int) -> Job:
        now = utc_now()

        async def work(session: Session) -> tuple[Job, list[Event]]:
            job = await self._store.job(id, session)
            if job is None or job.state != "running":
                raise NotFound("job", id)
            place = job.done % SLICE
            leaf = await self._store.leaf(job.list_id, job.done // SLICE, session)
            ids = leaf[place : place + size]
            made = await self._through(session, job, viewer, ids, now)
            after = _advanced(job, made.results, now)
            await self._store.write(after, made.tickets, made.results, made.events, session)
            return after, made.events

        job, events = await self._store.mongo.transaction(work)
        self._commands.committed()
        self._offer(events)
        metrics.BULK_TICKETS.inc(len(events))
        return job

    async def _through(
        self, session: Session, job: Job, viewer: Viewer, ids: Sequence[TicketId], now: datetime
    ) -> Slice:
        found = await self._store.tickets(ids, session)
        made = Slice()
        for number, id in enumerate(ids):
            place = job.done + number
            try:
                before = require(viewer, "change", found.get(id), id)
                after = await self._changed(session, job, viewer, before, now)
            except TicketingError as error:
                made.results.append(_refusal(job, place, id, found.get(id), error))
                continue
            made.results.append(
                _result(job, place, before, "unchanged" if after is before else "changed")
            )
            if after is not before:
                saved = replace(after, version=before.version + 1)
                made.tickets.append(saved)
                made.events.append(_event(job, before, saved, viewer, now))
        return made

    async def _changed(
        self, session: Session, job: Job, viewer: Viewer, before: Ticket, now: datetime
    ) -> Ticket:
        change = change_for(before, job.wish)
        after = await self._commands.decided(session, viewer, before, change, now)
        worked = worked_on(after, job.wish, viewer, now)
        if worked is not after:
            check_change(viewer, after, worked)
        return worked

    async def _end(self, job: Job, reason: str) -> Job:
        ended = replace(job, state="failed", waits=False, reason=reason, updated_at=utc_now())
        return ended if await self._store.end(job, ended) else await self._known(job)

    async def _known(self, job: Job) -> Job:
        return await self._store.job(job.id) or job


def _leaf(job: Job, number: int, ids: Sequence[TicketId]) -> Leaf:
    return Leaf(id=leaf_id(job.list_id, number), ticket_ids=tuple(ids), expires_at=job.expires_at)


def _advanced(job: Job, results: Sequence[Result], now: datetime) -> Job:
    done = job.done + len(results)
    ended = done >= job.total or not results
    return replace(
        job,
        done=done,
        counts=counted(job.counts, Counter(one.outcome for one in results)),
        state="done" if ended else "running",
        waits=not ended,
        tries=0,
        updated_at=now,
    )


def _result(job: Job, place: int, ticket: Ticket, outcome: Outcome) -> Result:
    return Result(
        id=result_id(job.id, place),
        ticket_id=ticket.id,
        number=ticket.number,
        outcome=outcome,
        expires_at=job.expires_at,
    )


def _refusal(
    job: Job, place: int, id: TicketId, ticket: Ticket | None, error: TicketingError
) -> Result:
    """What is not visible is told by the id alone that was asked for."""
    if isinstance(error, NotFound) or ticket is None:
        return Result(
            id=result_id(job.id, place),
            ticket_id=id,
            outcome="not_visible",
            expires_at=job.expires_at,
        )
    field = error.field if isinstance(error, Invalid) else ""
    return replace(_result(job, place, ticket, "refused"), field=field, reason=str(error))


def _event(job: Job, before: Ticket, after: Ticket, viewer: Viewer, now: datetime) -> Event:
    """A job changes a ticket once: its id is the cause."""
    return facts.fact(
        "ticket.changed",
        after,
        cause=f"bulk {job.id}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=facts.differences(before, after),
    )
