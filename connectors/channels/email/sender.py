"""SMTP out as a ``Sender``: the mail streams to the server, and what it said is the outcome."""

import asyncio
import logging
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterable

import msgspec
from aiosmtplib import SMTPException, SMTPResponse, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from connectors.channels.email.connections import COMMAND_S, Connections, Line
from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.metrics import SEND_SECONDS, SENT
from connectors.channels.email.oauth import TokenGetter
from connectors.channels.email.outcomes import Stage, outcome_of, refusal, refused
from connectors.channels.email.settings import Settings
from connectors.channels.email.signing import signer_of
from connectors.contract import (
    Accepted,
    Account,
    OutboundMessage,
    Refusal,
    Rejected,
    SendOutcome,
)
from connectors.kit.mail.addresses import AddressUnusable
from connectors.kit.mail.compose import Composed, compose

log = logging.getLogger(__name__)

SEND_S = 55.0  # the contract gives 60 seconds for everything
_OK = 250
_WILL_FORWARD = 251
_START_INPUT = 354
_PERMANENT = 500
_TAKEN = range(200, 300)
_NO_UTF8 = 553
_STUFF = re.compile(rb"^\.", re.MULTILINE)
FAILURES = (
    SMTPException,
    OSError,
    ssl.SSLError,
    TimeoutError,
    CredentialsRefused,
    MailboxUnavailable,
)


class SmtpSender:
    """SMTP has no idempotency key: a broken line after the end of DATA is never retried."""

    idempotent = False

    def __init__(self, account: Account, tokens: TokenGetter | None = None) -> None:
        settings: Settings = account.settings
        self._account = account
        self._host = settings.smtp_host
        self._unlimited = settings.smtp_unlimited
        self._signer = signer_of(settings, account.address)
        self._connections = Connections(settings, tokens)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """One transaction for all recipients; those that were not taken are named."""
        started = time.monotonic()
        outcome = await self._send(message)
        SENT.labels(type(outcome).__name__).inc()
        SEND_SECONDS.observe(time.monotonic() - started)
        log.info("message %s: %s", message.id, type(outcome).__name__)
        return outcome

    async def _send(self, message: OutboundMessage) -> SendOutcome:
        if not self._host:
            return Rejected(reason="this inbox has no SMTP server to send through")
        try:
            composed = compose(message, self._account)
        except AddressUnusable as error:
            return Rejected(reason=str(error))
        transmission = Transmission(composed)
        try:
            async with asyncio.timeout(SEND_S):
                transmission = Transmission(await self._signed(composed))
                async with self._connections.line() as line:
                    return await transmission.run(line)
        except FAILURES as error:
            return outcome_of(error, transmission.stage)

    async def _signed(self, mail: Composed) -> Composed:
        """With its DKIM signature on top, where the inbox has a key."""
        if self._signer is None:
            return mail
        field = await self._signer.field(mail)
        return msgspec.structs.replace(
            mail, pieces=(field, *mail.pieces), size=mail.size + len(field)
        )

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """Submission servers count by account; one's own need not."""
        del message
        if self._unlimited:
            return ()
        return (f"inbox:{self._account.inbox_id}",)

    async def probe(self) -> str:
        """Connect and log in; raises as aiosmtplib does."""
        async with self._connections.line():
            return f"{self._host} takes our login"

    async def close(self) -> None:
        """Close what rests; a send under way keeps its line to the end."""
        await self._connections.close()


class Transmission:
    """One mail over one line; ``stage`` says what a failure means."""

    def __init__(self, composed: Composed) -> None:
        self._mail = composed
        self.stage = Stage.CONNECTING

    async def run(self, line: Line) -> SendOutcome:
        """Raises what the line raises; the caller drops the line then, else it may be reused."""
        self.stage = Stage.ENVELOPE
        answer = await self._sender(line)
        if answer.code != _OK:
            return refused(answer.code, answer.message, self.stage)
        answers = {a: await _say(line, f"RCPT TO:<{a}>") for a in self._mail.rcpt_to}
        refusals = {a: r for a, r in answers.items() if r.code not in {_OK, _WILL_FORWARD}}
        if len(refusals) == len(answers):
            return self._all_refused(refusals)
        self.stage = Stage.DATA
        answer = await self._data(line)
        if answer.code not in _TAKEN:
            return refused(answer.code, answer.message, self.stage)
        return Accepted(
            native_ids=(self._mail.message_id,),
            refused=self._named(r for r in refusals.items() if r[1].code >= _PERMANENT),
            later=self._named(r for r in refusals.items() if r[1].code < _PERMANENT),
        )

    def _named(self, refusals: Iterable[tuple[str, SMTPResponse]]) -> tuple[Refusal, ...]:
        """Recipients as the message has them, with the server's words."""
        return tuple(
            refusal(self._mail.asked.get(address, address), answer.code, answer.message)
            for address, answer in refusals
        )

    def _all_refused(self, refusals: dict[str, SMTPResponse]) -> SendOutcome:
        """Later while any of them may still be taken; refused when none ever will."""
        later = [r for r in refusals.values() if r.code < _PERMANENT]
        first = later[0] if later else next(iter(refusals.values()))
        outcome = refused(first.code, first.message, Stage.ENVELOPE)
        if not isinstance(outcome, Rejected):
            return outcome
        named = self._named(refusals.items())
        reason = "; ".join(f"{one.recipient}: {one.reason}" for one in named)
        if len(named) == 1:
            reason = outcome.reason
        return msgspec.structs.replace(outcome, reason=reason, refused=named)

    async def _sender(self, line: Line) -> SMTPResponse:
        mail, smtp = self._mail, line.smtp
        options = [f"SIZE={mail.size}"] if smtp.supports_extension("size") else []
        if mail.smtputf8:
            if not smtp.supports_extension("smtputf8"):
                return SMTPResponse(_NO_UTF8, "5.6.7 the server has no SMTPUTF8 for this address")
            options.append("SMTPUTF8")
        return await _say(line, f"MAIL FROM:<{mail.mail_from}>", *options)

    async def _data(self, line: Line) -> SMTPResponse:
        """The server's word on the whole mail, or its early word in the middle of it."""
        protocol = line.smtp.protocol
        answer = await _say(line, "DATA")
        if answer.code != _START_INPUT:
            return answer
        if protocol is None:
            raise SMTPServerDisconnected("the connection is gone")
        # the reader listens before the first byte is written: a server may refuse midway
        reading = asyncio.create_task(protocol.read_response(timeout=SEND_S))
        try:
            async for chunk in stuffed(self._mail.chunks()):
                await asyncio.sleep(0)
                if reading.done():
                    return await self._midway(line, reading)
                protocol.write(chunk)
                await _flow(protocol, reading)
            self.stage = Stage.ENDED
            protocol.write(b".\r\n")
            return await reading
        finally:
            reading.add_done_callback(_seen)
            reading.cancel()

    @staticmethod
    async def _midway(line: Line, reading: "asyncio.Task[SMTPResponse]") -> SMTPResponse:
        """The rest of the mail is not sent, so the session cannot go on."""
        answer = await reading
        line.drop()
        return answer


async def _flow(protocol: SMTPProtocol, reading: "asyncio.Task[SMTPResponse]") -> None:
    """Wait for room in the line's buffer; a server that speaks meanwhile reads no more."""
    if not protocol._paused:  # aiosmtplib shows neither this nor a drain
        return
    draining = asyncio.create_task(protocol._drain_helper())
    try:
        await asyncio.wait({draining, reading}, return_when=asyncio.FIRST_COMPLETED)
        if draining.done():
            draining.result()
    finally:
        draining.cancel()


def _seen(reading: "asyncio.Task[SMTPResponse]") -> None:
    """The outcome is decided: asyncio need not report how the reader ended."""
    if not reading.cancelled():
        reading.exception()


async def _say(line: Line, *words: str) -> SMTPResponse:
    return await line.smtp.execute_command(*(w.encode() for w in words), timeout=COMMAND_S)


async def stuffed(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Dots doubled at line starts (RFC 5321 section 4.5.2); every chunk begins at one."""
    async for chunk in chunks:
        yield _STUFF.sub(b"..", chunk) if b"\n." in chunk or chunk.startswith(b".") else chunk
