"""Our answers put into the account's folder of sent mail, for those who read it elsewhere.

A courtesy: the answer has left, and nothing that happens here changes what became of it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from connectors.channels.email.mailbox import Mailbox
from connectors.channels.email.metrics import SENT_COPIES
from connectors.channels.email.settings import Settings
from connectors.contract import Account, OutboundMessage
from connectors.errors import ConnectorError
from connectors.kit.mail.compose import compose

log = logging.getLogger(__name__)

WAITING_MOST = 200
TRIES = 3
PAUSE_S = 5.0
RESTS_S = 20.0


class SentCopies:
    """One connection, opened when there is something to put down and closed soon after."""

    def __init__(
        self, account: Account, open_mailbox: Callable[[Mailbox], Awaitable[None]]
    ) -> None:
        settings: Settings = account.settings
        self._account = account
        self._folder = settings.imap_sent_folder if settings.imap_keep_sent else ""
        self._open = open_mailbox
        self._mailbox = Mailbox(settings)
        self._waiting: deque[OutboundMessage] = deque()
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def keep(self, message: OutboundMessage) -> None:
        """Put a copy down later; nobody waits for it."""
        if not self._folder:
            return
        if len(self._waiting) >= WAITING_MOST:
            SENT_COPIES.labels("dropped").inc()
            return
        self._waiting.append(message)
        self._news.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run(), name="sent copies")

    async def _run(self) -> None:
        try:
            while await self._more():
                await self._put(self._waiting.popleft())
        finally:
            self._mailbox.close()

    async def _more(self) -> bool:
        """Whether something waits, or comes while the connection may rest."""
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(RESTS_S):
                    await self._news.wait()
            except TimeoutError:
                return bool(self._waiting)
        return True

    async def _put(self, message: OutboundMessage) -> None:
        for attempt in range(TRIES):
            try:
                await self._append(message)
            except (ConnectorError, OSError) as error:
                why = type(error).__name__
                log.info("message %s: no copy in the folder of sent mail: %s", message.id, why)
            else:
                SENT_COPIES.labels("kept").inc()
                return
            await asyncio.sleep(PAUSE_S * 2**attempt)
        SENT_COPIES.labels("failed").inc()

    async def _append(self, message: OutboundMessage) -> None:
        if not self._mailbox.is_open:
            await self._open(self._mailbox)
        mail = compose(message, self._account)
        await self._mailbox.append(self._folder, mail.size, mail.chunks())

    async def close(self) -> None:
        """What waits may still be put down, for a moment."""
        if self._writer is None:
            return
        if self._waiting:
            await asyncio.wait([self._writer], timeout=1.0)
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
