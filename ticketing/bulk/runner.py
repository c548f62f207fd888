"""Goes through the tickets of jobs: a slice of each in turn, each slice one transaction.

Two runners that have the same job meet in its document: one is run anew and finds the next slice.
"""

import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from normalizer.model import AgentId, TicketId
from storage.errors import TransactionGaveUp
from storage.events import Event
from storage.ids import truncate, utc_now
from storage.mongo import Session
from ticketing import facts, metrics
from ticketing.bulk.model import (
    MOST_TICKETS,
    OPEN,
    SLICE,
    Job,
    JobId,
    JobState,
    Listed,
    Outcome,
    Page,
    Result,
    counted,
    result_id,
)
from ticketing.bulk.policy import (
    change_for,
    children_first,
    pause_after,
    worked_fields,
    worked_on,
)
from ticketing.bulk.store import BulkStore
from ticketing.errors import Invalid, NotFound, TicketingError
from ticketing.handlers import Commands
from ticketing.model import Ticket
from ticketing.permissions import Origin, Viewer, require
from ticketing.redaction import check_asked
from ticketing.transactions import Offer

log = logging.getLogger(__name__)

SMALLER = (SLICE, 10, 1)  # tickets a transaction, while others write to them all the time
TRIES = 8
GONE = "its asker no longer works here"

ViewerOf = Callable[[AgentId, Origin], Awaitable[Viewer | None]]
Tell = Callable[[Job], Awaitable[None]]


class Selecting(Protocol):
    """Which tickets a list shows, page by page."""

    async def page(self, viewer: Viewer, listed: Listed, cursor: str | None, now: datetime) -> Page:
        """As the viewer sees it now."""


class Slice(msgspec.Struct, kw_only=True):
    """What one transaction is going to write."""

    tickets: list[Ticket] = []
    results: list[Result] = []
    events: list[Event] = []


class BulkRunner:
    """``viewer_of`` says what the asker may do by now; ``tell`` hears of progress; ``clock`` says
    when what failed is tried again.
    """

    def __init__(
        self,
        *,
        store: BulkStore,
        commands: Commands,
        selecting: Selecting,
        viewer_of: ViewerOf,
        offer: Offer,
        tell: Tell,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._commands = commands
        self._selecting = selecting
        self._viewer_of = viewer_of
        self._offer = offer
        self._tell = tell
        self._clock = clock
        self._met: dict[JobId, set[TicketId]] = {}  # of lists that are being gathered

    async def turn(self) -> int:
        """A slice, or a page, of every open job that does not wait after a failure; how many."""
        now, waiting = self._clock(), await self._store.open_jobs()
        self._met = {one.id: self._met[one.id] for one in waiting if one.id in self._met}
        jobs = [one for one in waiting if one.tries_at is None or one.tries_at <= now]
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
            metrics.BULK_TROUBLED.inc()
            if job.tries + 1 < TRIES:
                await self._put_off(job)
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

    async def _put_off(self, job: Job) -> None:
        tries = job.tries + 1
        pause = pause_after(tries) * random.uniform(1.0, 1.25)  # noqa: S311  jitter
        await self._store.troubled(job.id, tries, truncate(self._clock() + pause))

    async def _gather(self, job: Job, viewer: Viewer) -> Job:
        """Write down a page of which tickets, before any is changed: what is changed leaves the
        list it was found in.
        """
        now, met = utc_now(), await self._met_by(job)
        page = await self._selecting.page(viewer, job.listed or Listed(), job.cursor, now)
        fresh = [id for id in dict.fromkeys(page.ids) if id not in met]
        total = job.total + len(fresh)
        if total > MOST_TICKETS:
            raise Invalid("selection", f"more than {MOST_TICKETS} tickets")
        after = _gathered(job, total, page.next_cursor, now)
        if not await self._store.gathered(job, after, fresh):
            return await self._known(job)
        met.update(fresh)
        return after

    async def _met_by(self, job: Job) -> set[TicketId]:
        """Remembered, unless another runner has had the job meanwhile."""
        met = self._met.get(job.id, set())
        if len(met) != job.total:
            met = await self._store.listed(job)
        self._met[job.id] = met
        return met

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
        unsaved: dict[TicketId, Ticket] = {}
        for number in children_first(ids, found):
            id, place = ids[number], job.done + number
            try:
                before = require(viewer, "change", found.get(id), id)
                after = await self._changed(session, job, viewer, before, now, unsaved=unsaved)
            except TicketingError as error:
                made.results.append(_refusal(job, place, id, found.get(id), error))
                continue
            made.results.append(
                _result(job, place, before, "unchanged" if after is before else "changed")
            )
            if after is not before:
                saved = replace(after, version=before.version + 1)
                unsaved[id] = saved
                made.tickets.append(saved)
                made.events.append(_event(job, before, saved, viewer, now))
        return made

    async def _changed(
        self,
        session: Session,
        job: Job,
        viewer: Viewer,
        before: Ticket,
        now: datetime,
        *,
        unsaved: Mapping[TicketId, Ticket],
    ) -> Ticket:
        change = change_for(before, job.wish)
        after = await self._commands.decided(session, viewer, before, change, now, unsaved=unsaved)
        check_asked(viewer, worked_fields(job.wish))
        return worked_on(after, job.wish, viewer, now)

    async def _end(self, job: Job, reason: str) -> Job:
        ended = replace(job, state="failed", waits=False, reason=reason, updated_at=utc_now())
        return ended if await self._store.end(job, ended) else await self._known(job)

    async def _known(self, job: Job) -> Job:
        return await self._store.job(job.id) or job


def _gathered(job: Job, total: int, cursor: str | None, now: datetime) -> Job:
    """One page further; done where the list is empty."""
    state: JobState = "gathering" if cursor is not None else "running" if total else "done"
    return replace(
        job,
        cursor=cursor,
        total=total,
        state=state,
        waits=state in OPEN,
        tries=0,
        tries_at=None,
        updated_at=now,
    )


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
        tries_at=None,
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
