"""An uploaded list as records: streamed from its blob, whatever its size and encoding."""

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

    async def records(self, sha256: str, encoding: str, delimiter: str) -> AsyncIterator[Read]:
        """Everything behind the first line."""
        decoder, newlines, records = _decoder(encoding), _newlines(), Records(delimiter)
        size, first = 0, True
        async for piece in self._blobs.open(sha256):
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                size += len(part)
                for record in records.feed(newlines.decode(decoder.decode(part))):
                    if not first:
                        yield Read(record, size)
                    first = False
        rest = newlines.decode(decoder.decode(b"", True), final=True)
        for record in (*records.feed(rest), *records.end()):
            if not first:
                yield Read(record, size)
            first = False


def known_codec(name: str) -> str:
    """Invalid for what cannot decode text."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, ValueError) as error:
        raise Invalid("encoding", "there is no such encoding: utf-8, gb18030, cp1252") from error
    return found.name


def _decoder(codec: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(codec)("replace")


def _newlines() -> io.IncrementalNewlineDecoder:
    return io.IncrementalNewlineDecoder(None, translate=True)
