"""IMAP as a ``Puller``: the blocking mailbox in a thread of its own, never two calls at once.

One slow mailbox blocks nobody: each has its own thread and its own time limits. Nothing is
deleted or flagged; what has been taken is known by the cursor alone.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from connectors.channels.email.cursor import Cursor, read_cursor
from connectors.channels.email.errors import (
    CommandRefused,
    CredentialsRefused,
    MailboxUnavailable,
)
from connectors.channels.email.mailbox import Mailbox, Summary
from connectors.channels.email.metrics import PULL_FAILURES, PULLED, UIDVALIDITY_CHANGES
from connectors.channels.email.oauth import TokenGetter
from connectors.channels.email.settings import Settings
from connectors.contract import Account, Pulled
from connectors.events import Parsed
from connectors.kit.mail.trace import FAULT, FOLDER, START, UID, parse_mail_item

log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")

WINDOW = 500  # UIDs whose sizes are asked for at once
BATCH_MAILS = 50
BATCH_BYTES = 8_000_000
CALL_S = 180.0  # one call into the mailbox, whatever it does
IDLE_MOST_S = 25 * 60.0  # servers may drop after 30 minutes (RFC 2177)
CLOCK_SLACK_S = 3600  # the server's clock may be behind ours; a mail too many is told apart later
SAME_MAIL_TRIES = 3  # the line may break on one mail that often before it is listed as unreadable


class ImapPuller:
    """``pull`` and ``wait`` are called by one task; errors are the classes of ``errors``."""

    def __init__(self, account: Account, tokens: TokenGetter | None = None) -> None:
        settings: Settings = account.settings
        self._settings = settings
        self._inbox = str(account.inbox_id)
        self._tokens = tokens
        self._mailbox = Mailbox(settings)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._broke_on: tuple[int, int] = (0, 0)  # UID, and how often in a row
        self._seen = 0  # the highest UID that the last complete pull knew of

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """Oldest first. A first run that wants only new mail yields one empty marker item."""
        try:
            async for item in self._pull(read_cursor(cursor)):
                PULLED.labels(self._inbox, "fault" if FAULT in item.headers else "taken").inc()
                yield item
        except (MailboxUnavailable, CredentialsRefused) as error:
            PULL_FAILURES.labels(self._inbox, type(error).__name__).inc()
            raise

    async def _pull(self, saved: Cursor | None) -> AsyncIterator[Pulled]:
        await self._open()
        folder = await self._call(self._mailbox.select)
        if saved is None and self._settings.imap_first_run == "new":
            since_s = int(datetime.now(UTC).timestamp() - CLOCK_SLACK_S)
            start = Cursor(validity=folder.validity, uid=folder.next_uid - 1, since=since_s)
            self._seen = start.uid
            yield Pulled(body=b"", cursor=str(start), headers={START: "new"})
            return
        cursor = (saved or Cursor(validity=folder.validity, uid=0)).at(folder.validity)
        since = self._since(saved, cursor)
        day = since - timedelta(days=1) if since else None  # SINCE knows days, not zones
        uids = await self._call(lambda: self._mailbox.uids_after(cursor.uid, day))
        for window in _windows(uids):
            async for item in self._window(window, cursor, since):
                yield item
        self._seen = max([cursor.uid, *uids[-1:]])

    def _since(self, saved: Cursor | None, cursor: Cursor) -> datetime | None:
        """Only a scan anew looks at arrival times; otherwise the UID says it all."""
        if saved is None or saved.validity == cursor.validity:
            return None
        UIDVALIDITY_CHANGES.labels(self._inbox).inc()
        log.warning("inbox %s: UIDVALIDITY changed, the folder is scanned anew", self._inbox)
        return datetime.fromtimestamp(cursor.since, UTC) if cursor.since else None

    async def _window(
        self, uids: Sequence[int], cursor: Cursor, since: datetime | None
    ) -> AsyncIterator[Pulled]:
        known = await self._call(lambda: self._mailbox.summaries(uids))
        wanted = [s for s in known if not (since and s.arrived and s.arrived < since)]
        for batch in _batches(wanted, self._settings.imap_max_bytes):
            async for item in self._take(batch, cursor):
                yield item

    async def _take(self, batch: Sequence[Summary], cursor: Cursor) -> AsyncIterator[Pulled]:
        uids = [summary.uid for summary in batch]
        if batch[0].size > self._settings.imap_max_bytes:
            yield await self._oversized(batch[0], cursor)
        elif len(uids) > 1 and self._broke_on[0] in uids:
            async for item in self._one_by_one(batch, cursor):
                yield item
        else:
            async for item in self._together(batch, uids, cursor):
                yield item

    async def _together(
        self, batch: Sequence[Summary], uids: Sequence[int], cursor: Cursor
    ) -> AsyncIterator[Pulled]:
        try:
            bodies = await self._fetch(uids)
        except CommandRefused as error:
            if len(batch) == 1:
                yield self._fault(uids[0], cursor, str(error), b"")
                return
            async for item in self._one_by_one(batch, cursor):
                yield item
            return
        for uid in uids:
            if uid in bodies:
                yield self._item(uid, bodies[uid], cursor)

    async def _one_by_one(self, batch: Sequence[Summary], cursor: Cursor) -> AsyncIterator[Pulled]:
        for summary in batch:
            async for item in self._take([summary], cursor):
                yield item

    async def _fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """A mail on which the line broke three times in a row is refused like any bad one."""
        first, tries = self._broke_on
        if uids == [first] and tries >= SAME_MAIL_TRIES:
            self._broke_on = (0, 0)
            raise CommandRefused(f"the connection broke {tries} times while it was fetched")
        try:
            bodies = await self._call(lambda: self._mailbox.bodies(uids))
        except CommandRefused:
            raise
        except MailboxUnavailable:
            self._broke_on = (uids[0], tries + 1 if uids[0] == first else 1)
            raise
        if first in uids:
            self._broke_on = (0, 0)
        return bodies

    async def _oversized(self, summary: Summary, cursor: Cursor) -> Pulled:
        head = await self._call(lambda: self._mailbox.header(summary.uid))
        most = self._settings.imap_max_bytes
        reason = f"the mail has {summary.size} bytes, this inbox takes {most}"
        return self._fault(summary.uid, cursor, reason, head)

    def _fault(self, uid: int, cursor: Cursor, reason: str, head: bytes) -> Pulled:
        log.warning("inbox %s: UID %d is listed, not read: %s", self._inbox, uid, reason)
        item = self._item(uid, head, cursor)
        return msgspec.structs.replace(item, headers={**item.headers, FAULT: reason})

    def _item(self, uid: int, body: bytes, cursor: Cursor) -> Pulled:
        place = {FOLDER: self._settings.imap_folder, UID: str(uid)}
        return Pulled(body=body, cursor=str(cursor.after(uid)), headers=place)

    async def wait(self, seconds: float) -> None:
        """IDLE where the server has it, else sleep. Never raises: the next pull will."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        try:
            if not await self._idle(min(seconds, IDLE_MOST_S)):
                await asyncio.sleep(max(until - loop.time(), 0.0))
        except (MailboxUnavailable, CredentialsRefused) as error:
            PULL_FAILURES.labels(self._inbox, type(error).__name__).inc()
            await asyncio.sleep(max(until - loop.time(), 0.0))

    async def _idle(self, seconds: float) -> bool:
        """True when there is something to pull, also when it came after the last pull's search."""
        if not self._mailbox.is_open:
            await self._open()
            await self._call(self._mailbox.select)
        if await self._call(lambda: self._mailbox.has_news(self._seen)):
            return True
        return await self._call(lambda: self._mailbox.idle(seconds), seconds + CALL_S)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Mail from IMAP and from the SMTP edge alike."""
        return parse_mail_item(body, headers, received_at)

    async def probe(self) -> str:
        """Log in and select; how much there is, in words."""
        await self._open()
        folder = await self._call(self._mailbox.select)
        return f"{self._settings.imap_folder}: next UID {folder.next_uid}"

    async def _open(self) -> None:
        if not self._mailbox.is_open:
            token = await self._tokens() if self._tokens else ""
            await self._call(lambda: self._mailbox.open(token))

    async def _call(self, work: Callable[[], ResultT], limit_s: float = CALL_S) -> ResultT:
        """``work`` in the mailbox's thread; a time-out or cancellation breaks the line."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.wait_for(asyncio.shield(future), limit_s)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._mailbox.abort()
            future.add_done_callback(_forget)
            if isinstance(error, TimeoutError):
                raise MailboxUnavailable(f"no answer within {limit_s:.0f} s") from error
            raise

    async def close(self) -> None:
        """Break what hangs and end the thread; it is done when this returns."""
        self._mailbox.abort()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._thread.shutdown()
        self._mailbox.close()


def _forget(future: "asyncio.Future[ResultT]") -> None:
    """The caller has gone: its result, or error, is nobody's."""
    if not future.cancelled():
        future.exception()


def _windows(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[i : i + WINDOW] for i in range(0, len(uids), WINDOW))


def _batches(summaries: Sequence[Summary], most: int) -> Iterator[list[Summary]]:
    """Up to 50 mails or 8 MB; one larger than ``most`` stands alone."""
    batch: list[Summary] = []
    total = 0
    for summary in summaries:
        alone = summary.size > most
        if batch and (alone or len(batch) == BATCH_MAILS or total + summary.size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(summary)
        total += summary.size
        if alone:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
