"""The folders of one IMAP account: read-only, one connection, opened when it is needed."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from imapclient.datetime_util import parse_to_datetime
from imapclient.exceptions import ProtocolError
from imapclient.imap_utf7 import encode as utf7
from imapclient.response_parser import parse_response

from connectors.channels.email.errors import CommandRefused, MailboxUnavailable
from connectors.channels.email.imap_login import log_in
from connectors.channels.email.imap_session import ImapSession, connect
from connectors.channels.email.imap_stream import Argument, Response, quoted
from connectors.channels.email.settings import Settings

LITERAL_SLACK = 1_000_000  # servers are known to understate sizes
BYTES_A_SECOND = 20_000  # slower than that is as good as broken
BASE_S = 60.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Found = Mapping[bytes, Any]


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """What selecting said. ``next_uid`` is a hint: some servers are behind with it, or say 0."""

    name: str
    validity: int
    next_uid: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One mail before it is fetched; ``arrived`` is None where the server does not say."""

    uid: int
    size: int
    arrived: datetime | None


class Mailbox:
    """Every method raises MailboxUnavailable when the line is lost, CommandRefused on a NO."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: ImapSession | None = None
        self._heard = 0  # arrivals that a search has looked for

    @property
    def is_open(self) -> bool:
        """Whether a login has succeeded and nothing broke since."""
        return self._session is not None and self._session.is_open

    @property
    def tells(self) -> bool:
        """Whether the server tells of new mail by itself (IDLE)."""
        return self.is_open and b"IDLE" in self._line().capabilities

    async def open(self, token: str) -> None:
        """Connect and log in: by ``token`` unless it is empty."""
        self.close()
        session = await connect(self._settings, self._settings.imap_max_bytes + LITERAL_SLACK)
        try:
            await log_in(session, self._settings, token)
        except BaseException:
            session.drop()
            raise
        self._session = session

    async def select(self, name: str) -> Folder:
        """EXAMINE: nothing we do changes a flag, let alone deletes."""
        line = self._line()
        line.exists = 0
        told = await line.command(b"EXAMINE", [folder_argument(name)])
        return Folder(
            name=name,
            validity=_code(told, b"UIDVALIDITY") or 1,
            next_uid=_code(told, b"UIDNEXT"),
        )

    async def highest_uid(self, folder: Folder) -> int:
        """That of the last mail, whatever UIDNEXT says; 0 in an empty folder."""
        below = max(folder.next_uid - 1, 1)
        found = await self._search(b"UID %d:*" % below)
        return max(found, default=0)

    async def uids_after(self, uid: int) -> list[int]:
        """Ascending. ``n:*`` always names the last mail (RFC 3501 section 6.4.8): filtered."""
        found = await self._search(b"UID %d:*" % (uid + 1))
        return sorted({one for one in found if one > uid})

    async def uids_between(self, uid: int, until: int, since: date) -> list[int]:
        """Above ``uid``, up to ``until``, that arrived on ``since`` or later; ascending."""
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}".encode()
        found = await self._search(b"UID %d:%d SINCE %s" % (uid + 1, until, day))
        return sorted({one for one in found if uid < one <= until})

    async def _search(self, criteria: bytes) -> list[int]:
        line = self._line()
        self._heard = line.arrivals
        told = await line.command(b"UID SEARCH", [criteria])
        answers = [said.line.split()[1:] for said in told if said.words[:1] == [b"SEARCH"]]
        return [int(word) for words in answers for word in words if word.isdigit()]

    async def summaries(self, uids: Sequence[int]) -> list[Summary]:
        """Those of ``uids`` that still exist, ascending."""
        found = await self._fetch(uids, b"(UID RFC822.SIZE INTERNALDATE)", 0)
        return [
            Summary(uid=uid, size=int(data[b"RFC822.SIZE"] or 0), arrived=_arrived(data))
            for uid, data in sorted(found.items())
            if b"RFC822.SIZE" in data
        ]

    async def bodies(self, uids: Sequence[int], expected: int) -> dict[int, bytes]:
        """Whole mails, without setting \\Seen; absent are those that went meanwhile, and those
        that the server does not hand out. ``expected`` bytes decide how long that may take.
        """
        found = await self._fetch(uids, b"(UID BODY.PEEK[])", expected)
        return {
            uid: data[b"BODY[]"]
            for uid, data in found.items()
            if isinstance(data.get(b"BODY[]"), bytes)
        }

    async def header(self, uid: int) -> bytes:
        """Only the header block of one mail, at most 64 kB."""
        data = (await self._fetch([uid], b"(UID BODY.PEEK[HEADER]<0.65536>)", 65_536)).get(uid, {})
        return next((v for k, v in data.items() if k.startswith(b"BODY[HEADER]")), b"") or b""

    async def _fetch(self, uids: Sequence[int], what: bytes, expected: int) -> dict[int, Found]:
        limit_s = BASE_S + expected / BYTES_A_SECOND
        told = await self._line().command(b"UID FETCH", [_sequence(uids), what], limit_s)
        wanted = set(uids)
        found: dict[int, dict[bytes, Any]] = {}
        for data in filter(None, map(_fetched, told)):
            uid = data.get(b"UID")
            if uid in wanted:
                found.setdefault(uid, {}).update(data)
        return dict(found)

    async def append(self, name: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """Put a mail of ``size`` bytes into a folder, as one that was read."""
        limit_s = BASE_S + size / BYTES_A_SECOND
        await self._line().append(folder_argument(name), b"(\\Seen)", size, chunks, limit_s)

    async def idle(self, seconds: float) -> bool:
        """Whether mail came since the last search, or comes within ``seconds``."""
        line = self._line()
        await line.command(b"NOOP")  # makes servers look that tell nothing of what came before IDLE
        if line.arrivals > self._heard:
            return True
        return await line.idle(seconds, lambda said: line.arrivals > self._heard)

    def _line(self) -> ImapSession:
        if self._session is None or not self._session.is_open:
            raise MailboxUnavailable("the connection is closed")
        return self._session

    def close(self) -> None:
        """Go without waiting for the server; whoever waits for it learns at once."""
        if self._session is not None:
            self._session.leave()
            self._session = None


def folder_argument(name: str) -> Argument:
    """Modified UTF-7 (RFC 3501 section 5.1.3); INBOX is INBOX in any case."""
    return quoted(utf7(name).decode("ascii"))


def _code(told: Iterable[Response], name: bytes) -> int:
    """The number of a response code such as ``[UIDVALIDITY 7]``; 0 where it is not said."""
    for said in told:
        code, _, rest = said.line.upper().partition(b"[")[2].partition(b" ")
        number = rest.partition(b"]")[0].strip()
        if code == name and number.isdigit():
            return int(number)
    return 0


def _sequence(uids: Sequence[int]) -> bytes:
    """Neighbours as a range: servers limit a command's length."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return b",".join(b"%d" % a if a == b else b"%d:%d" % (a, b) for a, b in ranges)


def _fetched(said: Response) -> Found | None:
    """The pairs of one FETCH; None for everything else, and for what cannot be read."""
    if said.words[1:2] != [b"FETCH"]:
        return None
    try:
        _, _, items = parse_response(list(said.parts))
        return dict(zip(items[::2], items[1::2], strict=True))
    except (ProtocolError, ValueError, TypeError) as error:
        raise CommandRefused(f"a FETCH that cannot be read: {said.text}") from error


def _arrived(data: Found) -> datetime | None:
    try:
        arrived: datetime = parse_to_datetime(data[b"INTERNALDATE"], normalise=False)
        return arrived.astimezone(UTC)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return None
