"""Waiting between attempts: doubling, with full jitter, bounded."""

import asyncio
import random


class Backoff:
    """``wait`` grows until ``reset``."""

    def __init__(self, first_s: float = 0.2, longest_s: float = 30.0) -> None:
        self._first = first_s
        self._longest = longest_s
        self._failures = 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next_s(self) -> float:
        """Seconds to wait now; counts a failure."""
        span = min(self._longest, self._first * 2 ** min(self._failures, 20))
        self._failures += 1
        return random.uniform(span / 2, span)  # noqa: S311  jitter, not a secret

    async def wait(self) -> None:
        """Sleep for ``next_s``."""
        await asyncio.sleep(self.next_s())
