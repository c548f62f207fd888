"""One SMTP connection: aiosmtpd's protocol, with DATA read in large pieces and bounds.

aiosmtpd reads a mail line by line and refuses lines above 1,000 bytes, which real mail has; here a
mail is searched for its end 64 kB at a time. The end is CRLF.CRLF and nothing else, so that no
other spelling of it smuggles a second mail in.
"""

import asyncio
import logging
from collections import Counter as Tally
from collections import defaultdict
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, syntax

from connectors.contract import InboxId
from gateway.metrics import SMTP_CONNECTIONS

log = logging.getLogger(__name__)

PIECE_BYTES = 65_536
CONNECTIONS_MOST = 200
CONNECTIONS_PER_PEER = 40
COMMAND_BYTES = 2_048  # RFC 6531 addresses and parameters, with room to spare
DRAIN_FACTOR = 3  # a mail over the limit is read on this far, so that its sender hears the 552
_END = b"\r\n.\r\n"
_CRLF = b"\r\n"

TOO_LARGE = "552 5.3.4 The mail is larger than {most} bytes"
TOO_EARLY = "554 5.5.0 Mail came before its 354; goodbye"
BUSY = b"421 4.7.0 Too many connections, try again later\r\n"
CLOSING = b"421 4.3.2 Closing down, try again later\r\n"


class EdgeEnvelope(Envelope):
    """An envelope that knows whose mail it is: the recipients of each inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.mail = b""
        self.addressed: dict[InboxId, list[str]] = {}


class Sessions:
    """All open connections of one listener, bounded in number and by peer."""

    def __init__(self, most: int = CONNECTIONS_MOST, per_peer: int = CONNECTIONS_PER_PEER) -> None:
        self._most = most
        self._per_peer = per_peer
        self._open: set[EdgeSession] = set()
        self._peers: Tally[str] = Tally()

    def admit(self, session: "EdgeSession", peer: str) -> bool:
        """False when there is no room."""
        if len(self._open) >= self._most or self._peers[peer] >= self._per_peer:
            SMTP_CONNECTIONS.labels("refused").inc()
            return False
        self._open.add(session)
        self._peers[peer] += 1
        SMTP_CONNECTIONS.labels("accepted").inc()
        return True

    def forget(self, session: "EdgeSession", peer: str) -> None:
        """It has ended."""
        if session in self._open:
            self._open.discard(session)
            self._peers[peer] -= 1
            self._peers += Tally()  # drops what has come to nothing

    async def end(self, within_s: float) -> None:
        """Idle sessions end now, those with a mail under way when it is done or time is up."""
        for session in list(self._open):
            session.leave()
        ended = [asyncio.ensure_future(session.ended.wait()) for session in self._open]
        if ended:
            await asyncio.wait(ended, timeout=within_s)
        for waiting in ended:
            waiting.cancel()
        for session in list(self._open):
            session.cut()


class EdgeSession(SMTP):
    """``errors`` counts refused recipients: whoever guesses addresses is sent away."""

    line_length_limit = PIECE_BYTES

    def __init__(self, sessions: Sessions, handler: object, **options: Any) -> None:  # noqa: ANN401  as aiosmtpd has them
        super().__init__(handler, **options)
        self.command_size_limit = COMMAND_BYTES
        self.command_size_limits = defaultdict(lambda: COMMAND_BYTES)  # aiosmtpd's is shared by all
        self.errors = 0
        self.peer = ""
        self.ended = asyncio.Event()
        self._sessions = sessions
        self._most = self.data_size_limit or 0
        self._refused = False
        self._in_data = False
        self._leaving = False

    def _create_envelope(self) -> EdgeEnvelope:
        return EdgeEnvelope()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called a second time after STARTTLS."""
        if not self.peer:
            self.peer = _peer(transport)
            if not self._sessions.admit(self, self.peer):
                self._refused = True
                plain = cast("asyncio.WriteTransport", transport)
                plain.write(BUSY)
                plain.close()
                return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The room it took is free again."""
        self._sessions.forget(self, self.peer)
        self.ended.set()
        if not self._refused:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """A refused connection has no session to end."""
        return None if self._refused else super().eof_received()

    def leave(self) -> None:
        """End now, or after the mail that is under way."""
        self._leaving = True
        if self._in_data or self.transport is None or self.transport.is_closing():
            return
        self._writer.write(CLOSING)
        self.cut()

    def leave_after_reply(self) -> None:
        """End once the reply to the present command is written."""
        self.loop.call_soon(self.loop.call_soon, self.cut)

    def cut(self) -> None:
        """Close the connection; what was written still goes out."""
        if self.transport is not None:
            self.transport.close()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  aiosmtpd finds it by name
        """RFC 5321 section 4.1.1.4."""
        if refusal := self._data_refusal(arg):
            await self.push(refusal)
            return
        if self._reader._buffer:  # type: ignore[attr-defined]  # StreamReader tells in no other way that bytes came too early
            await self.push(TOO_EARLY)
            self.cut()
            return
        self._in_data = True
        try:
            await self._take_mail()
        finally:
            self._in_data = False
            self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd has not all types
        if self._leaving:
            self.cut()

    @property
    def edge_envelope(self) -> EdgeEnvelope:
        """The transaction under way."""
        return cast("EdgeEnvelope", self.envelope)

    def _data_refusal(self, arg: str | None) -> str | None:
        if self.session is None or not self.session.host_name:
            return "503 5.5.1 Say EHLO first"
        if not self.edge_envelope.rcpt_tos:
            return "503 5.5.1 Say RCPT first"
        return "501 5.5.4 Syntax: DATA" if arg else None

    async def _take_mail(self) -> None:
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_mail()
        if content is None:
            await self.push(TOO_LARGE.format(most=self._most))
            return
        self.edge_envelope.mail = content
        await self.push(await self._call_handler_hook("DATA"))

    async def _read_mail(self) -> bytes | None:
        """The mail with its dots unstuffed; None when it is too large, its end read all the same.

        The line end of the command itself counts as the first of an empty mail's CRLF.CRLF.
        """
        self._reader.feed_data(_CRLF)
        pieces: list[bytes] = []
        size = -len(_CRLF)
        while True:
            piece, last = await self._piece()
            size += len(piece)
            if size <= self._most:
                pieces.append(piece)
            else:
                pieces.clear()
            if last:
                break
            if size > self._most * DRAIN_FACTOR:
                self.cut()
                break
            self._reset_timeout()
        if size > self._most:
            return None
        return b"".join(pieces).replace(b"\r\n.", _CRLF)[len(_CRLF) :]

    async def _piece(self) -> tuple[bytes, bool]:
        """Up to 64 kB, or what is left up to the end (its first CRLF kept, the dot's line not)."""
        try:
            found: bytes = await self._reader.readuntil(_END)
        except asyncio.LimitOverrunError as error:
            return await self._reader.readexactly(error.consumed), False
        return found[: -len(_END) + len(_CRLF)], True


def _peer(transport: asyncio.BaseTransport) -> str:
    name = transport.get_extra_info("peername")
    return str(name[0]) if isinstance(name, tuple) else "unknown"
