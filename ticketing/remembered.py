"""What is asked often and read rarely: kept for seconds, read anew at once after ``forget``."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

ThingT = TypeVar("ThingT")
Read = Callable[[], Awaitable[ThingT]]


class Remembered(Generic[ThingT]):
    """One thing, at most ``fresh_s`` old, counted from when its reading began. One task reads, the
    others wait for it.
    """

    def __init__(
        self, read: Read[ThingT], fresh_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._fresh_s = fresh_s
        self._clock = clock
        self._kept: tuple[ThingT, float] | None = None
        self._forgotten = 0
        self._reading = asyncio.Lock()

    async def now(self) -> ThingT:
        """As it was read a moment ago, or as it is read now."""
        if (kept := self._fresh) is None:
            async with self._reading:
                if (kept := self._fresh) is None:
                    kept = await self._anew()
        return kept[0]

    def forget(self) -> None:
        """Read anew at the next question. Who is reading meanwhile keeps nothing of it."""
        self._forgotten += 1
        self._kept = None

    @property
    def _fresh(self) -> tuple[ThingT, float] | None:
        kept = self._kept
        return kept if kept is not None and self._clock() - kept[1] < self._fresh_s else None

    async def _anew(self) -> tuple[ThingT, float]:
        began, forgotten = self._clock(), self._forgotten
        read = await self._read(), began
        if forgotten == self._forgotten:  # else what was read may be older than the change
            self._kept = read
        return read
