"""An IMAP server that misbehaves on purpose, where dovecot never would."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from types import TracebackType

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class Session:
    """One client. ``say`` sends a line, ``ok`` the tagged end of its command."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.tag = b""
        self.line = b""

    async def raw(self, said: bytes) -> None:
        """Exactly these bytes."""
        self.writer.write(said)
        await self.writer.drain()

    async def say(self, *lines: bytes) -> None:
        """Untagged lines."""
        for line in lines:
            await self.raw(b"* " + line + b"\r\n")

    async def end(self, words: bytes = b"OK done") -> None:
        """The tagged answer."""
        await self.raw(self.tag + b" " + words + b"\r\n")

    def cut(self) -> None:
        """Break the line."""
        self.writer.transport.abort()


Handler = Callable[[Session], Awaitable[None]]


class RudeImapd:
    """``mails`` are UIDs and contents of the one folder. A handler in ``instead`` answers commands
    that begin with its key (``UID FETCH``), and decides all that is said.
    """

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.next_uid = b"UIDNEXT 1"
        self.capabilities = b"IMAP4rev1 IDLE"
        self.greeting = b"* OK hello\r\n"
        self.instead: dict[str, Handler] = {}
        self.commands: list[str] = []
        self.logins = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where it listens, once entered."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        session = Session(reader, writer)
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            await session.raw(self.greeting)
            while line := await reader.readline():
                session.tag, _, session.line = line.strip().partition(b" ")
                await self._answer(session)
        self._writers.discard(writer)
        writer.close()

    async def _answer(self, session: Session) -> None:
        said = session.line.decode()
        self.commands.append(said)
        for start, handler in {**self._usual(), **self.instead}.items():
            if said.startswith(start):
                wanted = self.instead.get(start, handler)
                await wanted(session)
                return
        await session.end()

    def _usual(self) -> dict[str, Handler]:
        return {
            "CAPABILITY": self.capability,
            "LOGIN": self.login,
            "EXAMINE": self.examine,
            "UID SEARCH": self.search,
            "UID FETCH": self.fetch,
            "IDLE": self.idle,
        }

    async def capability(self, session: Session) -> None:
        """As configured."""
        await session.say(b"CAPABILITY " + self.capabilities)
        await session.end()

    async def login(self, session: Session) -> None:
        """Everybody is welcome."""
        self.logins += 1
        await session.end()

    async def examine(self, session: Session) -> None:
        """One folder by every name."""
        await session.say(
            b"%d EXISTS" % len(self.mails),
            b"OK [UIDVALIDITY %d]" % self.validity,
            b"OK [" + self.next_uid + b"]",
        )
        await session.end(b"OK [READ-ONLY] done")

    async def search(self, session: Session) -> None:
        """``n:*`` names the last mail whatever n is."""
        low = int(re.findall(rb"UID (\d+):", session.line)[0])
        found = [uid for uid in self.mails if uid >= low] or sorted(self.mails)[-1:]
        await session.say(b"SEARCH " + b" ".join(b"%d" % uid for uid in found))
        await session.end()

    def asked_for(self, session: Session) -> list[int]:
        """The UIDs that a FETCH names, as far as there are any."""
        uids: list[int] = []
        for part in session.line.split()[2].split(b","):
            low, _, high = part.partition(b":")
            uids += range(int(low), int(high or low) + 1)
        return [uid for uid in uids if uid in self.mails]

    async def fetch(self, session: Session) -> None:
        """Sizes, or whole mails."""
        for uid in self.asked_for(session):
            await session.raw(self.fetched(uid, whole=b"BODY" in session.line))
        await session.end()

    def fetched(self, uid: int, *, whole: bool) -> bytes:
        """One FETCH response."""
        raw = self.mails[uid]
        if not whole:
            return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw))
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(raw), raw)

    async def idle(self, session: Session) -> None:
        """Nothing ever happens."""
        await session.raw(b"+ idling\r\n")
        await session.reader.readline()
        await session.end()

    async def __aenter__(self) -> "RudeImapd":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)
        await self._server.wait_closed()
