"""Keeps the index of words in step with the database.

Every change is told by the relay at least once; ``Feeding`` writes down, after the change's commit,
which messages are to be read again. The follower reads that feed up to now, looks again at its last
two minutes (hosts' clocks differ, writes take time), and puts what the messages say by then into
the index, together with how far it came: killed at any moment, it goes on from there.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from normalizer.model import MessageId, TicketId
from storage.events import Event
from storage.ids import first_id, utc_now
from ticketing import metrics
from ticketing.reading.windows import AHEAD, FIRST, FLOOR, earlier, next_width
from ticketing.search.indexing import Text, entry_of
from ticketing.search.shelf import Cursor, Shelf, Writing
from ticketing.search.store import Fed, SearchStore

_log = logging.getLogger(__name__)
Got = TypeVar("Got")

# After these a ticket's messages may have come from another.
MOVES = frozenset(
    {
        "ticket.merged",
        "ticket.joined",
        "ticket.unmerged",
        "ticket.unjoined",
        "ticket.split",
        "ticket.unsplit",
    }
)
SILENT = frozenset({"reaction.changed"})
CANCELLED = "cancelled"  # the one state of a delivery that hides a message
KEPT = timedelta(days=7)  # of the feed; what was away for longer is built anew
NEAR = timedelta(seconds=3)
OVERLAP = timedelta(minutes=2)  # a write's time, and clocks that differ by half a minute
DEEP_EVERY_S = 15.0
SPAN = timedelta(minutes=10)  # of the feed at a time
SHORTEST = timedelta(seconds=10)
MOST_FED = 4_000  # entries of the feed at a time
SAVED_EVERY = timedelta(hours=1)  # where nothing happens
COMMIT_EVERY_S = 1.0  # 5 to 10 ms of CPU each
UNSAVED = 4_000  # messages
PAGE = 200
MOST = 400  # messages that a window of the first build may hold
ALL = 100_000  # of one millisecond


class Feeding:
    """What the relay tells: every message and ticket that an event names."""

    def __init__(self, store: SearchStore, wake: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._wake = wake

    async def handle(self, events: Sequence[Event]) -> None:
        """One entry for all of them."""
        telling = [one for one in events if not _silent(one)]
        messages = dict.fromkeys(MessageId(one.message_id) for one in telling if one.message_id)
        tickets = dict.fromkeys(TicketId(one.ticket_id) for one in events if one.kind in MOVES)
        if messages or tickets:
            await self._store.feed(tuple(messages), tuple(tickets), utc_now())
            await self._wake()


async def whole(work: Callable[..., Got], *given: Any) -> Got:  # noqa: ANN401  the work's own
    """In a thread, and to its end even when cancelled: nothing writes after the lock has gone."""
    running = asyncio.get_running_loop().run_in_executor(None, partial(work, *given))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):  # those who cancel ask again
                await asyncio.wait({running})
        if error := running.exception():
            _log.warning("the index failed at its end", exc_info=error)
        raise


class Follower:
    """Of one index, while its lock is held. ``step`` until it says that there is no more."""

    def __init__(self, store: SearchStore, shelf: Shelf) -> None:
        self._store = store
        self._writing = Writing(shelf)
        self._shelf = shelf
        self._cursor = Cursor(fed=FLOOR, built=None)
        self._reached = FLOOR
        self._seen: set[str] = set()
        self._deep_at = 0.0
        self._width = FIRST
        self._unsaved = 0
        self._saved_at = 0.0

    async def open(self) -> None:
        """Go on where the index is."""
        now = utc_now()
        home = await self._store.home()
        self._cursor = await whole(self._writing.open, now, now - KEPT + SPAN, home)
        self._reached, self._seen, self._deep_at = self._cursor.fed, set(), 0.0
        self._width = FIRST
        self._report()

    @property
    def generation(self) -> str:
        """Which it writes; "" while there is none."""
        return self._writing.name

    async def step(self) -> bool:
        """The next piece of the feed, and of the first build; True when there is more at once."""
        if self._shelf.distrusted(self._writing.name):
            self._writing.close()
            await self.open()
        behind = await self._follow()
        if self._cursor.built is not None and not behind:
            await self._build(self._cursor.built)
        await self._save(final=not behind)
        held = self._cursor.fed if self._unsaved else self._reached
        metrics.SEARCH_FED.set(held.timestamp())
        return behind or self._cursor.built is not None

    def pause_s(self) -> float:
        """Until the next commit is due."""
        return max(0.0, self._saved_at + COMMIT_EVERY_S - time.monotonic())

    def close(self) -> None:
        """What is not saved is read again. This process says no more how far the index is."""
        self._writing.close()
        for gauge in (metrics.SEARCH_FED, metrics.SEARCH_DOCUMENTS, metrics.SEARCH_COMPLETE):
            gauge.set(0)

    async def _follow(self) -> bool:
        """True when the feed goes on."""
        now, started = utc_now(), time.monotonic()
        deep = started >= self._deep_at
        since = self._reached - (OVERLAP if deep else NEAR)
        until = await self._span(now)
        fed = await self._store.fed(since, until)
        fresh = [one for one in fed if one.id not in self._seen]
        # what is written from here on has a later id, or is found by the next deep look
        self._reached = max(self._reached, min(until, utc_now()))
        await self._read_again(fresh)
        self._seen.update(one.id for one in fresh)
        self._unsaved += len(fresh)
        behind = until < now
        if deep or behind:
            old = first_id(self._reached - OVERLAP - NEAR)
            self._seen = {id for id in self._seen if id >= old}
        if deep and not behind:
            self._deep_at = started + DEEP_EVERY_S
        return behind

    async def _span(self, now: datetime) -> datetime:
        """Until when the feed is read at once: by halves where it holds very much."""
        until = min(self._reached + SPAN, now + AHEAD)
        while (span := until - self._reached) > SHORTEST:
            if not await self._store.many_fed(self._reached, until, MOST_FED):
                break
            until = self._reached + span / 2
        return until

    async def _read_again(self, fed: Sequence[Fed]) -> None:
        named = [id for one in fed for id in one.message_ids]
        moved = await self._store.ids_in(dict.fromkeys(id for one in fed for id in one.ticket_ids))
        every = list(dict.fromkeys((*named, *moved)))
        for ids in (every[start : start + PAGE] for start in range(0, len(every), PAGE)):
            texts = await self._store.texts(ids)
            there = {one.id for one in texts}
            await self._put([id for id in ids if id not in there], texts)

    async def _build(self, until: datetime) -> None:
        """The window before ``until``; one that is too full is read by halves."""
        since = earlier(until, self._width)
        narrow = until - since <= timedelta(milliseconds=1)
        texts, more = await self._store.received(since, until, ALL if narrow else MOST)
        if more and not narrow:
            self._width = max((until - since) / 4, timedelta(milliseconds=1))
            return
        await self._put((), texts)
        self._cursor = replace(self._cursor, built=None if since <= FLOOR else since)
        self._unsaved += 1
        self._width = next_width(until - since, len(texts), MOST // 2)

    async def _put(self, gone: Iterable[MessageId], texts: Sequence[Text]) -> None:
        await whole(_index, self._writing, gone, texts)
        self._unsaved += len(texts) + 1

    async def _save(self, *, final: bool) -> None:
        """Now and then while there is more, at once when there is not."""
        idle = self._reached - self._cursor.fed > SAVED_EVERY
        built = self._cursor.built is None
        due = (final and built) or self._unsaved > UNSAVED or self.pause_s() == 0
        if not (idle or (self._unsaved and due)):
            return
        self._cursor = replace(self._cursor, fed=self._reached)
        await whole(self._writing.commit, self._cursor)
        self._unsaved, self._saved_at = 0, time.monotonic()
        self._report()

    def _report(self) -> None:
        state = self._shelf.state()
        metrics.SEARCH_DOCUMENTS.set(state.documents if state else 0)
        metrics.SEARCH_COMPLETE.set(self._cursor.built is None)


def _silent(event: Event) -> bool:
    """It changes no word, nor whether the message can be found."""
    if event.kind != "delivery.changed":
        return event.kind in SILENT
    states = {state for one in event.changes for state in (one.before, one.after)}
    return CANCELLED not in states


def _index(writing: Writing, gone: Iterable[MessageId], texts: Sequence[Text]) -> None:
    entries = {one.id: entry_of(one) for one in texts}
    empty = [id for id, entry in entries.items() if entry is None]
    writing.put((*gone, *empty), filter(None, entries.values()))
