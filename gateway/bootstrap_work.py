"""Wiring of what agents do together and later: what wakes tickets, sends at its time, runs jobs."""

from collections.abc import Mapping

from gateway.api.call import Handler
from gateway.api.handlers.canned import CannedApi
from gateway.api.handlers.preferences import PreferencesApi
from gateway.api.handlers.reading import ReadingApi
from gateway.api.handlers.scheduled import ScheduledApi
from gateway.api.handlers.work import WorkApi
from gateway.bootstrap import Foundation, composer
from gateway.workers.housekeeping import Chore
from normalizer.model import AgentId
from outbound.canned.handlers import CannedReplies
from outbound.scheduled.handlers import Scheduler
from outbound.scheduled.store import ScheduledStore
from outbound.scheduled.sweeper import ScheduledSender
from storage.ids import utc_now
from ticketing.permissions import Viewer
from ticketing.preferences.store import PreferenceStore
from ticketing.transactions import Transactions
from ticketing.work.handlers import WOKEN_AT_ONCE, Work


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


def work_handlers(
    base: Foundation, work: Work, reading: ReadingApi
) -> tuple[Mapping[str, Handler], ...]:
    """Everything of the area "work"."""
    return (
        CannedApi(CannedReplies(base.mongo), reading).handlers(),
        PreferencesApi(PreferenceStore(base.mongo)).handlers(),
        WorkApi(work, reading).handlers(),
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
