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
from gateway.bootstrap.commands import composer, ticket_commands
from gateway.bootstrap.foundation import Foundation
from gateway.name_book import name_book
from gateway.people import People
from gateway.workers.housekeeping import Chore
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
from ticketing.preferences.store import PreferenceStore
from ticketing.reading.lists import Lists
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.search.finding import Search
from ticketing.search.shelf import ShelvedWords
from ticketing.work.handlers import WOKEN_AT_ONCE, Work


def ticket_work(base: Foundation) -> Work:
    """What agents share of a ticket, and what wakes it."""
    return Work(base.collections, base.transactions)


def scheduler(base: Foundation) -> Scheduler:
    """What sends replies at their time, by what their writers may do then."""
    return Scheduler(
        store=base.outbound,
        scheduled=ScheduledStore(base.mongo),
        composer=composer(base),
        viewer_of=base.viewers.of,
        clock=base.clock,
        bell=base.doorbell,
    )


def bulk_jobs(base: Foundation) -> BulkJobs:
    """What takes bulk jobs on."""
    store = BulkStore(base.collections, base.events)
    return BulkJobs(store, lambda: base.doorbell.wake("bulk"))


def bulk_runner(base: Foundation) -> BulkRunner:
    """What goes through them, by what their askers may do then."""

    async def tell(job: Job) -> None:
        frame = msgspec.Raw(msgspec.json.encode(frames.LiveJob(job=shown(job))))
        notice = notices.Personal(agent_id=job.agent_id, frame=frame)
        await base.pubsub.publish(notices.LIVE, notices.encode(notice))

    store = ReadingStore(base.collections)
    reading = TicketReading(store, base.events, base.views)
    book = name_book(base.directory, People(base.auth), base.access)
    return BulkRunner(
        store=BulkStore(base.collections, base.events),
        commands=ticket_commands(base),
        selecting=ListSelection(
            Lists(store, base.views), Search(store, ShelvedWords(base.shelf), reading, book)
        ),
        viewer_of=base.viewers.of,
        offer=base.relay.offer,
        tell=tell,
    )


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
