"""Everything new of one IMAP folder, oldest first, in batches that memory and time can bear."""

import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.channels.email.budget import FETCHES
from connectors.channels.email.cursor import Cursor
from connectors.channels.email.errors import CommandRefused, MailboxUnavailable
from connectors.channels.email.mailbox import Folder, Mailbox, Summary
from connectors.channels.email.metrics import UIDVALIDITY_CHANGES
from connectors.channels.email.settings import Settings
from connectors.kit.mail.trace import FAULT, FOLDER, SENT, START, UID

log = logging.getLogger(__name__)

WINDOW = 500  # UIDs whose sizes are asked for at once
BATCH_MAILS = 50
BATCH_BYTES = 2_000_000
CLOCK_SLACK_S = 3600  # the server's clock may be behind ours; a mail too many is told apart later
DAY_S = 86_400
STRIKES = 3  # a mail may break the line, or be refused, that often in a row ...
STRIKES_SPAN_S = 120.0  # ... and over that time before it is listed: servers restart


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One mail, or why it is not read, and the folder's cursor once it is in the journal."""

    body: bytes
    cursor: Cursor
    headers: dict[str, str]


class Strikes:
    """Which mail the line broke on, or the server refused, how often and since when."""

    def __init__(self) -> None:
        self._place: tuple[str, int] = ("", 0)
        self._count = 0
        self._since = 0.0

    def against(self, folder: str, uid: int) -> bool:
        """Whether this mail is under suspicion, and so is fetched alone."""
        return self._place == (folder, uid)

    def strike(self, folder: str, uid: int) -> None:
        """Once more."""
        if self._place != (folder, uid):
            self._place, self._count, self._since = (folder, uid), 0, time.monotonic()
        self._count += 1

    def out(self, folder: str, uid: int) -> str:
        """Why this mail is given up; "" while it is not."""
        lasted = time.monotonic() - self._since
        if not self.against(folder, uid) or self._count < STRIKES or lasted < STRIKES_SPAN_S:
            return ""
        return f"it could not be fetched {self._count} times"

    def clear(self) -> None:
        """The suspect came, or was listed."""
        self._place = ("", 0)


class FolderScan:
    """One pass over one folder that has just been selected."""

    def __init__(
        self, mailbox: Mailbox, settings: Settings, inbox: str, folder: Folder, strikes: Strikes
    ) -> None:
        self._mailbox = mailbox
        self._settings = settings
        self._inbox = inbox
        self._folder = folder
        self._strikes = strikes

    async def run(self, saved: Cursor | None) -> AsyncIterator[Taken]:
        """From ``saved`` on. A first run that leaves old mail out begins with an empty marker."""
        if saved is None:
            cursor = await self._first()
            if cursor.since:
                yield Taken(body=b"", cursor=cursor, headers={START: self._folder.name})
        else:
            cursor = await self._same_or_anew(saved)
        for window in _windows(await self._uids(cursor)):
            for batch in _batches(await self._wanted(window, cursor), self._settings):
                async for taken in self._take(batch, cursor):
                    yield taken

    async def _first(self) -> Cursor:
        """UIDNEXT is not believed: too high would lose mail, too low would import the past."""
        validity, mode = self._folder.validity, self._settings.imap_first_run
        if mode == "all":
            return Cursor(validity=validity, uid=0)
        now_s = int(datetime.now(UTC).timestamp())
        highest = await self._mailbox.highest_uid(self._folder)
        if mode == "new":
            return Cursor(validity=validity, uid=highest, since=now_s - CLOCK_SLACK_S)
        since = now_s - self._settings.imap_first_days * DAY_S
        return Cursor(validity=validity, uid=0, since=since, until=highest)

    async def _same_or_anew(self, saved: Cursor) -> Cursor:
        if saved.validity == self._folder.validity:
            return saved
        UIDVALIDITY_CHANGES.labels(self._inbox).inc()
        log.warning("inbox %s: UIDVALIDITY changed, a folder is scanned anew", self._inbox)
        highest = await self._mailbox.highest_uid(self._folder) if saved.since else 0
        return saved.anew(self._folder.validity, highest)

    async def _uids(self, cursor: Cursor) -> list[int]:
        if cursor.uid >= cursor.until:
            return await self._mailbox.uids_after(cursor.uid)
        day = _moment(cursor.since) - timedelta(days=1)  # SINCE knows days, not zones
        dated = await self._mailbox.uids_between(cursor.uid, cursor.until, day)
        return dated + await self._mailbox.uids_after(cursor.until)

    async def _wanted(self, uids: Sequence[int], cursor: Cursor) -> list[Summary]:
        since = _moment(cursor.since)
        return [
            one
            for one in await self._mailbox.summaries(uids)
            if one.uid > cursor.until or one.arrived is None or one.arrived >= since
        ]

    async def _take(self, batch: Sequence[Summary], cursor: Cursor) -> AsyncIterator[Taken]:
        """A batch that holds a suspect, or that the server refuses, is taken mail by mail."""
        suspected = any(self._strikes.against(self._folder.name, one.uid) for one in batch)
        if len(batch) > 1 and suspected:
            missing = batch
        elif batch[0].size > self._settings.imap_max_bytes:
            yield await self._oversized(batch[0], cursor)
            return
        else:
            came = 0
            async with FETCHES.of(sum(one.size for one in batch)):
                bodies = await self._fetch(batch)
                for uid in list(bodies):
                    yield self._taken(uid, bodies.pop(uid), cursor)
                    came += 1
            missing = batch[came:]
        if missing and len(batch) > 1:
            for one in missing:
                async for taken in self._take([one], cursor):
                    yield taken
        elif missing and await self._mailbox.summaries([missing[0].uid]):
            yield self._given_up(missing[0].uid, cursor)

    async def _fetch(self, batch: Sequence[Summary]) -> dict[int, bytes]:
        """Those that came, in whole or until one was missing: order is kept."""
        uids = [one.uid for one in batch]
        if self._strikes.out(self._folder.name, uids[0]):
            return {}
        try:
            bodies = await self._mailbox.bodies(uids, sum(one.size for one in batch))
        except CommandRefused:
            return {}
        except MailboxUnavailable:
            if not self._mailbox.is_open:
                self._strikes.strike(self._folder.name, uids[0])
            raise
        came: dict[int, bytes] = {}
        for uid in uids:
            if not bodies.get(uid):
                break
            came[uid] = bodies[uid]
        return came

    def _given_up(self, uid: int, cursor: Cursor) -> Taken:
        """Listed once it was tried often and long enough; until then the mailbox waits."""
        reason = self._strikes.out(self._folder.name, uid)
        if not reason:
            self._strikes.strike(self._folder.name, uid)
            raise MailboxUnavailable(f"UID {uid} is there, but is not handed out")
        self._strikes.clear()
        return self._fault(uid, cursor, reason, b"")

    async def _oversized(self, summary: Summary, cursor: Cursor) -> Taken:
        head = await self._mailbox.header(summary.uid)
        most = self._settings.imap_max_bytes
        reason = f"the mail has {summary.size} bytes, this inbox takes {most}"
        return self._fault(summary.uid, cursor, reason, head)

    def _fault(self, uid: int, cursor: Cursor, reason: str, head: bytes) -> Taken:
        log.warning("inbox %s: UID %d is listed, not read: %s", self._inbox, uid, reason)
        taken = self._taken(uid, head, cursor)
        return msgspec.structs.replace(taken, headers={**taken.headers, FAULT: reason})

    def _taken(self, uid: int, body: bytes, cursor: Cursor) -> Taken:
        if self._strikes.against(self._folder.name, uid):
            self._strikes.clear()
        place = {FOLDER: self._folder.name, UID: str(uid)}
        if self._folder.name == self._settings.imap_sent_folder:
            place[SENT] = "yes"
        return Taken(body=body, cursor=cursor.after(uid), headers=place)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _windows(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[i : i + WINDOW] for i in range(0, len(uids), WINDOW))


def _batches(summaries: Sequence[Summary], settings: Settings) -> Iterator[list[Summary]]:
    """Up to 50 mails or 8 MB; one larger than the inbox takes stands alone."""
    batch: list[Summary] = []
    total = 0
    for summary in summaries:
        alone = summary.size > settings.imap_max_bytes
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
