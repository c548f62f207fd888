"""The line that people type, cut into parts. Pure; every line means something, none is refused.

line     = { part }
part     = ["-"] ( operator ":" value | phrase | word )
value    = phrase | word
phrase   = a quote, anything, the same quote or the end
"""

import re
from collections.abc import Iterator

import msgspec

OPERATORS = frozenset(
    {
        "from",
        "to",
        "channel",
        "inbox",
        "tag",
        "status",
        "is",
        "assignee",
        "team",
        "priority",
        "before",
        "after",
        "on",
        "subject",
        "has",
        "filename",
        "number",
    }
)
MAX_PARTS = 40
_QUOTED = r"\"(?P<{0}>[^\"]*)(?:\"|$)|“(?P<{0}_zh>[^”]*)(?:”|$)"
_PART = re.compile(
    r"(?P<minus>-)?(?:(?P<op>[A-Za-z]+)[:：](?:"
    + _QUOTED.format("op_phrase")
    + r"|(?P<op_word>[^\s\"“]\S*))|"
    + _QUOTED.format("phrase")
    + r"|(?P<word>\S+))"
)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part; ``op`` "" for words. ``quoted``: as it stands, not word by word."""

    text: str
    value: str
    op: str = ""
    negated: bool = False
    quoted: bool = False


def parts_of(line: str) -> tuple[Part, ...]:
    """At most ``MAX_PARTS``; what follows is one more part of words."""
    found = list(_parts(line))
    if len(found) <= MAX_PARTS:
        return tuple(found)
    rest = " ".join(part.text for part in found[MAX_PARTS:])
    return (*found[:MAX_PARTS], Part(text=rest, value=rest))


def _parts(line: str) -> Iterator[Part]:
    for match in _PART.finditer(line):
        part = _part(match)
        if part.value.strip():
            yield part


def _part(match: re.Match[str]) -> Part:
    op = (match["op"] or "").lower()
    phrase = _first(match, "op_phrase", "op_phrase_zh", "phrase", "phrase_zh")
    word = match["op_word"] or match["word"] or ""
    text, negated = match[0], bool(match["minus"])
    if op and op not in OPERATORS:  # no operator of ours: words as any others
        value = text.removeprefix("-")
        return Part(text=text, value=value.replace('"', " "), negated=negated)
    if phrase is None:
        return Part(text=text, value=word, op=op, negated=negated)
    return Part(text=text, value=phrase, op=op, negated=negated, quoted=True)


def _first(match: re.Match[str], *names: str) -> str | None:
    return next((match[name] for name in names if match[name] is not None), None)
