"""A loop that looks for work when a bell rings, and now and then without one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from gateway.backoff import Backoff
from gateway.metrics import WORKER_RUNS, WORKER_SECONDS

log = logging.getLogger(__name__)


class Bell:
    """Rings are remembered until somebody looks; ``names`` says what rang."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._names: set[str] = set()

    def ring(self, name: str = "") -> None:
        """Wake who waits."""
        self._names.add(name)
        self._event.set()

    async def heard(self, timeout_s: float) -> set[str]:
        """What rang; empty when nothing did in time."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return set()
        self._event.clear()
        names, self._names = self._names, set()
        return names


async def repeat(name: str, bell: Bell, every_s: float, look: Callable[[], Awaitable[int]]) -> None:
    """Call ``look`` until it finds nothing, then wait for the bell or ``every_s``; for ever."""
    backoff = Backoff(first_s=0.2, longest_s=15.0)
    while True:
        began = time.perf_counter()
        try:
            found = await look()
        except Exception:
            WORKER_RUNS.labels(name, "failed").inc()
            log.exception("a round of work failed", extra={"loop": name})
            await backoff.wait()
            continue
        backoff.reset()
        if found:
            WORKER_RUNS.labels(name, "worked").inc()
            WORKER_SECONDS.labels(name).observe(time.perf_counter() - began)
        else:
            await bell.heard(every_s)
