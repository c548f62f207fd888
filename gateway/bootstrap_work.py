"""Wiring of what agents do together and later: what wakes tickets, sends at its time, runs jobs."""

from collections.abc import Mapping

import msgspec

from gateway import notices
from gateway.api import frames
from gateway.api.call import Handler
from gateway.api.handlers.bulk import BulkApi, shown
from gateway.api.handlers.canned import CannedApi
from gateway.api.handlers.notifications import NotificationsApi
from gateway.api.handlers.preferences import PreferencesApi
from gateway.api.handlers.reading import ReadingApi
from gateway.api.handlers.scheduled import ScheduledApi
from gateway.api.handlers.work import WorkApi
from gateway.bootstrap import Foundation, composer
from gateway.name_book import name_book
from gateway.people import People
from gateway.workers.housekeeping import Chore
from gateway.workers.loops import Bell
from normalizer.model import AgentId
from outbound.canned.handlers import CannedReplies
from outbound.scheduled.handlers import Scheduler
from outbound.scheduled.store import ScheduledStore
from outbound.scheduled.sweeper import ScheduledSender
from storage.ids import utc_now
from ticketing.bulk.handlers import BulkJobs
from ticketing.bulk.model import Job
from ticketing.bulk.runner import BulkRunner
from ticketing.bulk.selecting import ListSelection
from ticketing.bulk.store import BulkStore
from ticketing.handlers import Commands
from ticketing.permissions import Origin, Viewer
from ticketing.preferences.store import PreferenceStore
from ticketing.reading.lists import Lists
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.search.finding import Search
from ticketing.transactions import Transactions
from ticketing.work.handlers import WOKEN_AT_ONCE, Work

BULK_LOOK_S = 5.0


def ticket_work(base: Foundation) -> Work:
    """What agents share of a ticket, and what wakes it."""
    return Work(base.collections, Transactions(base.collections, base.events, base.relay.offer))


def scheduler(base: Foundation) -> Scheduler:
    """What sends replies at their time, by what their writers may do then."""

    async def viewer_of(agent_id: AgentId) -> Viewer | None:
        agent = await base.auth.agents.get(agent_id)
        return await base.access.viewer(agent) if agent is not None and agent.active else None

    return Scheduler(
        store=base.outbound,
        scheduled=ScheduledStore(base.mongo),
        composer=composer(base),
        viewer_of=viewer_of,
        clock=base.clock,
        bell=base.doorbell,
    )


def bulk_jobs(base: Foundation) -> BulkJobs:
    """What takes bulk jobs on."""
    store = BulkStore(base.collections, base.events)
    return BulkJobs(store, lambda: base.doorbell.wake("bulk"))


def bulk_runner(base: Foundation) -> BulkRunner:
    """What goes through them, by what their askers may do then."""

    async def viewer_of(agent_id: AgentId, origin: Origin) -> Viewer | None:
        agent = await base.auth.agents.get(agent_id)
        if agent is None or not agent.active:
            return None
        return await base.access.viewer(agent, origin)

    async def tell(job: Job) -> None:
        frame = msgspec.Raw(msgspec.json.encode(frames.LiveJob(job=shown(job))))
        notice = notices.Personal(agent_id=job.agent_id, frame=frame)
        await base.pubsub.publish(notices.LIVE, notices.encode(notice))

    store = ReadingStore(base.collections)
    reading = TicketReading(store, base.events, base.views)
    book = name_book(base.directory, People(base.auth), base.access)
    return BulkRunner(
        store=BulkStore(base.collections, base.events),
        commands=Commands(base.collections, base.events, base.relay.offer, base.catalogues),
        selecting=ListSelection(Lists(store, base.views), Search(store, reading, book)),
        viewer_of=viewer_of,
        offer=base.relay.offer,
        tell=tell,
    )


async def run_bulk(base: Foundation, bell: Bell) -> None:
    """Slice after slice while there are jobs; without any it waits to be rung for."""
    runner = bulk_runner(base)
    while True:
        if not await runner.turn():
            await bell.heard(BULK_LOOK_S)


def work_handlers(
    base: Foundation, work: Work, reading: ReadingApi
) -> tuple[Mapping[str, Handler], ...]:
    """Everything of the area "work"."""
    return (
        CannedApi(CannedReplies(base.mongo), reading).handlers(),
        PreferencesApi(PreferenceStore(base.mongo)).handlers(),
        WorkApi(work, reading).handlers(),
        NotificationsApi(base.notifications).handlers(),
        BulkApi(bulk_jobs(base)).handlers(),
        ScheduledApi(scheduler(base)).handlers(),
    )


def work_chores(base: Foundation) -> tuple[Chore, ...]:
    """What has its time."""
    work = ticket_work(base)

    async def wake() -> None:
        while await work.wake_due(utc_now()) == WOKEN_AT_ONCE:
            pass

    sender = ScheduledSender(scheduler(base))
    return (
        Chore("wake-tickets", 5.0, 60.0, wake),
        Chore("send-scheduled", 2.0, 60.0, sender.sweep),
    )
