"""What one pull gives, on its way into the journal.

Several appends share a commit; the cursor follows the last item of which everything before it is
on disk too. A crash repeats at most what was under way, and ingest knows repeats by their ids.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.contract import Pulled
from gateway.workers.store import CursorStore
from storage.errors import JournalFull
from storage.ids import utc_now
from storage.journal import Journal, JournalId, NewRecord
from storage.record import Transport
from ticketing.model import Inbox

log = logging.getLogger(__name__)

UNDER_WAY = 64
UNDER_WAY_BYTES = 2_000_000
SAVE_EVERY = 100
LOOK_EVERY = 100
BACKLOG_MOST = 400  # two drains: what others send to this partition waits a second or two at most
BACKLOG_PAUSE_S = 0.5
PATIENCE_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_TICK = timedelta(milliseconds=1)


class Intake:
    """One for each pull. ``end`` must be called; it raises what an append raised."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        transport: Transport,
        journal: Journal,
        cursors: CursorStore,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._inbox = inbox
        self._transport = transport
        self._journal = journal
        self._cursors = cursors
        self._clock = clock
        self._under_way: deque[tuple[asyncio.Task[object], str, int]] = deque()
        self._bytes = 0
        self._last = clock()
        self._cursor = ""
        self._unsaved = 0
        self.taken = 0

    async def take(self, item: Pulled) -> None:
        """Return when there is room for the next; raises when an earlier one was not stored."""
        self.taken += 1
        if self.taken % LOOK_EVERY == 0:
            await self._let_others_pass()
        while self._under_way and self._full(len(item.body)):
            await self._first()
        task = asyncio.create_task(self._append(self._record(item)))
        self._under_way.append((task, item.cursor, len(item.body)))
        self._bytes += len(item.body)
        if self._unsaved >= SAVE_EVERY:
            await self._save()

    async def end(self) -> None:
        """Everything is on disk, and the cursor says so. Nothing happens after ``abandon``."""
        try:
            while self._under_way:
                await self._first()
        finally:
            await self._save()

    async def abandon(self) -> None:
        """The inbox is somebody else's now: the cursor is not ours to move."""
        tasks = [task for task, _, _ in self._under_way]
        self._under_way.clear()
        self._unsaved = 0
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _append(self, new: NewRecord) -> JournalId:
        """With patience while the journal is full: whoever pulls need not refuse anybody."""
        for pause_s in PATIENCE_S:
            try:
                return await self._journal.append(new)
            except JournalFull:
                await asyncio.sleep(pause_s)
        return await self._journal.append(new)

    def _full(self, size: int) -> bool:
        return len(self._under_way) >= UNDER_WAY or self._bytes + size > UNDER_WAY_BYTES

    async def _first(self) -> None:
        task, cursor, size = self._under_way.popleft()
        self._bytes -= size
        try:
            await task
        except BaseException:
            self._stop()
            raise
        self._cursor = cursor
        self._unsaved += 1

    def _stop(self) -> None:
        """The cursor must not pass an item that is not on disk; what follows is pulled again."""
        for task, _, _ in self._under_way:
            task.add_done_callback(_forget)
        self._under_way.clear()

    async def _save(self) -> None:
        if self._unsaved:
            await self._cursors.save(self._inbox.id, self._cursor, self._clock())
            self._unsaved = 0

    async def _let_others_pass(self) -> None:
        """A huge mailbox waits for ingest, so that new mail of others does not wait for it."""
        while await self._journal.backlog_of(self._inbox.id, BACKLOG_MOST) >= BACKLOG_MOST:  # noqa: ASYNC110  another process shrinks it
            await asyncio.sleep(BACKLOG_PAUSE_S)

    def _record(self, item: Pulled) -> NewRecord:
        """Each a millisecond later than the one before: the journal is read by time."""
        self._last = max(self._clock(), self._last + _TICK)
        return record(self._inbox, self._transport, item, self._last)


def record(inbox: Inbox, transport: Transport, item: Pulled, now: datetime) -> NewRecord:
    """One item as the journal takes it."""
    return NewRecord(
        inbox_id=inbox.id,
        channel=inbox.channel,
        transport=transport,
        request_id=f"{transport}-{secrets.token_hex(6)}",
        received_at=now,
        headers=item.headers,
        body=item.body,
    )


def _forget(task: "asyncio.Task[object]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.info("an item that is pulled again was not stored: %r", task.exception())
