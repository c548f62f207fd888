"""Where in a TOML text something stands, so that a fault can be shown with its line."""

import re

WORD = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(rf"^\s*({WORD}(?:\s*\.\s*{WORD})*)\s*=")
NAME = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")
Path = tuple[str | int, ...]
STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def path_of(place: str) -> Path:
    """msgspec's ``$.receive.events[0].kind`` as names and numbers; ``[...]`` ends it."""
    found: list[str | int] = []
    for name, index in STEP.findall(place.removeprefix("$")):
        if index == "...":
            break
        found.append(int(index) if index else name)
    return tuple(found)


def line_of(text: str, path: Path) -> int:
    """The line (from 1) of the deepest part of ``path`` that the text holds; 1 for none."""
    best, depth = 1, 0
    counts: dict[tuple[str | int, ...], int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = HEADER.match(line)
        if header:
            table = _table(_names(header[2]), counts, many=header[1] == "[[")
            here = table
        else:
            key = KEY.match(line)
            if not key:
                continue
            here = (*table, *_names(key[1]))
        shared = _shared(here, path)
        if shared == len(here) and shared > depth:
            best, depth = number, shared
    return best


def line_holding(text: str, start: int, words: str) -> int:
    """The first line from ``start`` on that holds ``words`` as TOML writes them, else ``start``."""
    written = {words, words.replace("\\", "\\\\").replace('"', '\\"')} - {""}
    lines = text.splitlines()[start - 1 :]
    found = (n for n, line in enumerate(lines, start) if any(one in line for one in written))
    return next(found, start)


def _names(dotted: str) -> Path:
    return tuple(name.strip("\"'") for name in NAME.findall(dotted))


def _table(names: Path, counts: dict[Path, int], *, many: bool) -> Path:
    """The table's path, with the numbers of the lists on the way."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        last = position == len(names) - 1
        if many and last:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _shared(one: Path, other: Path) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
