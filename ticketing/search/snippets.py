"""The line of a text that shows why it was found, and where the words stand in it. Pure."""

import re
from collections.abc import Sequence

SNIPPET = 160
LEAD = 40
MAX_MARKS = 100


def snippet_around(text: str, words: Sequence[str]) -> str:
    """One line of at most ``SNIPPET`` characters around the first match."""
    marks = marks_in(text, words)
    start = max(0, marks[0][0] - LEAD) if marks else 0
    return " ".join(text[start : start + SNIPPET].split())


def marks_in(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where the words stand, overlaps joined (two bigrams of one Chinese word are one mark)."""
    if not words or not text:
        return ()
    pattern = re.compile("(?=(" + "|".join(map(re.escape, words)) + "))", re.IGNORECASE)
    joined: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        start, end = match.span(1)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
        if len(joined) > MAX_MARKS:
            break
    return tuple(joined)
