"""The owner of ingest: drains partitions as their bells ring, one lease per share of partitions."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from gateway.backoff import Backoff
from gateway.metrics import WORKER_RUNS
from gateway.workers.loops import Bell
from storage.doorbell import Doorbell
from storage.ids import utc_now
from storage.journal import PARTITIONS, Journal

log = logging.getLogger(__name__)

# Without any bell (Redis is away) pending records are looked for this often.
LOOK_EVERY_S = 2.0
STALE = timedelta(seconds=3)

Drain = Callable[[int], Awaitable[int]]


class IngestOwner:
    """Owns the partitions p with p % shares == share, while it holds their lease."""

    def __init__(
        self, *, drain: Drain, journal: Journal, bell: Bell, share: int, shares: int
    ) -> None:
        self._drain = drain
        self._journal = journal
        self._bell = bell
        self._mine = frozenset(range(share, PARTITIONS, shares))
        self._backoff = Backoff(first_s=0.1, longest_s=5.0)

    async def run(self) -> None:
        """For as long as the lease holds; begins with what a predecessor left."""
        await self._drain_all(self._mine)
        while True:
            rung = await self._bell.heard(LOOK_EVERY_S)
            partitions = {int(name) for name in rung if name.isdigit()} & self._mine
            await self._drain_all(partitions if rung else await self._left_over())

    async def _drain_all(self, partitions: set[int] | frozenset[int]) -> None:
        for partition in sorted(partitions):
            try:
                await self._drain(partition)
            except Exception:
                WORKER_RUNS.labels("ingest", "failed").inc()
                log.exception("a partition was not drained", extra={"partition": partition})
                self._bell.ring(str(partition))
                await self._backoff.wait()
            else:
                self._backoff.reset()

    async def _left_over(self) -> set[int]:
        """Mine with something due, rung for or not."""
        try:
            now = utc_now()
            return set(await self._journal.stale_partitions(now, now)) & self._mine
        except Exception:
            log.warning("the journal does not answer", exc_info=True)
            await self._backoff.wait()
            return set()


async def sweep_journal(journal: Journal, doorbell: Doorbell) -> int:
    """Ring for every partition whose oldest record waits too long; one bell each."""
    now = utc_now()
    stale = await journal.stale_partitions(now - STALE, now)
    for partition in stale:
        await doorbell.ring(str(partition))
    return len(stale)
