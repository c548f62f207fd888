"""Ticket numbers, taken in blocks outside transactions and kept by this process.

A crash leaves a gap; two processes never share a number.
"""

import asyncio

from storage.counters import Counters

BLOCK = 50
NAME = "ticket-number"


class NumberPool:
    """Free numbers, in order."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._free: list[int] = []
        self._lock = asyncio.Lock()

    async def take(self, count: int) -> tuple[int, ...]:
        """``count`` numbers that nobody else gets."""
        async with self._lock:
            if len(self._free) < count:
                self._free.extend(await self._counters.block(NAME, max(BLOCK, count)))
            taken, self._free = tuple(self._free[:count]), self._free[count:]
            return taken

    def give_back(self, numbers: tuple[int, ...]) -> None:
        """Those that were not used; only after it is known that nothing used them."""
        self._free = sorted((*self._free, *numbers))
