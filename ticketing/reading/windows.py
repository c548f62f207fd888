"""Pages of time-sorted lists, read through windows that widen until the page is full.

The small server fetches every match before it applies a limit; a narrow window bounds what it
fetches, and costs a large server nothing.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from ticketing.errors import Invalid

ItemT = TypeVar("ItemT")
Fetch = Callable[[datetime, datetime, int], Awaitable[list[ItemT]]]

_MILLIS = re.compile(r"[0-9]{1,14}")
FLOOR = datetime(1971, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)  # messages may be dated up to five minutes ahead
FIRST = timedelta(seconds=4)
GROWTH = 8


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """The last item of a page: the next one begins after (moment, id)."""

    moment: datetime
    id: str

    def encode(self) -> str:
        """Opaque to clients; not secret."""
        return f"{int(self.moment.timestamp() * 1000)}.{self.id}"


class Page(msgspec.Struct, Generic[ItemT], frozen=True, kw_only=True):
    """``next_cursor`` is None on the last page."""

    items: list[ItemT]
    next_cursor: str | None = None


def read_cursor(text: str | None) -> Cursor | None:
    """The cursor that a client sent back; Invalid when it never came from us."""
    if not text:
        return None
    millis, dot, id = text.partition(".")
    if not (dot and id and _MILLIS.fullmatch(millis)):
        raise Invalid("cursor", "it is not one that this list gave out")
    return Cursor(moment=datetime.fromtimestamp(int(millis) / 1000, UTC), id=id[:100])


def page_of(items: Sequence[ItemT], limit: int, at: Callable[[ItemT], Cursor]) -> Page[ItemT]:
    """A page from ``limit + 1`` items: the one too many only says that there is more."""
    shown = list(items[:limit])
    more = len(items) > limit and bool(shown)
    return Page(items=shown, next_cursor=at(shown[-1]).encode() if more else None)


async def newest_first(
    fetch: Fetch[ItemT], until: datetime, count: int, first: timedelta = FIRST
) -> list[ItemT]:
    """``count`` items before ``until``, newest first; ``fetch(since, until, n)`` is half open."""
    found: list[ItemT] = []
    width = first
    while len(found) < count and until > FLOOR:
        since = earlier(until, width)
        got = await fetch(since, until, count - len(found))
        found += got
        until, width = since, next_width(width, len(got), count - len(found))
    return found


async def latest(
    fetch: Fetch[ItemT], now: datetime, count: int, first: timedelta = FIRST
) -> list[ItemT]:
    """``newest_first`` from the very latest on, which may be dated a little ahead of ``now``."""
    found = await fetch(now - first, now + AHEAD, count)
    return found + await newest_first(fetch, now - first, count - len(found), first)


def earlier(until: datetime, width: timedelta) -> datetime:
    """``until - width``, not before the floor."""
    return max(until - width, FLOOR) if width < until - FLOOR else FLOOR


def next_width(width: timedelta, got: int, missing: int) -> timedelta:
    """Wide enough for what is missing at the density just seen, within a factor of 1/2 to 8."""
    return width * (min(GROWTH, max(0.5, 1.5 * missing / got)) if got else GROWTH)
