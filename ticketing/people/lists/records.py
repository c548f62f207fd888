"""CSV (RFC 4180, and what spreadsheets make of it) as records, piece by piece; pure.

A quote that is never closed must not swallow the rest of the file: after 500 lines or 64,000
characters its line is reported as broken, and the next line begins anew.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

MAX_LINES = 500
MAX_CHARS = 64_000
AGAIN = 4
MOST_SPARE = AGAIN * MAX_CHARS
NEVER_CLOSED = "a quote is opened in this line and never closed"
DELIMITERS = ",;\t|"


class Record(msgspec.Struct, frozen=True):
    """``line`` is where it begins, counted from 1. ``problem`` says why it cannot be read."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


class Records:
    """Text in, whole records out; ends of lines are ``\\n`` (``io.IncrementalNewlineDecoder``).

    Lines behind a broken one are read again, but only as much as ``AGAIN`` times what came in.
    Beyond that, each line of a broken block stands alone: the work grows as the text does.
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._rest = ""
        self._line = 0
        self._open: list[str] = []
        self._chars = 0  # of the open lines
        self._spare = MOST_SPARE  # characters that may be read again

    def feed(self, text: str) -> Iterator[Record]:
        """The records that are complete by now."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        yield from self._take(lines)
        if len(self._rest) > MAX_CHARS:
            yield from self._take([self._rest])
            self._rest = ""

    def end(self) -> Iterator[Record]:
        """What is left when nothing more comes."""
        lines = [self._rest] if self._rest else []
        self._rest = ""
        yield from self._take(lines)
        while self._open:
            alone, again = self._broken()
            yield from alone
            yield from self._take(again, known=len(again))

    def _take(self, lines: Iterable[str], known: int = 0) -> Iterator[Record]:
        """``known``: how many of the first were read before."""
        queue = deque(lines)
        while queue:
            line = queue.popleft()
            if known:
                known -= 1
            else:
                self._spare = min(MOST_SPARE, self._spare + AGAIN * (len(line) + 1))
            if not self._adds(line):
                yield from self._closed()
            elif len(self._open) > MAX_LINES or self._chars > MAX_CHARS:
                alone, again = self._broken()
                yield from alone
                queue.extendleft(reversed(again))
                known += len(again)

    def _adds(self, line: str) -> bool:
        """Whether the lines are still open with this one."""
        within = bool(self._open)
        self._open.append(line)
        self._chars += len(line) + 1
        return is_open(line, self._delimiter, within=within)

    def _closed(self) -> Iterator[Record]:
        lines, line = self._emptied(), self._line + 1
        self._line += len(lines)
        whole = "\n".join(lines)
        if whole.strip():
            yield _read(line, whole, self._delimiter)

    def _broken(self) -> tuple[list[Record], list[str]]:
        """The first open line is given up. The others begin anew, where that may be paid for."""
        cost, (_, *again) = self._chars, self._emptied()
        self._line += 1
        given_up = Record(self._line, problem=NEVER_CLOSED)
        if cost <= self._spare:
            self._spare -= cost
            return [given_up], again
        return [given_up, *self._alone(again)], []

    def _alone(self, lines: Iterable[str]) -> Iterator[Record]:
        for line in lines:
            self._line += 1
            if is_open(line, self._delimiter):
                yield Record(self._line, problem=NEVER_CLOSED)
            elif line.strip():
                yield _read(self._line, line, self._delimiter)

    def _emptied(self) -> list[str]:
        lines, self._open, self._chars = self._open, [], 0
        return lines


def is_open(line: str, delimiter: str, *, within: bool = False) -> bool:
    """Whether a quoted cell is not closed at the end of a line that begins ``within`` one; a quote
    within an unquoted cell is a character.
    """
    at = 0
    while True:
        if within or line[at : at + 1] == '"':
            at = _closed(line, at if within else at + 1)
            if at < 0:
                return True
        within = False
        at = line.find(delimiter, at) + 1
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
