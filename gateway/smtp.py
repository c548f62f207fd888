"""Mail by SMTP: for known inboxes only, and on disk before the sender is told that we have it.

The journal keeps the mail's bytes as they came; the envelope stands in the record's headers
(``connectors.kit.mail.trace``). A mail for several inboxes becomes one record each: all of
them are on disk or the sender is asked to come again, and what came twice is told apart later by
its Message-ID.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from aiosmtpd.smtp import Session

from connectors.contract import InboxId
from connectors.kit.mail import trace
from connectors.kit.mail.addresses import AddressUnusable, wire_address
from gateway.errors import DirectoryUnavailable
from gateway.metrics import SMTP_MAILS
from gateway.smtp_session import EdgeEnvelope, EdgeSession, Sessions
from storage.errors import RecordRefused, StorageError
from storage.ids import new_id, utc_now
from storage.record import JournalId, NewRecord

log = logging.getLogger(__name__)

TIMEOUT_S = 120.0  # without a command, or without the next 64 kB of a mail
RECIPIENTS_MOST = 100  # RFC 5321 section 4.5.3.1.8 asks for at least that many
ERRORS_MOST = 20
CLOSE_S = 10.0
DIRECTORY_S = 10.0
JOURNAL_S = 60.0
COMMANDS_MOST = {"*": 2_000, "STARTTLS": 2, "HELO": 50, "EHLO": 50}

OK_RECIPIENT = "250 2.1.5 OK"
OK_KEPT = "250 2.0.0 OK, kept as {id}"
UNKNOWN = "550 5.1.1 There is no such mailbox here"
GUESSING = "421 4.7.0 Too many unknown recipients"
TOO_MANY = "452 4.5.3 Too many recipients, send the rest in another transaction"
LATER = "451 4.3.0 Cannot keep the mail now, try again later"
REFUSED = "554 5.6.0 The mail cannot be kept"
FAILED = "451 4.3.0 Something went wrong here, try again later"


class Settings(Protocol):
    """What of ``config.settings`` the edge reads; port 0 picks one, no certificate no STARTTLS."""

    @property
    def smtp_host(self) -> str:
        """Where to listen."""

    @property
    def smtp_port(self) -> int:
        """Where to listen."""

    @property
    def smtp_max_bytes(self) -> int:
        """The largest mail."""

    @property
    def smtp_tls_cert(self) -> str:
        """PEM file, or ""."""

    @property
    def smtp_tls_key(self) -> str:
        """PEM file, or ""."""

    @property
    def mail_domain(self) -> str:
        """Our name in greetings."""


class Journal(Protocol):
    """``storage.journal.Journal``, as far as it is needed here."""

    async def append(self, new: NewRecord) -> JournalId:
        """Durable when it returns; raises StorageError."""


class Directory(Protocol):
    """Who takes mail for an address."""

    async def inbox_for(self, address: str) -> InboxId | None:
        """The active inbox of an address, an alias, or either with a plus tag.

        Raises DirectoryUnavailable.
        """


class SmtpEdge:
    """One listener. ``start`` and ``close`` belong to one running loop."""

    def __init__(self, settings: Settings, journal: Journal, directory: Directory) -> None:
        self._settings = settings
        self._handler = MailHandler(journal, directory)
        self._tls = _server_context(settings)
        self._sessions = Sessions()
        self._server: asyncio.Server | None = None

    async def start(self, listening: socket.socket | None = None) -> int:
        """Listen on ``listening`` or on the configured address; the port is returned."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd logs addresses at INFO
        loop = asyncio.get_running_loop()
        s = self._settings
        if listening is None:
            self._server = await loop.create_server(self._session, s.smtp_host, s.smtp_port)
        else:
            self._server = await loop.create_server(self._session, sock=listening)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _session(self) -> EdgeSession:
        return EdgeSession(
            self._sessions,
            self._handler,
            data_size_limit=self._settings.smtp_max_bytes,
            enable_SMTPUTF8=True,
            hostname=self._settings.mail_domain,
            ident="Parley",
            tls_context=self._tls,
            timeout=TIMEOUT_S,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=COMMANDS_MOST,
            loop=asyncio.get_running_loop(),
        )

    async def close(self) -> None:
        """No new connections; mails under way are finished within ten seconds, the rest cut."""
        if self._server is not None:
            self._server.close()
            await self._sessions.end(CLOSE_S)
            await self._server.wait_closed()


class MailHandler:
    """aiosmtpd's hooks; each returns the reply."""

    def __init__(self, journal: Journal, directory: Directory) -> None:
        self._journal = journal
        self._directory = directory

    async def handle_EHLO(  # noqa: N802  aiosmtpd finds it by name
        self,
        server: EdgeSession,
        session: Session,
        envelope: EdgeEnvelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Nobody logs in here; commands may come together."""
        del server, envelope
        session.host_name = hostname
        known = [line for line in responses if not line.startswith("250-AUTH")]
        return [known[0], "250-PIPELINING", *known[1:]]

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds it by name
        self,
        server: EdgeSession,
        session: Session,
        envelope: EdgeEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Only for an inbox that is known and active."""
        del session, options
        if len(envelope.rcpt_tos) >= RECIPIENTS_MOST:
            return TOO_MANY
        recipient = _readable(address)
        try:
            inbox_id = await asyncio.wait_for(self._inbox_for(recipient), DIRECTORY_S)
        except (DirectoryUnavailable, TimeoutError):
            SMTP_MAILS.labels("no_directory").inc()
            return LATER
        if inbox_id is None:
            return _unknown(server)
        envelope.rcpt_tos.append(recipient)
        envelope.addressed.setdefault(inbox_id, []).append(recipient)
        return OK_RECIPIENT

    async def _inbox_for(self, address: str) -> InboxId | None:
        """As it is written, then with its domain as A-labels."""
        found = await self._directory.inbox_for(address)
        if found is not None or address.isascii():
            return found
        try:
            return await self._directory.inbox_for(wire_address(address))
        except AddressUnusable:
            return None

    async def handle_DATA(  # noqa: N802  aiosmtpd finds it by name
        self, server: EdgeSession, session: Session, envelope: EdgeEnvelope
    ) -> str:
        """250 only when every inbox's record is on disk."""
        now = utc_now()
        request_id = new_id(now)
        records = _records(server, session, envelope, request_id, now)
        try:
            ids = await asyncio.wait_for(self._keep(records), JOURNAL_S)
        except RecordRefused:
            SMTP_MAILS.labels("refused").inc()
            log.exception("a mail cannot be kept", extra={"request_id": request_id})
            return REFUSED
        except (StorageError, TimeoutError) as error:
            SMTP_MAILS.labels("later").inc()
            cause = type(error).__name__
            log.warning("no mail now", extra={"request_id": request_id, "cause": cause})
            return LATER
        SMTP_MAILS.labels("kept").inc(len(ids))
        log.info("mail kept", extra={"request_id": request_id, "records": len(ids)})
        return OK_KEPT.format(id=request_id)

    async def _keep(self, records: Sequence[NewRecord]) -> list[JournalId]:
        """At once, so that they share one commit."""
        if len(records) == 1:
            return [await self._journal.append(records[0])]
        return await asyncio.gather(*(self._journal.append(record) for record in records))

    async def handle_exception(self, error: Exception) -> str:
        """A mistake of ours costs the sender a second attempt, never the mail."""
        log.error("an SMTP session failed", exc_info=error)
        SMTP_MAILS.labels("failed").inc()
        return FAILED


def _unknown(server: EdgeSession) -> str:
    SMTP_MAILS.labels("unknown").inc()
    server.errors += 1
    if server.errors < ERRORS_MOST:
        return UNKNOWN
    server.leave_after_reply()
    return GUESSING


def _records(
    server: EdgeSession,
    session: Session,
    envelope: EdgeEnvelope,
    request_id: str,
    now: datetime,
) -> list[NewRecord]:
    """One for each inbox, with the recipients that concern it."""
    return [
        NewRecord(
            inbox_id=inbox_id,
            channel="email",
            transport="smtp",
            received_at=now,
            request_id=request_id,
            body=envelope.mail,
            headers=trace.to_headers(
                trace.Envelope(
                    mail_from=_readable(envelope.mail_from).removeprefix("<").removesuffix(">"),
                    rcpt_to=tuple(addresses),
                    peer=server.peer,
                    helo=_readable(session.host_name)[:255],
                    tls=_tls_version(session),
                    smtputf8=bool(envelope.smtp_utf8),
                )
            ),
        )
        for inbox_id, addresses in envelope.addressed.items()
    ]


def _readable(text: str | None) -> str:
    """aiosmtpd keeps foreign bytes as lone surrogates, which no store takes."""
    return (text or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _tls_version(session: Session) -> str:
    cipher = (session.ssl or {}).get("cipher")
    return str(cipher[1]) if cipher else ""


def _server_context(settings: Settings) -> ssl.SSLContext | None:
    if not settings.smtp_tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp_tls_cert, settings.smtp_tls_key or None)
    return context
