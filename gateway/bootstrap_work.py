"""Wiring of what agents do together and later: what wakes tickets, sends at its time, runs jobs."""

from collections.abc import Mapping

from gateway.api.call import Handler
from gateway.api.handlers.canned import CannedApi
from gateway.api.handlers.preferences import PreferencesApi
from gateway.api.handlers.reading import ReadingApi
from gateway.api.handlers.work import WorkApi
from gateway.bootstrap import Foundation
from gateway.workers.housekeeping import Chore
from outbound.canned.handlers import CannedReplies
from storage.ids import utc_now
from ticketing.preferences.store import PreferenceStore
from ticketing.transactions import Transactions
from ticketing.work.handlers import WOKEN_AT_ONCE, Work


def ticket_work(base: Foundation) -> Work:
    """What agents share of a ticket, and what wakes it."""
    return Work(base.collections, Transactions(base.collections, base.events, base.relay.offer))


def work_handlers(
    base: Foundation, work: Work, reading: ReadingApi
) -> tuple[Mapping[str, Handler], ...]:
    """Everything of the area "work"."""
    return (
        CannedApi(CannedReplies(base.mongo), reading).handlers(),
        PreferencesApi(PreferenceStore(base.mongo)).handlers(),
        WorkApi(work, reading).handlers(),
    )


def work_chores(base: Foundation) -> tuple[Chore, ...]:
    """What has its time."""
    work = ticket_work(base)

    async def wake() -> None:
        while await work.wake_due(utc_now()) == WOKEN_AT_ONCE:
            pass

    return (Chore("wake-tickets", 5.0, 60.0, wake),)
