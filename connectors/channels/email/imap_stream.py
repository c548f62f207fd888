"""IMAP responses off a stream, and arguments onto it (RFC 3501 sections 4 and 9).

Nothing is held but one response at a time; how long a line or literal may be is bounded, and so
is how long a server may be silent in the middle of one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

import msgspec

LINE_MOST = 16_000_000  # a SEARCH that names two million mails
SILENCE_S = 60.0
_CHUNK = 65_536
_LITERAL = re.compile(rb"~?\{(\d{1,12})\+?\}$")
_QUOTABLE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]*\Z")

Part = bytes | tuple[bytes, bytes]


class Garbled(ValueError):
    """Not IMAP, or larger than anybody may send: the line cannot be used any further."""


class Response(msgspec.Struct, frozen=True):
    """``tag`` is ``*``, ``+`` or a command's. ``parts`` hold the rest as imapclient's parser wants
    it: lines, and pairs of a line that ends in a literal's length with that literal.
    """

    tag: bytes
    parts: tuple[Part, ...]

    @property
    def line(self) -> bytes:
        """The text up to the first literal."""
        first = self.parts[0]
        return first if isinstance(first, bytes) else first[0]

    @property
    def words(self) -> list[bytes]:
        """The first words, upper case: ``[b"12", b"EXISTS"]``, ``[b"NO", ...]``."""
        return self.line[:_CHUNK].upper().split(None, 3)

    @property
    def text(self) -> str:
        """What a person may read of it, with control characters left out."""
        said = self.line.decode("utf-8", "replace")
        return "".join(c for c in said if c.isprintable())[:300]


async def read_response(
    reader: asyncio.StreamReader, literal_most: int, silence_s: float
) -> Response:
    """Raises Garbled, OSError, EOFError, or TimeoutError when nothing comes for ``silence_s``.

    After a TimeoutError nothing was taken from the stream; it may be asked again.
    """
    async with asyncio.timeout(silence_s):
        first = await _line(reader)
    tag, _, rest = first.partition(b" ")
    try:
        return Response(tag, tuple([part async for part in _parts(reader, rest, literal_most)]))
    except TimeoutError as error:
        raise Garbled("the server fell silent in the middle of an answer") from error


async def _parts(reader: asyncio.StreamReader, rest: bytes, room: int) -> AsyncIterator[Part]:
    while found := _LITERAL.search(rest):
        size = int(found[1])
        room -= size
        if room < 0:
            raise Garbled(f"the server wants to send {size} bytes at once")
        yield rest, await _exactly(reader, size)
        async with asyncio.timeout(SILENCE_S):
            rest = await _line(reader)
    yield rest


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        raw = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as error:
        raise Garbled("a line without an end") from error
    return raw.rstrip(b"\r\n")


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    """In chunks: a server that dribbles is one that is alive, one that stalls is not."""
    chunks: list[bytes] = []
    while size:
        async with asyncio.timeout(SILENCE_S):
            chunk = await reader.read(min(size, _CHUNK))
        if not chunk:
            raise EOFError("the line broke in the middle of a literal")
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


class Literal(msgspec.Struct, frozen=True):
    """An argument that no quotes may hold: its length is sent, and the server's ``+`` awaited."""

    raw: bytes


Argument = bytes | Literal


def quoted(text: str) -> Argument:
    """A string as an argument (RFC 3501 section 4.3)."""
    raw = text.encode()
    if not _QUOTABLE.match(raw):
        return Literal(raw)
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def pieces_of(arguments: Sequence[Argument]) -> list[bytes]:
    """A command as what may be written at once; before each piece but the first a ``+`` is due."""
    pieces = [b""]
    for argument in arguments:
        glue = b" " if pieces != [b""] else b""
        if isinstance(argument, Literal):
            pieces[-1] += glue + b"{%d}\r\n" % len(argument.raw)
            pieces.append(argument.raw)
        else:
            pieces[-1] += glue + argument
    pieces[-1] += b"\r\n"
    return pieces
