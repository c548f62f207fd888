"""What a sweep could not do for now: each waits longer every time, and holds up nobody behind it.

In the memory of the one process that sweeps: another one tries at once, and learns the same.
"""

import random
import time
from collections.abc import Callable

from ticketing import metrics

FIRST_S = 10.0
LONGEST_S = 600.0


class Patience:
    """``sweep`` names it in the metric; ``clock`` gives seconds."""

    def __init__(self, sweep: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._sweep = sweep
        self._clock = clock
        self._waits: dict[str, tuple[float, float]] = {}  # until, and for how long

    def held(self) -> frozenset[str]:
        """Ids that are not to be tried yet."""
        now = self._clock()
        # what nobody has tried for long needs nothing any more
        self._waits = {id: one for id, one in self._waits.items() if now - one[0] < LONGEST_S}
        return frozenset(id for id, (until, _) in self._waits.items() if until > now)

    def hold(self, id: str) -> None:
        """It failed: twice as long as the last time."""
        _, last = self._waits.get(id, (0.0, 0.0))
        pause = min(LONGEST_S, 2 * last or FIRST_S)
        jitter = random.uniform(1.0, 1.25)  # noqa: S311  no secret
        self._waits[id] = (self._clock() + pause * jitter, pause)
        metrics.SWEEPS_TROUBLED.labels(sweep=self._sweep).inc()

    def release(self, id: str) -> None:
        """It is done, or needs nothing any more."""
        self._waits.pop(id, None)
