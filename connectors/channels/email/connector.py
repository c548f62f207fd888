"""The mail channel: IMAP and the SMTP edge in, a submission server out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from aiosmtplib import SMTPException

from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.oauth import RefreshedTokens, TokenGetter
from connectors.channels.email.puller import ImapPuller
from connectors.channels.email.sender import SmtpSender
from connectors.channels.email.sent_copies import SentCopies
from connectors.channels.email.settings import Settings
from connectors.contract import Accepted, Account, Health, OutboundMessage, Pulled, SendOutcome
from connectors.events import Parsed
from connectors.http import Http

__all__ = ["EmailConnector", "Settings", "connect"]


class EmailConnector:
    """Puller, Sender and HealthChecker of one inbox."""

    idempotent = False

    def __init__(self, account: Account, tokens: TokenGetter | None) -> None:
        settings: Settings = account.settings
        self._settings = settings
        self._puller = ImapPuller(account, tokens)
        self._sender = SmtpSender(account, tokens)
        self._copies = SentCopies(account, self._puller.open)

    @property
    def pulls(self) -> bool:
        """False when mail comes by SMTP only: there is nothing to poll."""
        return bool(self._settings.imap_host)

    @property
    def authserv_ids(self) -> frozenset[str]:
        """The mail servers in front of the mailbox that check senders."""
        return frozenset(self._settings.trusted_authserv.lower().replace(",", " ").split())

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """New mail of the IMAP folder; none without an IMAP server."""
        if self.pulls:
            async for item in self._puller.pull(cursor):
                yield item

    async def wait(self, seconds: float) -> None:
        """IDLE, or sleep."""
        await (self._puller.wait(seconds) if self.pulls else asyncio.sleep(seconds))

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Raw bytes as an event; the normaliser reads them."""
        return self._puller.parse_item(body, headers, received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Through the submission server."""
        outcome = await self._sender.send(message)
        if isinstance(outcome, Accepted):
            self._copies.keep(message)
        return outcome

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """The inbox."""
        return self._sender.rate_keys(message)

    async def check(self) -> Health:
        """Log in to both servers; nothing is sent."""
        said: list[str] = []
        try:
            if self._settings.smtp_host:
                said.append(await self._sender.probe())
            if self.pulls:
                said.append(await self._puller.probe())
        except CredentialsRefused as error:
            return Health(ok=False, detail=str(error), advice="Enter the password or token anew.")
        except (MailboxUnavailable, SMTPException, OSError, TimeoutError) as error:
            return Health(ok=False, detail=str(error), advice="Check host, port and encryption.")
        return Health(ok=True if said else None, detail="; ".join(said) or "mail comes by SMTP")

    async def close(self) -> None:
        """End all connections."""
        await self._copies.close()
        await self._sender.close()
        await self._puller.close()


def connect(account: Account, http: Http) -> EmailConnector:
    """The connector of one inbox."""
    settings: Settings = account.settings
    oauth = settings.uses_oauth
    return EmailConnector(
        account, RefreshedTokens(settings, http, account.tokens) if oauth else None
    )
