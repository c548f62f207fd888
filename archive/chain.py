"""Sections as chained JSON lines: written once, checked line by line; memory is one line."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from archive.model import START, Line, Section

MAX_LINE = 64 * 1024 * 1024  # a document holds at most 16 MB; base64 and escapes make it longer

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Line)


class ChainBroken(Exception):
    """A line does not follow from the one before; the message names it."""

    def __init__(self, detail: str, *, cut_off: bool = False) -> None:
        super().__init__(detail)
        self.cut_off = cut_off


class SectionWriter:
    """Appends records to one .jsonl file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("xb")
        self._sum = hashlib.sha256()
        self._size = 0
        self._seq = 0
        self._head = START

    def write(self, record: Mapping[str, Any]) -> None:
        """One record as the next line of the chain."""
        self._seq += 1
        line = _encoder.encode({"seq": self._seq, "prev": self._head, "record": _plain(record)})
        self._head = hashlib.sha256(line).hexdigest()
        self._put(line + b"\n")

    def close(self) -> Section:
        """What the manifest has to say of it."""
        self._file.close()
        return Section(
            path=self.path.name,
            records=self._seq,
            size=self._size,
            sha256=self._sum.hexdigest(),
            head=self._head,
        )

    def abandon(self) -> None:
        """Close the file whatever is in it."""
        self._file.close()

    def _put(self, line: bytes) -> None:
        self._file.write(line)
        self._sum.update(line)
        self._size += len(line)


class SectionReader:
    """Checks the chain while it yields the records; ``section`` is complete after the last."""

    def __init__(self, path: str) -> None:
        self.section = Section(path=path, records=0, size=0, sha256="", head=START)

    def records(self, file: IO[bytes]) -> Iterator[Mapping[str, Any]]:
        """All records; ChainBroken at the first line that does not follow."""
        total, size, seq, head = hashlib.sha256(), 0, 0, START
        while raw := file.readline(MAX_LINE):
            total.update(raw)
            size += len(raw)
            seq += 1
            line = _line(raw, seq, head)
            head = hashlib.sha256(raw[:-1]).hexdigest()
            yield line.record
        self.section = Section(
            path=self.section.path, records=seq, size=size, sha256=total.hexdigest(), head=head
        )


def _line(raw: bytes, seq: int, head: str) -> Line:
    if not raw.endswith(b"\n"):
        raise ChainBroken(f"line {seq} is cut off", cut_off=True)
    try:
        line = _decoder.decode(raw)
    except msgspec.DecodeError as error:
        raise ChainBroken(f"line {seq} cannot be read: {error}") from error
    if (line.seq, line.prev) != (seq, head):
        raise ChainBroken(
            f"line {seq} does not follow from the line before:"
            " one of them was changed, removed or added"
        )
    return line


def _plain(value: Any) -> Any:  # noqa: ANN401  a document's leaves
    """Documents as JSON has them: bytes in base 64, moments in ISO 8601 with milliseconds."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
