"""What the person wrote now, apart from the quoted past and the signature.

Works on lines that know how deep they are quoted, so plain text and HTML share every rule. When
in doubt more is kept: the whole text is stored beside it all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from normalizer.mail.html_text import Line
from normalizer.mail.model import ReplyParts
from normalizer.mail.quote_patterns import (
    DATE_THEN_ADDRESS,
    DATED_ADDRESS,
    DEVICE_LINE,
    LABEL_LINE,
    LABEL_REACH,
    MIN_LABELS,
    REPLY_ABOVE,
    SEPARATOR,
    SIGNATURE_LINE,
    UNDERLINE,
    WROTE_LINE,
    WROTE_START,
)

_RULE_STARTS = frozenset("-_=*—–# ")
_MAX_LINES = 20_000
_MAX_ATTRIBUTION_LINES = 4
_MAX_LINE = 400
_SIGNATURE_LINES = 25


@dataclass(slots=True)
class _Cut:
    """A line where the past is announced; `size` lines long. A sure one needs no quoted lines."""

    at: int
    size: int
    sure: bool


def plain_lines(text: str) -> list[Line]:
    """The first lines of plain text; `>` marks (also after spaces, also `> >`) count as depth."""
    lines = text.split("\n", _MAX_LINES)[:_MAX_LINES]
    return [Line(line, _depth(line)) for line in lines]


def _depth(line: str) -> int:
    stripped = line.lstrip()
    if not stripped.startswith((">", "|>")):
        return 0
    head = stripped[:40].replace(" ", "").lstrip("|")
    return len(head) - len(head.lstrip(">"))


def split_reply(lines: Sequence[Line]) -> ReplyParts:
    lines = list(lines[:_MAX_LINES])
    kept, past = _without_past(lines)
    reply, signature = _without_signature(kept)
    if not reply.strip() and not signature.strip():
        return ReplyParts(reply=_text(lines), quoted="")
    return ReplyParts(reply=reply, quoted=_text(past), signature=signature)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines).strip("\n")


def _without_past(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    cut = _find_cut(lines)
    if cut is None:
        return _without_bare_quotes(lines)
    after = lines[cut.at + cut.size :]
    tail_start = _tail_after_quotes(after, sure=cut.sure)
    head = lines[: cut.at]
    if tail_start is None:
        return head, lines[cut.at :]
    tail = after[tail_start:]
    if _is_interleaved(after):
        return _with_context(lines)
    return head + tail, lines[cut.at : cut.at + cut.size + tail_start]


def _is_interleaved(lines: list[Line]) -> bool:
    """Text of one's own between quoted lines: the quotes are what it answers."""
    state = 0
    for line in lines:
        quoted = line.depth > 0
        if not line.text.strip() and not quoted:
            continue
        if quoted and state in {0, 2}:
            state += 1
        elif not quoted and state == 1:
            state = 2
        if state == 3:  # noqa: PLR2004 quoted, own, quoted again
            return True
    return False


def _with_context(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Everything up to the last line of one's own; quoted lines after it are the past."""
    last = max(
        (at for at, line in enumerate(lines) if line.depth == 0 and line.text.strip()), default=-1
    )
    return lines[: last + 1], lines[last + 1 :]


def _tail_after_quotes(after: list[Line], *, sure: bool) -> int | None:
    """Where text of one's own goes on under the quoted lines, or None when nothing does."""
    quoted = [at for at, line in enumerate(after) if line.depth > 0]
    if sure or not quoted:
        return None
    for at, line in enumerate(after):
        if line.depth == 0 and line.text.strip():
            if at < quoted[0]:
                return None
            return at
    return None


def _without_bare_quotes(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """No announcement at all: quoted lines at the very end, or at the very start, are the past."""
    own = [at for at, line in enumerate(lines) if line.depth == 0 and line.text.strip()]
    quoted = [at for at, line in enumerate(lines) if line.depth > 0]
    if not own or not quoted:
        return lines, []
    if quoted[0] > own[-1]:
        return lines[: own[-1] + 1], lines[own[-1] + 1 :]
    if quoted[-1] < own[0]:
        return lines[own[0] :], lines[: own[0]]
    return _with_context(lines)


def _find_cut(lines: list[Line]) -> _Cut | None:
    """The first place where the past is announced, by whichever program."""
    worth = _worth_a_look(lines)
    for at, line in enumerate(lines):
        if line.mark:
            return _Cut(
                at, _attribution_size(lines, at), sure=line.depth == 0 and not _soft(lines, at)
            )
        text = line.text.strip()
        if line.depth > 0 or not text or len(text) > _MAX_LINE:
            continue
        cut = _cut_at(lines, at, text) if at in worth else None
        if cut is not None:
            return cut
    return None


def _worth_a_look(lines: list[Line]) -> set[int]:
    """Lines that could announce anything: with a colon in or shortly after them, or a rule."""
    found: set[int] = set()
    for at, line in enumerate(lines):
        text = line.text
        if text[:1] in _RULE_STARTS or "above" in text:
            found.add(at)
        if ":" in text or "：" in text or (text[:1].isdigit() and "@" in text):
            found.update(range(max(0, at - _MAX_ATTRIBUTION_LINES + 1), at + 1))
    return found


def _soft(lines: list[Line], at: int) -> bool:
    """A marked line that only introduces quoted lines, so that text may follow them."""
    return any(line.depth > 0 for line in lines[at : at + 12])


def _cut_at(lines: list[Line], at: int, text: str) -> _Cut | None:
    if SEPARATOR.match(text) or REPLY_ABOVE.match(text):
        return _Cut(at, 1, sure=True)
    if _is_header_block(lines, at):
        return _Cut(_over_rule(lines, at), LABEL_REACH, sure=True)
    size = _attribution_size(lines, at)
    if size:
        return _Cut(at, size, sure=not _soft(lines, at + size))
    return None


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
        if text.endswith((":", "：")) or DATE_THEN_ADDRESS.match(text):
            return end
    return 0


def is_attribution(text: str) -> bool:
    """Whether a line (unfolded) introduces quoted text."""
    if text.endswith((":", "：")):
        if DATED_ADDRESS.search(text):
            return True
        return bool(WROTE_LINE.search(text) and ("@" in text or WROTE_START.match(text)))
    return bool(text[:1].isdigit() and DATE_THEN_ADDRESS.match(text))


def _without_signature(lines: list[Line]) -> tuple[str, str]:
    """A signature that the mail program marked, when nothing but it follows; else by its look."""
    texts = [line.with_links for line in lines]
    at = next((at for at, line in enumerate(lines) if line.signs), None)
    if at and len(lines) - at <= _SIGNATURE_LINES and any(text.strip() for text in texts[:at]):
        before, dashes = split_signature(texts[:at])
        return before, _joined([dashes, *texts[at:]])
    return split_signature(texts)


def split_signature(lines: list[str]) -> tuple[str, str]:
    """The text, and the signature under it: from the first `-- ` line near the end on, or the
    line that a phone or a web mail adds.
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    near = range(max(0, end - _SIGNATURE_LINES), end)
    found = next((at for at in near if SIGNATURE_LINE.match(_plain(lines[at]))), None)
    if found is None:
        found = next((at for at in near[-3:] if DEVICE_LINE.match(_plain(lines[at]))), None)
    if found is None:
        return _joined(lines[:end]), ""
    return _joined(lines[:found]), _joined(lines[found:end])


def _plain(line: str) -> str:
    return line.replace("\xa0", " ").rstrip("\r")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
