"""Rings again for what a crash, or the loss of Redis, left behind. One leased owner."""

import asyncio
import logging
import random
import time
from datetime import datetime, timedelta

from normalizer.model import ConversationId
from outbound import metrics
from outbound.clock import Clock
from outbound.model import Bell
from outbound.store import EPOCH, OutboundStore
from storage.errors import LeaseLost
from storage.leases import Leases

log = logging.getLogger(__name__)

LEASE_NAME = "outbound-sweeper"
EVERY_S = 3.0
LATE = timedelta(seconds=2)  # a bell that still hangs is no reason to ring another
RING_AGAIN_S = 15.0
BATCH = 200


class Sweeper:
    """The oldest first, a bounded number a pass, and each conversation at most every 15 s."""

    def __init__(
        self, *, store: OutboundStore, leases: Leases, clock: Clock, bell: Bell, owner: str
    ) -> None:
        self._store = store
        self._leases = leases
        self._clock = clock
        self._bell = bell
        self._owner = owner
        self._rung: dict[ConversationId, float] = {}
        self._from = EPOCH

    async def run(self) -> None:
        """Sweep while the lease is ours, wait while it is somebody else's; ends by cancellation."""
        while True:
            try:
                await self._tenure()
            except LeaseLost:
                log.info("another worker sweeps deliveries now")
            except Exception:
                log.exception("sweeping deliveries failed; it goes on")
            await asyncio.sleep(EVERY_S * (1 + random.random()))  # noqa: S311  jitter

    async def _tenure(self) -> None:
        lease = await self._leases.acquire(LEASE_NAME, self._owner)
        if lease is None:
            return
        try:
            while True:
                await self.sweep()
                await asyncio.sleep(EVERY_S)
                await lease.renew()
        finally:
            await lease.release()

    async def _overdue(self, before: datetime) -> list[ConversationId]:
        """A batch a pass, on from where the last one ended: nobody starves behind the stuck."""
        found = await self._store.overdue(self._from, before, BATCH)
        self._from = found[-1].due_at if len(found) == BATCH else EPOCH
        return list(dict.fromkeys(one.conversation_id for one in found))

    async def sweep(self) -> int:
        """One pass; how many conversations were rung."""
        late = await self._overdue(await self._clock.now() - LATE)
        moment = time.monotonic()
        self._rung = {id: at for id, at in self._rung.items() if moment - at < RING_AGAIN_S}
        waiting = [id for id in late if id not in self._rung]
        for conversation_id in waiting:
            self._rung[conversation_id] = moment
        if waiting:
            await self._bell.call("deliver", waiting)
        metrics.RUNG.inc(len(waiting))
        return len(waiting)
