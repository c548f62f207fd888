"""A page of a time-sorted list of which only some entries fit: read in windows, in bounded steps.

The small server fetches every match of a window before it applies a limit, so windows are sized by
what the last one held. What fits is picked here; after ``MAX_READ`` entries the page ends short and
its cursor says where to go on.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from ticketing.reading.windows import AHEAD, FIRST, FLOOR, Cursor, Page

ItemT = TypeVar("ItemT")
MAX_READ = 2_000
CHUNK = 400
MAX_TIES = 1_000
GROWTH = 8.0
ONE_MS = timedelta(milliseconds=1)
WIDEST = timedelta(days=40_000)
LAST = "~"  # sorts behind every id


class Entry(msgspec.Struct, Generic[ItemT], frozen=True):
    """An item and where it stands in the order."""

    moment: datetime
    id: str
    item: ItemT

    @property
    def cursor(self) -> Cursor:
        """Behind this entry."""
        return Cursor(moment=self.moment, id=self.id)


# (since, until, limit): entries of [since, until) in the list's order
Fetch = Callable[[datetime, datetime, int], Awaitable[list[Entry[ItemT]]]]
Keep = Callable[[Sequence[Entry[ItemT]]], Awaitable[list[Entry[ItemT]]]]


class Sweep(Generic[ItemT]):
    """One page. ``newest``: from now into the past, as far as ``oldest``; else from ``oldest`` on
    towards now. After ``budget`` entries the page ends, full or not.
    """

    def __init__(
        self,
        fetch: Fetch[ItemT],
        keep: Keep[ItemT],
        *,
        now: datetime,
        newest: bool = True,
        oldest: datetime = FLOOR,
        budget: int | None = None,
    ) -> None:
        self._fetch = fetch
        self._keep = keep
        self._newest = newest
        self._end = oldest if newest else now + AHEAD
        self._budget = MAX_READ if budget is None else budget
        self._at = now + AHEAD if newest else oldest
        self._width = AHEAD + FIRST if newest else FIRST
        self._read = 0
        self._found: list[Entry[ItemT]] = []

    async def page(self, cursor: Cursor | None, limit: int) -> Page[Entry[ItemT]]:
        """At most ``limit`` entries behind ``cursor``."""
        if cursor is not None:
            await self._ties(cursor)
        while len(self._found) <= limit and self._read < self._budget and not self._done:
            await self._step(limit + 1)
        shown = self._found[:limit]
        if len(self._found) > limit:
            return Page(items=shown, next_cursor=shown[-1].cursor.encode())
        return Page(items=shown, next_cursor=None if self._done else self._position.encode())

    @property
    def _done(self) -> bool:
        return self._at <= self._end if self._newest else self._at >= self._end

    @property
    def _position(self) -> Cursor:
        """Everything up to here was read."""
        if self._newest:
            return Cursor(moment=self._at, id="0")
        return Cursor(moment=self._at - ONE_MS, id=LAST)

    async def _ties(self, cursor: Cursor) -> None:
        """What else there is of the cursor's very moment; then what comes after it."""
        same = await self._fetch(cursor.moment, cursor.moment + ONE_MS, MAX_TIES)
        await self._take([one for one in same if self._beyond(one, cursor)])
        self._at = cursor.moment if self._newest else cursor.moment + ONE_MS
        self._width = FIRST

    def _beyond(self, entry: Entry[ItemT], cursor: Cursor) -> bool:
        return entry.id < cursor.id if self._newest else entry.id > cursor.id

    async def _step(self, count: int) -> None:
        since, until = self._window()
        limit = self._limit(count - len(self._found))
        got = await self._fetch(since, until, limit)
        before = len(self._found)
        if len(got) < limit:
            await self._take(got)
            self._at = since if self._newest else until
        else:
            await self._take_cut(got)
        self._widen(len(got), len(self._found) - before, count - len(self._found))

    async def _take_cut(self, got: Sequence[Entry[ItemT]]) -> None:
        """The window held more: take what is whole, go on with the moment that may be cut."""
        cut = got[-1].moment
        whole = [one for one in got if one.moment != cut]
        if not whole:
            whole = await self._fetch(cut, cut + ONE_MS, MAX_TIES)
            self._at = cut if self._newest else cut + ONE_MS
        else:
            self._at = cut + ONE_MS if self._newest else cut
        await self._take(whole)

    async def _take(self, got: Sequence[Entry[ItemT]]) -> None:
        self._read += len(got)
        self._found += await self._keep(got) if got else []

    def _limit(self, missing: int) -> int:
        """What is missing at the share that has fitted so far: each entry costs, read in vain."""
        share = (len(self._found) + 1) / (self._read + 1)
        return min(CHUNK, int(1.2 * missing / share) + 10)

    def _window(self) -> tuple[datetime, datetime]:
        if self._newest:
            wide = self._width < self._at - self._end
            return (self._at - self._width if wide else self._end), self._at
        wide = self._width < self._end - self._at
        return self._at, (self._at + self._width if wide else self._end)

    def _widen(self, got: int, kept: int, missing: int) -> None:
        """As wide as is needed at the density just seen; growing fast through empty times."""
        wanted = min(CHUNK / 2, 1.5 * missing * got / kept if kept else CHUNK / 2)
        factor = min(GROWTH, max(0.25, wanted / got)) if got else GROWTH
        self._width = min(self._width * factor, WIDEST)
