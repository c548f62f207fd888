"""CSV (RFC 4180, and what spreadsheets make of it) as records, piece by piece; pure.

A quote that is never closed must not swallow the rest of the file: after 500 lines or 64,000
characters its line is reported as broken, and the next line begins anew.
"""

import csv
from collections import deque
from collections.abc import Iterator

import msgspec

MAX_LINES = 500
MAX_CHARS = 64_000
DELIMITERS = ",;\t|"


class Record(msgspec.Struct, frozen=True):
    """``line`` is where it begins, counted from 1. ``problem`` says why it cannot be read."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


class Records:
    """Text in, whole records out; ends of lines are ``\\n`` (``io.IncrementalNewlineDecoder``)."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._rest = ""
        self._line = 0
        self._open: list[str] = []

    def feed(self, text: str) -> Iterator[Record]:
        """The records that are complete by now."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        yield from self._take(deque(lines))
        if len(self._rest) > MAX_CHARS:
            yield from self._take(deque([self._rest]))
            self._rest = ""

    def end(self) -> Iterator[Record]:
        """What is left when nothing more comes."""
        lines = deque([self._rest] if self._rest else [])
        self._rest = ""
        yield from self._take(lines)
        while self._open:
            yield from self._broken()

    def _take(self, lines: deque[str]) -> Iterator[Record]:
        while lines:
            self._open.append(lines.popleft())
            whole = "\n".join(self._open)
            if not is_open(whole, self._delimiter):
                line = self._line + 1
                self._line += len(self._open)
                self._open = []
                if whole.strip():
                    yield _read(line, whole, self._delimiter)
            elif len(self._open) > MAX_LINES or len(whole) > MAX_CHARS:
                yield from self._broken()

    def _broken(self) -> Iterator[Record]:
        """The first open line is given up, the others begin anew."""
        again = deque(self._open[1:])
        self._open = []
        self._line += 1
        yield Record(self._line, problem="a quote is opened in this line and never closed")
        yield from self._take(again)


def is_open(text: str, delimiter: str) -> bool:
    """Whether a quoted cell is not closed yet; a quote within an unquoted cell is a character."""
    at = 0
    while True:
        if text[at : at + 1] == '"':
            at = _closed(text, at + 1)
            if at < 0:
                return True
        at = text.find(delimiter, at) + 1
        if not at:
            return False


def delimiter_of(first: str) -> str:
    """The one that the first line has most of."""
    return max(DELIMITERS, key=lambda one: (first.count(one), -DELIMITERS.index(one)))


def _closed(text: str, at: int) -> int:
    """Behind the quote that closes; -1 when none does."""
    while (quote := text.find('"', at)) >= 0:
        if text[quote + 1 : quote + 2] != '"':
            return quote + 1
        at = quote + 2
    return -1


def _read(line: int, text: str, delimiter: str) -> Record:
    if len(text) > MAX_CHARS:
        return Record(line, problem=f"the line is longer than {MAX_CHARS} characters")
    try:
        rows = list(csv.reader([text], delimiter=delimiter))
    except csv.Error as error:
        return Record(line, problem=str(error))
    return Record(line, tuple(rows[0])) if rows else Record(line)
