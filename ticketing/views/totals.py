"""How many tickets each viewer's views hold: a table in memory that follows the stored counters.

Counters are kept by scope: by who may see a ticket. A viewer's numbers are the sum of the scopes
that they see; the sum is kept, and what changed since is laid upon it.
"""

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from storage.collection import Collection
from storage.mongo import Session
from ticketing.model import Ticket
from ticketing.permissions import Viewer, sees
from ticketing.views.places import Scope

OVERLAP = timedelta(seconds=30)  # hosts' clocks differ, commits come late
WHOLE_AGAIN_S = 600.0
MAX_SCOPES = 200_000
PAGE = 1_000
MAX_SUMS = 300
log = logging.getLogger(__name__)


class ScopeCount(msgspec.Struct, frozen=True, kw_only=True):
    """``n`` by key. ``at``: when it last changed, by the clock of whoever changed it."""

    id: str = msgspec.field(name="_id")
    scope: Scope
    n: dict[str, int]
    at: datetime


class _Known(msgspec.Struct):
    ticket: Ticket
    n: Mapping[str, int]


class _Sum(msgspec.Struct):
    viewer: Viewer
    n: Counter[str]


async def scope_counts(
    counts: Collection[ScopeCount], where: Mapping[str, Any], session: Session | None = None
) -> AsyncIterator[ScopeCount]:
    """Those that fit, a page at a time, up to the bound."""
    read = 0
    found = counts.raw.find(where, limit=MAX_SCOPES, batch_size=PAGE, session=session)
    async for document in found:
        read += 1
        yield counts.decode(document)
    if read >= MAX_SCOPES:
        log.error("there are more scopes than are counted", extra={"read": read})


class Totals:
    """One per process; every question reads what changed, which is little."""

    def __init__(
        self, counts: Collection[ScopeCount], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._counts = counts
        self._clock = clock
        self._scopes: dict[str, _Known] = {}
        self._sums: OrderedDict[Hashable, _Sum] = OrderedDict()
        self._newest: datetime | None = None
        self._read_at = 0.0
        self._following = asyncio.Lock()

    async def of(self, viewer: Viewer) -> Mapping[str, int]:
        """By key, over everything that the viewer sees."""
        async with self._following:
            await self._follow()
        reach = sees_by(viewer)
        found = self._sums.get(reach)
        if found is None:
            found = self._sums[reach] = _Sum(viewer, self._added_up(viewer))
            if len(self._sums) > MAX_SUMS:
                self._sums.popitem(last=False)
        self._sums.move_to_end(reach)
        return found.n

    def _added_up(self, viewer: Viewer) -> Counter[str]:
        total: Counter[str] = Counter()
        for known in self._scopes.values():
            if sees(viewer, known.ticket):
                total.update(known.n)
        return total

    async def _follow(self) -> None:
        if self._newest is None or self._clock() - self._read_at > WHOLE_AGAIN_S:
            found = [one async for one in scope_counts(self._counts, {})]
            self._scopes, self._sums = {}, OrderedDict()
            self._read_at = self._clock()
        else:
            since = self._newest - OVERLAP
            where = {"at": {"$gte": since}}
            found = [one async for one in scope_counts(self._counts, where)]
        for count in found:
            self._take(count)

    def _take(self, count: ScopeCount) -> None:
        self._newest = max(self._newest or count.at, count.at)
        known = self._scopes.get(count.id)
        if known is None:
            known = self._scopes[count.id] = _Known(count.scope.ticket(), {})
        if known.n == count.n:
            return
        for one in self._sums.values():
            if sees(one.viewer, known.ticket):
                one.n.update(count.n)
                one.n.subtract(known.n)
        known.n = count.n


def sees_by(viewer: Viewer) -> Hashable:
    """Everything of a viewer that decides what they see."""
    parts = (getattr(viewer, name) for name in viewer.__struct_fields__ if name != "origin")
    return tuple(_hashable(part) for part in parts)


def _hashable(part: object) -> Hashable:
    return tuple(sorted(part.items())) if isinstance(part, Mapping) else part
