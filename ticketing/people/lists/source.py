"""An uploaded list as records: streamed from its blob, whatever its size and encoding."""

import asyncio
import codecs
import io
from collections.abc import AsyncIterator
from itertools import islice

import msgspec

from normalizer.mail.detect import codec_of
from storage.blobs import Blobs
from ticketing.errors import Invalid
from ticketing.people.lists.records import Record, Records, delimiter_of

SAMPLE_BYTES = 64_000
SAMPLE_ROWS = 5
MAX_COLUMNS = 200
PIECE = 65_536
CODECS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
        *(
            "gb18030",
            "gbk",
            "gb2312",
            "hz",
            "big5",
            "big5hkscs",
            "cp950",
            "cp949",
            "euc_kr",
            "johab",
        ),
        *(
            "johab",
            "cp858",
            "cp932",
            "shift_jis",
            "euc_jp",
            "iso2022_jp",
            "tis_620",
            "cp874",
            "koi8_r",
            "koi8_u",
        ),
        *(f"cp{page}" for page in range(1250, 1259)),
        *(f"iso8859_{part}" for part in (*range(1, 12), *range(13, 17))),
        *("cp437", "cp850", "cp852", "cp866", "mac_roman", "mac_cyrillic", "mac_latin2"),
    )
)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the beginning of a list tells."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


class Read(msgspec.Struct, frozen=True):
    """A record, and how many bytes of the list were read by then."""

    record: Record
    read_bytes: int


class Source:
    """Reads lists."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def look(self, sha256: str, encoding: str = "") -> Look:
        """By its first 64 kB. Raises Invalid for what is no list, or for an unknown encoding."""
        head = b""
        async for piece in self._blobs.open(sha256):
            head += piece[: SAMPLE_BYTES - len(head)]
            if len(head) >= SAMPLE_BYTES:
                break
        codec = known_codec(encoding) if encoding else codec_of(head)
        return await asyncio.to_thread(_looked, head, codec)

    async def records(self, sha256: str, encoding: str, delimiter: str) -> AsyncIterator[Read]:
        """Everything behind the first line."""
        decoder, newlines, records = _decoder(encoding), _newlines(), Records(delimiter)

        def read(part: bytes, final: bool = False) -> list[Record]:
            """In a thread; 64 kB at a time, and ``Records`` bounds the work by the text."""
            text = newlines.decode(decoder.decode(part, final), final=final)
            return [*records.feed(text), *(records.end() if final else ())]

        size, first = 0, True
        async for piece in self._blobs.open(sha256):
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                size += len(part)
                for record in await asyncio.to_thread(read, part):
                    if not first:
                        yield Read(record, size)
                    first = False
        for record in await asyncio.to_thread(read, b"", True):
            if not first:
                yield Read(record, size)
            first = False


def known_codec(name: str) -> str:
    """Python's name of it; Invalid for what no sheet is saved in (Python also counts ``idna``,
    ``punycode``, ``rot13`` and ``base64`` among its encodings).
    """
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in CODECS:
        raise Invalid("encoding", "there is no such encoding: utf-8, gb18030, cp1252")
    return found


def _looked(head: bytes, codec: str) -> Look:
    text = _newlines().decode(_decoder(codec).decode(head), final=True)
    if "\0" in text:
        raise Invalid("file", "it is no text: save the sheet as CSV first")
    delimiter = delimiter_of(text.partition("\n")[0])
    rows = [one.cells for one in islice(Records(delimiter).feed(text + "\n"), SAMPLE_ROWS + 1)]
    if not rows or not any(cell.strip() for cell in rows[0]) or len(rows[0]) > MAX_COLUMNS:
        raise Invalid("file", f"its first line names the columns, at most {MAX_COLUMNS}")
    columns = tuple(cell.strip()[:200] for cell in rows[0])
    sample = tuple(tuple(cell[:200] for cell in row) for row in rows[1:])
    return Look(encoding=codec, delimiter=delimiter, columns=columns, sample=sample)


def _decoder(codec: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(codec)("replace")


def _newlines() -> io.IncrementalNewlineDecoder:
    return io.IncrementalNewlineDecoder(None, translate=True)
