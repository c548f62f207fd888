"""Seals facts and events into blocks, a minute and a half after they happened.

Nothing is written on a change's own way: the sealer looks at what is stored and not yet in a block,
so a crash costs nothing. A transaction that commits late, or a backlog that is read after an
outage, leaves facts with old dates: deeper looks, now and then, seal these too.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from ticketing import metrics
from ticketing.audit.chain import block_after, sum_of
from ticketing.audit.model import Sealed
from ticketing.audit.store import SOURCES, AuditStore
from ticketing.reading.windows import FLOOR

SETTLED = timedelta(seconds=90)  # a transaction lives at most a minute
LOOK_BACK = timedelta(minutes=10)
DEEP = timedelta(hours=26)
SLICE = timedelta(hours=1)
MOST = 500  # entries of a block: about 60 kB
PAGE = 2_000

Found = tuple[datetime, Sealed]


class Sealer:
    """Runs under a lease; two at once do no harm, for a block's number is unique."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def seal(self, now: datetime) -> int:
        """Seal what happened since the last block; how many facts."""
        head = await self._store.head()
        since = head.until - LOOK_BACK if head else FLOOR
        return await self._seal_between(since, now - SETTLED, now)

    async def seal_deep(self, now: datetime, within: timedelta = DEEP) -> int:
        """Seal also what turned up later with an older date."""
        sealed = 0
        since = now - within
        while since < now - SETTLED:
            until = min(since + SLICE, now - SETTLED)
            sealed += await self._seal_between(since, until, now)
            since = until
        return sealed

    async def _seal_between(self, since: datetime, until: datetime, now: datetime) -> int:
        known = await self._sealed_since(since)
        head = await self._store.head()
        sealed = 0
        async for batch in self._batches(since, until, known):
            block = block_after(head, batch, now)
            if not await self._store.append(block):
                return sealed  # another sealer was faster; the next turn sees its block
            head, sealed = block, sealed + len(batch)
        metrics.SEALED.inc(sealed)
        return sealed

    async def _sealed_since(self, since: datetime) -> set[str]:
        """Ids in blocks that may hold facts of ``since`` or later: those sealed after it."""
        head = await self._store.head()
        if head is None:
            return set()
        first = await self._store.first_since(since, head)
        return {entry.id async for block in self._store.blocks(first) for entry in block.entries}

    async def _batches(
        self, since: datetime, until: datetime, known: set[str]
    ) -> AsyncIterator[list[Found]]:
        for source in SOURCES:
            begin = since
            while True:
                page = await self._store.raw(source, begin, until, PAGE)
                fresh = [one for one in page if one["_id"] not in known]
                for start in range(0, len(fresh), MOST):
                    part = fresh[start : start + MOST]
                    yield [
                        (one["at"], Sealed(source=source, id=one["_id"], sum=sum_of(one)))
                        for one in part
                    ]
                known.update(one["_id"] for one in page)
                if len(page) < PAGE:
                    break
                begin = _onwards(begin, page[-1]["at"])


def _onwards(begin: datetime, last: datetime) -> datetime:
    """Where the next page begins: again at the last moment, which may hold more; never in place."""
    return last if last > begin else begin + timedelta(milliseconds=1)
