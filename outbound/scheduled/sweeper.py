"""Sends replies whose time has come; one leased owner calls it every few seconds."""

import logging
import time

from normalizer.model import MessageId
from outbound.scheduled.handlers import Scheduler
from storage.ids import utc_now

log = logging.getLogger(__name__)

BATCH = 50
AGAIN_S = 30.0


class ScheduledSender:
    """The oldest first, a bounded number a pass; what fails unforeseen waits half a minute, and
    holds up nobody behind it.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._troubled: dict[MessageId, float] = {}

    async def sweep(self) -> int:
        """One pass; how many were queued."""
        moment = time.monotonic()
        self._troubled = {id: until for id, until in self._troubled.items() if until > moment}
        late = await self._scheduler.due(BATCH + len(self._troubled))
        return sum([await self._send(id) for id in late if id not in self._troubled])

    async def _send(self, id: MessageId) -> bool:
        try:
            return await self._scheduler.send_due(id, utc_now())
        except Exception:
            log.exception("a scheduled reply is not queued yet", extra={"message_id": id})
            self._troubled[id] = time.monotonic() + AGAIN_S
            return False
