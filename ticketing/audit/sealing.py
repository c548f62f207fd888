"""Seals facts and events into blocks, a minute and a half after they happened.

Nothing is written on a change's own way: the sealer looks at what is stored and not yet in a block,
so a crash costs nothing. A transaction that commits late, or a backlog that is read after an
outage, leaves facts with old dates: deeper looks, now and then, seal these too. Each of them goes
on from where the last one ended, back to the first fact and then anew.
"""

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ticketing import metrics
from ticketing.audit.chain import block_after, sum_of
from ticketing.audit.model import Block, Mark, Sealed, Source
from ticketing.audit.store import SOURCES, AuditStore
from ticketing.reading.windows import FLOOR, GROWTH

SETTLED = timedelta(seconds=90)  # a transaction lives at most a minute
LOOK_BACK = timedelta(minutes=10)
DEEP = timedelta(hours=26)
SLICE = timedelta(hours=1)
WIDEST = timedelta(days=3660)
MOST = 500  # entries of a block: about 60 kB
PAGE = 2_000

Documents = Sequence[Mapping[str, Any]]


class _Overtaken(Exception):
    """Another sealer was faster; the next turn sees its block."""


class _Known:
    """What is in blocks, asked for in windows that move on in time: each block is read once, and
    held as long as it may hold facts of the window.
    """

    def __init__(self, store: AuditStore) -> None:
        self._store = store
        self._held: deque[Block] = deque()
        self._ids: set[str] = set()
        self._next = 0
        self.head: Block | None = None

    async def unsealed(self, ids: set[str], since: datetime) -> set[str]:
        """Those in no block; ``head`` is the last one, where there are any. ``since``: no earlier
        than the last time, no later than the moments of these facts.
        """
        if not self._next:
            self.head = await self._store.head()
            self._next = await self._store.first_since(since, self.head) if self.head else 1
        while self._held and self._held[0].until < since:
            self._ids.difference_update(one.id for one in self._held.popleft().entries)
        while missing := ids - self._ids:
            found = await self._store.some_blocks(self._next)
            if not found:
                return missing
            for block in found:
                self.take(block)
        return set()

    def take(self, block: Block) -> None:
        """The next one."""
        self.head = block
        self._next = block.seq + 1
        self._held.append(block)
        self._ids.update(one.id for one in block.entries)


class Sealer:
    """Runs under a lease; two at once do no harm, for a block's number is unique."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def seal(self, now: datetime) -> int:
        """Seal what happened since the last time; how many facts. A turn that is cut off goes on
        where it was.
        """
        sealed = 0
        for source in SOURCES:
            mark = await self._store.mark(source)
            since = max(FLOOR, mark.sealed_until - LOOK_BACK)
            try:
                async for until, count in self._seal_between(source, since, now - SETTLED, now):
                    sealed += count
                    await self._store.note(source, sealed_until=max(until, mark.sealed_until))
            except _Overtaken:
                break
        return sealed

    async def seal_deep(self, now: datetime, within: timedelta = DEEP) -> int:
        """Seal also what turned up later with an older date: of the time ``within``, and of as much
        time again before it, each turn further back. A turn that is cut off goes on where it was.
        """
        sealed = 0
        marks = [await self._store.mark(source) for source in SOURCES]
        # who was cut off comes first, or nobody else would have a turn after a long look
        for mark in sorted(marks, key=_is_done):
            try:
                if mark.recent_at is None:
                    sealed += await self._look_back(mark.id, now, within)
                sealed += await self._look_at_recent(mark.id, now, within)
            except _Overtaken:
                break
        return sealed

    async def _look_back(self, source: Source, now: datetime, within: timedelta) -> int:
        mark, recent, sealed = await self._store.mark(source), now - within, 0
        until = min(mark.looked_back_to or recent, recent)
        since = mark.looks_from or await self._further_back(until, within)
        begin = max(since, mark.looks_at or since)
        async for at, count in self._seal_between(source, begin, until, now):
            sealed += count
            await self._store.note(source, looks_from=since, looks_at=at)
        back = None if since == FLOOR else since
        await self._store.note(
            source, looked_back_to=back, looks_from=None, looks_at=None, recent_at=recent
        )
        return sealed

    async def _look_at_recent(self, source: Source, now: datetime, within: timedelta) -> int:
        mark, sealed = await self._store.mark(source), 0
        begin = max(now - within, mark.recent_at or FLOOR)
        async for at, count in self._seal_between(source, begin, now - SETTLED, now):
            sealed += count
            await self._store.note(source, recent_at=at)
        await self._store.note(source, recent_at=None)
        return sealed

    async def _further_back(self, until: datetime, within: timedelta) -> datetime:
        """Where the next look back begins: before the first block there is next to nothing."""
        first = next(iter(await self._store.some_blocks(1)), None)
        since = until - within
        return FLOOR if first is None or since < first.since - within else since

    async def _seal_between(
        self, source: Source, since: datetime, until: datetime, now: datetime
    ) -> AsyncIterator[tuple[datetime, int]]:
        """(up to when everything is sealed, how many facts of it were not), again and again."""
        known = _Known(self._store)
        async for begin, end, page in self._pages(source, since, until):
            ids = {one["_id"] for one in page}
            fresh = await known.unsealed(ids, begin) if ids else ids
            await self._append(known, source, [one for one in page if one["_id"] in fresh], now)
            yield end, len(fresh)

    async def _append(self, known: _Known, source: Source, fresh: Documents, now: datetime) -> None:
        for start in range(0, len(fresh), MOST):
            batch = [
                (one["at"], Sealed(source=source, id=one["_id"], sum=sum_of(one)))
                for one in fresh[start : start + MOST]
            ]
            block = block_after(known.head, batch, now)
            if not await self._store.append(block):
                raise _Overtaken
            known.take(block)
            metrics.SEALED.inc(len(batch))

    async def _pages(
        self, source: Source, since: datetime, until: datetime
    ) -> AsyncIterator[tuple[datetime, datetime, Documents]]:
        """(begin, end, documents) oldest first, in windows: the small server reads a whole one."""
        width = SLICE
        while since < until:
            end = min(since + width, until)
            page = await self._store.raw(source, since, end, PAGE)
            if len(page) == PAGE:
                end = _onwards(since, page[-1]["at"])
            yield since, end, page
            since, width = end, SLICE if page else min(width * GROWTH, WIDEST)


def _is_done(mark: Mark) -> bool:
    return mark.looks_from is None and mark.recent_at is None


def _onwards(begin: datetime, last: datetime) -> datetime:
    """Where the next page begins: again at the last moment, which may hold more; never in place."""
    return last if last > begin else begin + timedelta(milliseconds=1)
