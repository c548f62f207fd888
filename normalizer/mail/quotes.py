"""What the person wrote now, apart from the quoted past and the signature.

Works on lines that know how deep they are quoted, so plain text and HTML share every rule. When
in doubt more is kept: the whole text is stored beside it all the same.
"""

from collections.abc import Sequence

from normalizer.mail.announcements import Cut, find_cut
from normalizer.mail.html_text import Line
from normalizer.mail.model import ReplyParts
from normalizer.mail.quote_patterns import ANSWERS_BELOW, BELOW, FORWARD_SUBJECT
from normalizer.mail.signatures import without_signature

_MAX_LINES = 20_000
_HEAD = 2000


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


def split_reply(lines: Sequence[Line], subject: str = "") -> ReplyParts:
    """`subject` tells a mail that is passed on: what it passes on is the message."""
    lines = list(lines[:_MAX_LINES])
    cut = find_cut(lines)
    whole = _kept_whole(lines, cut, subject)
    if whole:
        return ReplyParts(reply=_text(lines), rule=whole)
    kept, past = _without_past(lines, cut)
    reply, signature = without_signature(kept)
    if not reply.strip() and not signature.strip():
        return ReplyParts(reply=_text(lines), rule="nothing but the past: kept whole")
    return ReplyParts(
        reply=reply, quoted=_text(past), signature=signature, rule=_rule(cut, bool(past))
    )


def _kept_whole(lines: list[Line], cut: Cut | None, subject: str) -> str:
    """Why nothing is taken off a text that announces a past, or ""."""
    if cut is None:
        return ""
    if _is_passed_on(cut, subject):
        return f"passed on ({cut.rule} at line {cut.at + 1}): kept whole"
    if _answers_below(_text(lines[: cut.at])[:_HEAD].lower()):
        return "it says that answers stand in the past: kept whole"
    return ""


def _rule(cut: Cut | None, past: bool) -> str:
    if cut is not None:
        return f"{cut.rule} at line {cut.at + 1}"
    return "quoted lines before or after all others" if past else "no past"


def _is_passed_on(cut: Cut, subject: str) -> bool:
    return cut.kind == "forward" or (
        cut.kind == "block" and FORWARD_SUBJECT.match(subject) is not None
    )


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines).strip("\n")


def _without_past(lines: list[Line], cut: Cut | None) -> tuple[list[Line], list[Line]]:
    if cut is None:
        return _without_bare_quotes(lines)
    head, after = lines[: cut.at], lines[cut.at + cut.size :]
    tail_start = _tail_after_quotes(after, sure=cut.sure)
    if tail_start is None:
        return head, lines[cut.at :]
    tail = after[tail_start:]
    if _is_interleaved(after):
        return _with_context(lines)
    return head + tail, lines[cut.at : cut.at + cut.size + tail_start]


def _answers_below(own: str) -> bool:
    return any(word in own for word in BELOW) and ANSWERS_BELOW.search(own) is not None


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
