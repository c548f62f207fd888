"""One inbox that must be asked, for ever: pull, journal, save the cursor, wait for news.

Whatever goes wrong concerns this inbox alone: it has its own pauses, and says how it fares.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta

from connectors.contract import Puller
from connectors.errors import ConnectorError, CredentialsRefused
from gateway.backoff import Backoff
from gateway.metrics import PULL_FAILING, PULL_HEARD_AT, PULL_LAST_IN_AT, WORKER_RUNS
from gateway.workers.intake import Intake
from gateway.workers.store import CursorStore
from storage.errors import StorageError
from storage.ids import utc_now
from storage.journal import Journal
from storage.record import Transport
from ticketing.model import Inbox

log = logging.getLogger(__name__)

LONGEST_S = 300.0
TELL_EVERY = timedelta(minutes=5)
_WORDS_MOST = 400
Note = Callable[[Inbox, datetime], Awaitable[object]]
Wait = Callable[[], Awaitable[None]]


class PullLoop:
    """Run by the holder of the inbox's lease; ends by cancellation."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        puller: Puller,
        journal: Journal,
        cursors: CursorStore,
        note: Note,
        mailbox: bool = False,
    ) -> None:
        """``note`` makes the inbox's health of what ``cursors`` were told of a failure.
        ``mailbox``: what is pulled are whole mails, whoever keeps them.
        """
        self._inbox = inbox
        self._transport: Transport = "imap" if mailbox else "poll"
        self._puller = puller
        self._journal = journal
        self._cursors = cursors
        self._note = note
        self._broken = Backoff(first_s=1.0, longest_s=LONGEST_S)
        # providers lock accounts that knock with a wrong password
        self._refused = Backoff(first_s=60.0, longest_s=1800.0)
        self._told: tuple[datetime, str] | None = None

    async def run(self, wait: Wait) -> None:
        """``wait`` returns when it is time to ask again."""
        try:
            while True:
                await self._once(wait)
        finally:
            PULL_FAILING.labels(self._inbox.id).set(0)

    async def _once(self, wait: Wait) -> None:
        try:
            await self._pull()
            await self._well()
            await wait()
        except CredentialsRefused as error:
            await self._failed(error, refused=True)
            await self._refused.wait()
        except Exception as error:
            await self._failed(error, refused=False)
            await self._broken.wait()

    async def _pull(self) -> None:
        """The cursor moves only after the journal has the item."""
        intake = Intake(
            inbox=self._inbox,
            transport=self._transport,
            journal=self._journal,
            cursors=self._cursors,
        )
        items = self._puller.pull(await self._cursors.load(self._inbox.id))
        try:
            async for item in items:
                await intake.take(item)
        except asyncio.CancelledError:
            await intake.abandon()
            raise
        finally:
            if intake.taken:
                self._broken.reset()  # it goes on, if by fits and starts
                PULL_LAST_IN_AT.labels(self._inbox.id).set_to_current_time()
            if isinstance(items, AsyncGenerator):
                await items.aclose()
            await intake.end()

    async def _well(self) -> None:
        self._broken.reset()
        self._refused.reset()
        WORKER_RUNS.labels("pull", "worked").inc()
        PULL_FAILING.labels(self._inbox.id).set(0)
        PULL_HEARD_AT.labels(self._inbox.id).set_to_current_time()
        now = utc_now()
        if self._due(now, ""):
            await self._cursors.heard(self._inbox, now)
            self._told = (now, "")

    async def _failed(self, error: Exception, *, refused: bool) -> None:
        WORKER_RUNS.labels("pull", "refused" if refused else "failed").inc()
        PULL_FAILING.labels(self._inbox.id).set(1)
        words = _words(error)
        log.warning(
            "a mailbox cannot be read",
            extra={"inbox_id": self._inbox.id, "cause": type(error).__name__},
        )
        now = utc_now()
        if not self._due(now, words):
            return
        try:
            await self._cursors.failed(self._inbox, words, refused=refused, now=now)
            await self._note(self._inbox, now)
        except Exception:
            log.warning("a failure is not noted", extra={"inbox_id": self._inbox.id})
            return
        self._told = (now, words)

    def _due(self, now: datetime, words: str) -> bool:
        """News are told at once, the same again every few minutes."""
        return self._told is None or self._told[1] != words or now - self._told[0] >= TELL_EVERY


def _words(error: Exception) -> str:
    """What an administrator may read: ours and the provider's words, no foreign traces."""
    if isinstance(error, ConnectorError | StorageError | OSError):
        return str(error)[:_WORDS_MOST] or type(error).__name__
    return type(error).__name__
