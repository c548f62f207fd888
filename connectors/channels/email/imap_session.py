"""One IMAP connection without a thread: commands in order, each with its time limit.

A command that does not end in a tagged answer (time, cancellation, nonsense, BYE) closes the
connection: what the server would say next could not be told from an answer to the next command.
"""

import asyncio
import contextlib
import functools
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence

from connectors.channels.email.errors import CommandRefused, MailboxUnavailable
from connectors.channels.email.imap_stream import (
    LINE_MOST,
    Argument,
    Garbled,
    Response,
    pieces_of,
    read_response,
)
from connectors.channels.email.settings import Settings, tls_context

CONNECT_S = 20.0
COMMAND_S = 90.0
STARTTLS_S = 30.0
LOST = (OSError, EOFError, TimeoutError, Garbled)
_KEEPALIVE = {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 4}
# RFC 5530, and the words of servers that know no codes: what was asked may well be right
_LATER = re.compile(
    r"\[(UNAVAILABLE|SERVERBUG|INUSE|LIMIT|OVERQUOTA)\]"
    r"|too many|try again|try later|temporar|throttl|rate.limit",
    re.IGNORECASE,
)
Seen = Callable[[Response], bool]


class ImapSession:
    """Used by one task at a time. Every method raises MailboxUnavailable when the line is lost."""

    def __init__(
        self,
        host: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        literal_most: int,
    ) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer
        self._literal_most = literal_most
        self._count = 0
        self.is_open = True
        self.preauthenticated = False
        self.capabilities: frozenset[bytes] = frozenset()
        self.exists = 0  # how many mails the selected folder has
        self.arrivals = 0  # how often that number grew

    async def greet(self) -> None:
        """Read the greeting; BYE means that the server has no room for us now."""
        async with self._guarded(COMMAND_S):
            greeting = await read_response(self._reader, self._literal_most, COMMAND_S)
        word = greeting.words[:1]
        if greeting.tag != b"*" or word not in ([b"OK"], [b"PREAUTH"]):
            self.drop()
            raise MailboxUnavailable(f"{self._host} greets with {greeting.text!r}")
        self.preauthenticated = word == [b"PREAUTH"]
        self._note_code(greeting)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """RFC 3501 section 6.2.1: everything that was said in clear is forgotten."""
        await self.command(b"STARTTLS")
        async with self._guarded(STARTTLS_S):
            if self._reader._buffer:  # type: ignore[attr-defined]  # no public way to ask
                raise Garbled("the server spoke between STARTTLS and encryption")
            await self._writer.start_tls(context, server_hostname=self._host)
        self.capabilities = frozenset()

    async def learn_capabilities(self) -> None:
        """Ask, unless the server has told unasked."""
        if not self.capabilities:
            await self.command(b"CAPABILITY")

    def forget_capabilities(self) -> None:
        """They differ before and after the login."""
        self.capabilities = frozenset()

    async def command(
        self,
        name: bytes,
        arguments: Sequence[Argument] = (),
        limit_s: float | None = None,
        answer: Callable[[Response], bytes] | None = None,
    ) -> list[Response]:
        """What the server said beside its OK. Raises CommandRefused on NO and BAD that will last.

        ``answer`` replies to challenges (AUTHENTICATE).
        """
        told: list[Response] = []
        async with self._guarded(limit_s or COMMAND_S):
            tag = self._next_tag()
            first, *rest = pieces_of([tag, *name.split(), *arguments])
            await self._write(first)
            while (said := await self._read()).tag != tag:
                if said.tag != b"+":
                    told.append(said)
                elif rest:
                    await self._write(rest.pop(0))
                else:
                    await self._write((answer(said) if answer else b"") + b"\r\n")
        self._settle(said, name)
        return told

    async def idle(self, seconds: float, seen: Seen) -> bool:
        """IDLE (RFC 2177) until ``seen`` something of interest or for ``seconds``."""
        found = False
        async with self._guarded(COMMAND_S):
            tag = self._next_tag()
            await self._write(tag + b" IDLE\r\n")
            said = await self._read()
            while said.tag == b"*":
                found = seen(said) or found
                said = await self._read()
        if said.tag == tag:  # refused, though it was offered
            self._settle(said, b"IDLE")
            return found
        if not found:
            found = await self._listen(seconds, seen)
        async with self._guarded(COMMAND_S):
            await self._write(b"DONE\r\n")
            while (said := await self._read()).tag != tag:
                found = seen(said) or found
        self._settle(said, b"IDLE")
        return found

    async def _listen(self, seconds: float, seen: Seen) -> bool:
        """Nothing is lost when time runs out: only a whole line that waits is ever taken."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            async with self._guarded(None):
                try:
                    said = await self._read(left)
                except TimeoutError:
                    return False
            if seen(said):
                return True
        return False

    async def append(
        self,
        folder: Argument,
        flags: bytes,
        size: int,
        chunks: AsyncIterator[bytes],
        limit_s: float,
    ) -> None:
        """APPEND with its literal streamed; ``chunks`` must give ``size`` bytes."""
        async with self._guarded(limit_s):
            tag = self._next_tag()
            for piece in pieces_of([tag, b"APPEND", folder, flags, b"{%d}" % size]):
                await self._write(piece)
                said = await self._read_until(tag, b"+")
                if said.tag == tag:
                    break
            else:
                async for chunk in chunks:
                    await self._write(chunk)
                await self._write(b"\r\n")
                said = await self._read_until(tag)
        self._settle(said, b"APPEND")

    async def _read_until(self, *tags: bytes) -> Response:
        while (said := await self._read()).tag not in tags:
            pass
        return said

    @contextlib.asynccontextmanager
    async def _guarded(self, limit_s: float | None) -> AsyncIterator[None]:
        """Whatever leaves here without a tagged answer closes the line."""
        if not self.is_open:
            raise MailboxUnavailable("the connection is closed")
        try:
            async with asyncio.timeout(limit_s):
                yield
        except LOST as error:
            self.drop()
            why = str(error) or "no answer in time" if isinstance(error, TimeoutError) else error
            raise MailboxUnavailable(f"{self._host} broke off: {why}") from error
        except BaseException:
            self.drop()
            raise

    def _next_tag(self) -> bytes:
        self._count += 1
        return b"P%d" % self._count

    async def _write(self, raw: bytes) -> None:
        self._writer.write(raw)
        await self._writer.drain()

    async def _read(self, silence_s: float | None = None) -> Response:
        patience = COMMAND_S if silence_s is None else silence_s
        said = await read_response(self._reader, self._literal_most, patience)
        if said.tag == b"*":
            self._note(said)
        return said

    def _note(self, said: Response) -> None:
        """What a server may say at any time (RFC 3501 section 7)."""
        words = said.words
        if words[:1] == [b"BYE"]:
            raise MailboxUnavailable(f"{self._host} says goodbye: {said.text}")
        if words[:1] == [b"CAPABILITY"]:
            self.capabilities = frozenset(said.line.upper().split()[1:])
        elif words[1:2] == [b"EXISTS"] and words[0].isdigit():
            count = int(words[0])
            self.arrivals += count > self.exists
            self.exists = count
        elif words[1:2] == [b"EXPUNGE"]:
            self.exists = max(self.exists - 1, 0)

    def _settle(self, said: Response, command: bytes) -> None:
        if said.words[:1] != [b"OK"]:
            kind = MailboxUnavailable if _LATER.search(said.text) else CommandRefused
            raise kind(f"{self._host} to {command.decode()}: {said.text}")
        self._note_code(said)

    def _note_code(self, said: Response) -> None:
        line = said.line.upper()
        start = line.find(b"[CAPABILITY ")
        if start >= 0:
            self.capabilities = frozenset(line[start:].partition(b"]")[0].split()[1:])

    def leave(self) -> None:
        """Say goodbye and go; nobody waits for the answer."""
        if self.is_open:
            self._writer.write(b"P0 LOGOUT\r\n")
        self.drop()

    def drop(self) -> None:
        """Break the line: whoever waits for an answer learns at once."""
        self.is_open = False
        self._writer.transport.abort()


async def connect(settings: Settings, literal_most: int) -> ImapSession:
    """A session that has been greeted, encrypted as configured, and knows what the server can."""
    s = settings
    try:
        context = shared_context(s) if s.imap_security != "none" else None
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                s.imap_host,
                s.imap_port,
                ssl=context if s.imap_security == "tls" else None,
                limit=LINE_MOST,
            )
    except (OSError, TimeoutError, ValueError) as error:
        why = str(error) or "no connection in time"
        raise MailboxUnavailable(f"{s.imap_host}:{s.imap_port}: {why}") from error
    _keep_alive(writer)
    session = ImapSession(s.imap_host, reader, writer, literal_most)
    try:
        await session.greet()
        if s.imap_security == "starttls" and context is not None:
            await session.start_tls(context)
        await session.learn_capabilities()
    except BaseException:
        session.drop()
        raise
    return session


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """An idle line is kept open through NAT, and one that died is noticed within four minutes."""
    raw = writer.get_extra_info("socket")
    if raw is None:
        return
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def shared_context(settings: Settings) -> ssl.SSLContext:
    """One for all inboxes that trust the same authorities: each holds a megabyte of them."""
    path = settings.tls_ca_file
    return _context(path, os.stat(path).st_mtime_ns if path else 0)


@functools.lru_cache(maxsize=32)
def _context(ca_file: str, changed_ns: int) -> ssl.SSLContext:
    del changed_ns  # a file that was renewed is another key
    return tls_context(Settings(tls_ca_file=ca_file))
