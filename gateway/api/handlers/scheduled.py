"""Replies that wait for their time: changed, sent now, cancelled. They begin as replies do."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from gateway.api import ticket_views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import work as w
from normalizer.model import MessageId
from outbound.scheduled.handlers import Scheduler
from outbound.scheduled.model import ScheduleChange
from storage.ids import truncate


class ScheduledApi:
    """Thin; the writer changes it, whoever may answer cancels it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"changeSchedule": self.change, "cancelSchedule": self.cancel}

    async def change(self, call: Call[w.ScheduleChange, None]) -> Result:
        """The message after it."""
        change = ScheduleChange(**msgspec.structs.asdict(call.body))
        if change.send_at is not UNSET and change.send_at is not None:
            change = msgspec.structs.replace(change, send_at=truncate(change.send_at))
        id = MessageId(call.params["id"])
        return ticket_views.message(await self._scheduler.change(call.viewer, id, change, call.now))

    async def cancel(self, call: Call[None, None]) -> Result:
        """The cancelled message; its words are still in it."""
        id = MessageId(call.params["id"])
        return ticket_views.message(await self._scheduler.cancel(call.viewer, id))
