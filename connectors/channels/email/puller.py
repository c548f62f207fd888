"""IMAP as a ``Puller``: all folders of an account over one connection, without a thread.

However many mailboxes a worker reads, each is a task that waits; a slow or hung one holds nothing
that another needs. Nothing is deleted or flagged; what has been taken is known by the cursor alone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from connectors.channels.email.cursor import read_cursors, write_cursors
from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.folder_scan import FolderScan, Strikes
from connectors.channels.email.mailbox import Mailbox
from connectors.channels.email.metrics import PULL_FAILURES, PULLED
from connectors.channels.email.oauth import TokenGetter
from connectors.channels.email.settings import Settings
from connectors.contract import Account, Pulled
from connectors.events import Parsed
from connectors.kit.mail.trace import FAULT, parse_mail_item

STEADY_S = 60.0
IDLE_S = 300.0  # a server may tell late or never: RFC 2177 asks for 29 minutes at the most


class ImapPuller:
    """``pull`` and ``wait`` are called by one task; errors are the classes of ``errors``."""

    def __init__(self, account: Account, tokens: TokenGetter | None = None) -> None:
        settings: Settings = account.settings
        self._settings = settings
        self._inbox = str(account.inbox_id)
        self._tokens = tokens
        self._mailbox = Mailbox(settings)
        self._strikes = Strikes()
        self._closed = False
        self._cut_short = 0

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """Oldest first, folder by folder; the one that IDLE watches comes last."""
        try:
            async for item in self._pull(cursor):
                PULLED.labels(self._inbox, "fault" if FAULT in item.headers else "taken").inc()
                yield item
        except (MailboxUnavailable, CredentialsRefused) as error:
            PULL_FAILURES.labels(self._inbox, type(error).__name__).inc()
            raise

    async def _pull(self, text: str) -> AsyncIterator[Pulled]:
        first, *more = self._settings.imap_folders
        # answers after what they answer; at the end the one that IDLE watches
        before = (*more[:-1], first, more[-1]) if self._settings.imap_sent_folder else more
        cursors = read_cursors(text, first)
        await self._open()
        for name in (*before, first):
            folder = await self._mailbox.select(name)
            scan = FolderScan(self._mailbox, self._settings, self._inbox, folder, self._strikes)
            async for taken in scan.run(cursors.get(name)):
                cursors[name] = taken.cursor
                yield Pulled(body=taken.body, cursor=write_cursors(cursors), headers=taken.headers)

    async def wait(self, seconds: float) -> None:
        """IDLE where the server has it, else sleep. Never raises: the next pull will."""
        if not self._mailbox.tells:
            await asyncio.sleep(seconds)
            return
        started = time.monotonic()
        # other folders than the one that is watched are only looked at by a pull
        alone = len(self._settings.imap_folders) == 1
        try:
            await self._mailbox.idle(max(seconds, IDLE_S) if alone else seconds)
            self._cut_short = 0
        except MailboxUnavailable as error:
            PULL_FAILURES.labels(self._inbox, type(error).__name__).inc()
            lasted = time.monotonic() - started
            self._cut_short = 0 if lasted > STEADY_S else self._cut_short + 1
            # a line that broke is taken up at once, one that always breaks is not
            await asyncio.sleep(min(seconds, 2.0**self._cut_short))

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Mail from IMAP and from the SMTP edge alike."""
        return parse_mail_item(body, headers, received_at)

    async def probe(self) -> str:
        """Log in and select; what is there, in words."""
        await self._open()
        names = self._settings.imap_folders
        for name in names:
            await self._mailbox.select(name)
        how = "new mail is told at once" if self._mailbox.tells else "asked for every minute"
        return f"{', '.join(names)} on {self._settings.imap_host}: {how}"

    async def _open(self) -> None:
        if self._closed:
            raise MailboxUnavailable("the inbox has changed")
        if not self._mailbox.is_open:
            await self.open(self._mailbox)

    async def open(self, mailbox: Mailbox) -> None:
        """Log ``mailbox`` in by the inbox's password or token."""
        if self._tokens is None:
            await mailbox.open("")
            return
        token = await self._tokens()
        try:
            await mailbox.open(token)
        except CredentialsRefused:  # taken back before its time: the next one may do
            await mailbox.open(await self._tokens(refused=token))

    async def close(self) -> None:
        """Whoever waits for the server learns at once; nothing is opened any more."""
        self._closed = True
        self._mailbox.close()
