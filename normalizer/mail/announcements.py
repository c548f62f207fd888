"""Where a text announces the quoted past: the separators, header blocks and "On ... wrote:" lines
of mail programs, and the marks that they leave in HTML.
"""

from dataclasses import dataclass
from typing import Literal

from normalizer.mail.html_text import Line
from normalizer.mail.quote_patterns import (
    ADDRESS_LAST,
    DATE_THEN_ADDRESS,
    DATED,
    DATED_ADDRESS,
    FORWARDED,
    LABEL_LINE,
    LABEL_REACH,
    MIN_LABELS,
    NOTES_LINE,
    QUOTING,
    REPLY_ABOVE,
    SEPARATOR,
    TABLE_SUBJECT,
    TABLE_TO,
    UNDERLINE,
    WROTE_LINE,
    WROTE_START,
)

_RULE_STARTS = frozenset("-_=*—–‐‑─#>| \t")
_COLONS = (":", "：")
# One of these stands in a line that asks to reply above it.
_ABOVE = ("above", "ober", "über", "dessus", "encima", "arriba", "acima", "sopra", "boven", "выше",
          "над", "nad", "powyżej", "ovanför", "以上", "上方", "之上", "より上")  # fmt: skip
_MAX_ATTRIBUTION_LINES = 4
_MAX_LINE = 400
_SOFT_REACH = 12
_TABLE_REACH = 12


@dataclass(slots=True)
class Cut:
    """A line where the past is announced; `size` lines long. A sure one needs no quoted lines.

    `kind`: a "forward" is no past, a "block" (header fields or a separator) is none either in a
    mail that is passed on, a "line" introduces what somebody wrote. `rule` names the sign for those
    who ask why.
    """

    at: int
    size: int
    sure: bool
    kind: Literal["forward", "block", "line"]
    rule: str


def find_cut(lines: list[Line]) -> Cut | None:
    """The first place where the past is announced, by whichever program."""
    worth = _worth_a_look(lines)
    for at, line in enumerate(lines):
        if line.mark:
            return _marked(lines, at)
        text = line.text.strip()
        if line.depth > 0 or not text or len(text) > _MAX_LINE:
            continue
        cut = _cut_at(lines, at, text) if at in worth else None
        if cut is not None:
            return cut
    return None


def _marked(lines: list[Line], at: int) -> Cut:
    line = lines[at]
    kind: Literal["forward", "block", "line"] = "line"
    if FORWARDED.match(line.text.strip()):
        kind = "forward"
    elif _is_header_block(lines, at):
        kind = "block"
    sure = line.depth == 0 and not _soft(lines, at)
    return Cut(at, _attribution_size(lines, at), sure, kind, "a mail program's mark")


def _worth_a_look(lines: list[Line]) -> set[int]:
    """Lines that could announce anything: with a colon in or shortly after them, or a rule."""
    found: set[int] = set()
    whole = "\n".join(line.text for line in lines)
    above = [word for word in _ABOVE if word in whole]
    for at, line in enumerate(lines):
        text = line.text
        if ":" in text or "：" in text or (text[:1].isdigit() and "@" in text):
            found.update(range(max(0, at - _MAX_ATTRIBUTION_LINES + 1), at + 1))
        elif text[:1] in _RULE_STARTS or "---" in text or _label(line) in TABLE_TO:
            found.add(at)
        if above and any(word in text for word in above):
            found.add(at)
    return found


def _soft(lines: list[Line], at: int) -> bool:
    """A marked line that only introduces quoted lines, so that text may follow them."""
    return any(line.depth > 0 for line in lines[at : at + _SOFT_REACH])


def _cut_at(lines: list[Line], at: int, text: str) -> Cut | None:
    ruled = text[0] in _RULE_STARTS
    if (ruled or text.endswith(_COLONS)) and FORWARDED.match(text):
        return Cut(at, 1, sure=True, kind="forward", rule="a forward's announcement")
    if (ruled and SEPARATOR.match(text)) or _is_reply_above(text) or NOTES_LINE.match(text):
        return Cut(at, 1, sure=True, kind="block", rule="a separator")
    if _is_header_block(lines, at):
        start = _over_rule(lines, at)
        return Cut(start, LABEL_REACH, sure=True, kind="block", rule="header fields")
    if (above := _notes_table(lines, at)) is not None:
        return Cut(above, LABEL_REACH, sure=True, kind="block", rule="header fields in a table")
    size = _attribution_size(lines, at)
    if size:
        sure = not _soft(lines, at + size)
        return Cut(at, size, sure, kind="line", rule="somebody wrote")
    return None


def _is_reply_above(text: str) -> bool:
    return any(word in text for word in _ABOVE) and REPLY_ABOVE.match(text) is not None


def _over_rule(lines: list[Line], at: int) -> int:
    """A line drawn over the header block goes with it."""
    above = at - 1
    while above >= 0 and not lines[above].text.strip():
        above -= 1
    return above if above >= 0 and UNDERLINE.match(lines[above].text) else at


def _is_header_block(lines: list[Line], at: int) -> bool:
    first = LABEL_LINE.match(lines[at].text.lstrip())
    if not first or first.lastgroup not in {"from", "sent", "to", "subject"}:
        return False
    seen: set[str] = set()
    for line in lines[at : at + LABEL_REACH]:
        match = LABEL_LINE.match(line.text.lstrip())
        if match and match.lastgroup:
            seen.add(match.lastgroup)
        elif line.text.strip() and len(seen) < 2 and len(line.text) > 200:  # noqa: PLR2004
            return False
    return len(seen) >= MIN_LABELS and "from" in seen


def _notes_table(lines: list[Line], at: int) -> int | None:
    """Where a table of an old Notes client begins whose "To" stands at `at`: name, date, labels."""
    if _label(lines[at]) not in TABLE_TO:
        return None
    if not any(_label(line) in TABLE_SUBJECT for line in lines[at + 1 : at + _TABLE_REACH]):
        return None
    above = [place for place in range(at - 1, max(-1, at - 6), -1) if lines[place].text.strip()][:2]
    dated = [place for place in above if DATED.search(lines[place].text)]
    return min(above) if dated else None


def _label(line: Line) -> str:
    return line.text.partition("\t")[0].strip().lower()


def _attribution_size(lines: list[Line], at: int) -> int:
    """How many lines "On ... wrote:" takes from `at` on (programs fold it), or 0.

    Where it could begin on several lines, it begins on the last that starts as such lines do.
    """
    end = _attribution_end(lines, at)
    if not end:
        return 0
    starts = [
        start
        for start in range(at, end)
        if is_attribution(" ".join(line.text.strip() for line in lines[start:end]))
    ]
    usual = [start for start in starts if WROTE_START.match(lines[start].text)]
    chosen = (usual or starts or [-1])[-1]
    return end - at if chosen == at else 0


def _attribution_end(lines: list[Line], at: int) -> int:
    """Where a colon ends the run of unquoted lines from `at` on, or 0."""
    for end in range(at + 1, min(len(lines), at + _MAX_ATTRIBUTION_LINES) + 1):
        text = lines[end - 1].text.strip()
        if not text or len(text) > _MAX_LINE or lines[end - 1].depth != lines[at].depth:
            return 0
        if text.endswith(_COLONS) or DATE_THEN_ADDRESS.match(text):
            return end
    return 0


def is_attribution(text: str) -> bool:
    """Whether a line (unfolded) introduces quoted text."""
    if not text.endswith(_COLONS):
        return bool(text[:1].isdigit() and DATE_THEN_ADDRESS.match(text))
    if "@" in text and (DATED_ADDRESS.search(text) or QUOTING.match(text)):
        return True
    dated = DATED.search(text)
    if WROTE_LINE.search(text):
        return bool("@" in text or WROTE_START.match(text) or dated)
    return bool(dated and ADDRESS_LAST.search(text))
