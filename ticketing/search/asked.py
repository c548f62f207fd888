"""What a line asks for, and what was understood of it. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from connectors.contract import InboxId
from normalizer.model import MessageId, TicketId
from ticketing.model import Ticket
from ticketing.permissions import Viewer, sees_inbox
from ticketing.reading.windows import FLOOR
from ticketing.redaction import readable
from ticketing.search.grammar import Part, parts_of
from ticketing.tokens import fold, query_tokens
from ticketing.views.matching import sleeps

NONE = frozenset({"none", "nobody", "-"})
_AGO = re.compile(r"(\d{1,4})([hdwm])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
IS_VALUES = (
    "open",
    "unread",
    "mine",
    "unassigned",
    "waiting",
    "held",
    "snoozed",
    "solved",
    "closed",
    "new",
    "private",
    "followed",
    "read",
)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30}


class LineName(msgspec.Struct, frozen=True, kw_only=True):
    """An inbox as people call it."""

    id: InboxId
    channel: str
    names: tuple[str, ...]


class NameBook(msgspec.Struct, frozen=True, kw_only=True):
    """What inboxes, agents and teams are called: names by id."""

    inboxes: Sequence[LineName] = ()
    agents: Mapping[str, tuple[str, ...]] = {}
    teams: Mapping[str, tuple[str, ...]] = {}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a search looks at in a message."""

    id: MessageId
    ticket_id: TicketId
    inbox_id: InboxId
    received_at: datetime
    direction: str = "in"
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    author: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the line; ``note`` says why it finds nothing or was taken as words."""

    kind: Literal["word", "phrase", "filter"]
    text: str
    op: str = ""
    value: str
    negated: bool = False
    note: str = ""


def holds(said: Said, words: Iterable[str]) -> bool:
    """Whether the words stand in it by now, be it within longer ones: an index may be older."""
    texts = fold("\n".join((said.subject, said.reply_text, said.text, *said.files)))
    return all(word in texts for word in words)


TicketTest = Callable[[Ticket], bool]
SaidTest = Callable[[Said], bool]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """``words`` must all be among a message's words, none of ``without``'s groups may be.

    ``plain`` is what was typed without operators; ``people`` are words of a name that wrote.
    """

    words: tuple[str, ...] = ()
    without: tuple[frozenset[str], ...] = ()
    phrases: tuple[str, ...] = ()
    of_ticket: tuple[TicketTest, ...] = ()
    of_message: tuple[SaidTest, ...] = ()
    unread: bool | None = None
    number: int | None = None
    people: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    plain: str = ""
    understood: tuple[Understood, ...] = ()

    @property
    def only_words(self) -> bool:
        """No operator, no phrase, nothing excluded."""
        return all(one.kind == "word" and not one.negated for one in self.understood)

    @property
    def filters(self) -> bool:
        """Whether something is asked that can be judged without words."""
        dated = self.since is not None or self.until is not None
        return bool(self.of_ticket or self.of_message or dated or self.unread is not None)


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    viewer: Viewer
    book: NameBook
    now: datetime


def understand(line: str, viewer: Viewer, book: NameBook, now: datetime) -> Asked:
    """Everything that the line asks for."""
    reading = _Reading(viewer=viewer, book=book, now=now)
    asked = Asked()
    for part in parts_of(line):
        known = _OPERATORS.get(part.op)
        asked = known(asked, part, reading) if known else _words(asked, part)
    return asked


def _told(asked: Asked, part: Part, note: str = "", **more: object) -> Asked:
    kind: Literal["word", "phrase", "filter"]
    kind = "filter" if part.op else "phrase" if part.quoted else "word"
    one = Understood(
        kind=kind, text=part.text, op=part.op, value=part.value, negated=part.negated, note=note
    )
    return msgspec.structs.replace(asked, understood=(*asked.understood, one), **more)


def _words(asked: Asked, part: Part) -> Asked:
    words = query_tokens(part.value)
    if part.negated:
        if not part.quoted:
            groups = (frozenset(words),) if words else ()
            return _told(asked, part, without=(*asked.without, *groups))
        phrase = fold(part.value)
        return _told(asked, part, of_message=(*asked.of_message, _not(_says(phrase))))
    plain = f"{asked.plain} {part.value}".strip()
    every = tuple(dict.fromkeys((*asked.words, *words)))
    if not part.quoted:
        return _told(asked, part, words=every, plain=plain)
    phrase = fold(" ".join(part.value.split()))
    return _told(
        asked,
        part,
        words=every,
        plain=plain,
        phrases=(*asked.phrases, phrase),
        of_message=(*asked.of_message, _says(phrase)),
    )


def _says(phrase: str) -> SaidTest:
    def test(said: Said) -> bool:
        texts = (said.subject, said.text, said.reply_text, *said.files)
        return any(phrase in fold(" ".join(text.split())) for text in texts)

    return test


def _not(test: SaidTest) -> SaidTest:
    return lambda said: not test(said)


def _ticket(asked: Asked, part: Part, test: TicketTest, note: str = "") -> Asked:
    wanted = not part.negated
    return _told(asked, part, note, of_ticket=(*asked.of_ticket, lambda one: test(one) is wanted))


def _message(asked: Asked, part: Part, test: SaidTest) -> Asked:
    return _told(asked, part, of_message=(*asked.of_message, _not(test) if part.negated else test))


def _hidden(asked: Asked, part: Part) -> Asked:
    """Taken for nothing: what a role hides must not show in what is found."""
    return _told(asked, part, "your role does not show this field to you")


def _among(texts: Iterable[str], wanted: str) -> bool:
    return any(wanted in fold(text) for text in texts)


def _from(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    wanted = fold(part.value)
    found = _message(asked, part, lambda said: _among(said.author, wanted))
    people = () if part.negated else query_tokens(part.value)
    return msgspec.structs.replace(found, people=(*asked.people, *people))


def _to(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    wanted = fold(part.value)
    return _message(asked, part, lambda said: _among(said.recipients, wanted))


def _subject(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    wanted = fold(part.value)
    found = _message(asked, part, lambda said: wanted in fold(said.subject))
    return found if part.negated else _with_words(found, part.value)


def _filename(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    wanted = fold(part.value)
    return _message(asked, part, lambda said: _among(said.files, wanted))


def _with_words(asked: Asked, value: str) -> Asked:
    """Whole words of a subject are among the tokens: they narrow the search."""
    words = query_tokens(value)[:-1]  # the last may be the beginning of a word only
    return msgspec.structs.replace(asked, words=tuple(dict.fromkeys((*asked.words, *words))))


def _has(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    tests: dict[str, SaidTest] = {
        "attachment": lambda said: bool(said.files),
        "file": lambda said: bool(said.files),
        "note": lambda said: said.direction == "note",
        "reply": lambda said: said.direction == "out",
    }
    test = tests.get(fold(part.value))
    if test is None:
        return _told(asked, part, "one of: " + ", ".join(tests))
    return _message(asked, part, test)


def _visible(reading: _Reading) -> list[LineName]:
    return [one for one in reading.book.inboxes if sees_inbox(reading.viewer, one.id)]


def _of_lines(asked: Asked, part: Part, ids: frozenset[InboxId], note: str) -> Asked:
    return _ticket(
        asked,
        part,
        lambda one: not ids.isdisjoint((one.inbox_id, *one.inbox_ids)),
        "" if ids else note,
    )


def _channel(asked: Asked, part: Part, reading: _Reading) -> Asked:
    wanted = fold(part.value)
    lines = _visible(reading)
    ids = frozenset(one.id for one in lines if fold(one.channel).startswith(wanted))
    return _of_lines(asked, part, ids, "no inbox has such a channel")


def _inbox(asked: Asked, part: Part, reading: _Reading) -> Asked:
    wanted = fold(part.value)
    lines = _visible(reading)
    ids = frozenset(one.id for one in lines if _among((one.id, *one.names), wanted))
    return _of_lines(asked, part, ids, "no inbox is called so")


def _tag(asked: Asked, part: Part, reading: _Reading) -> Asked:
    if not readable(reading.viewer, "tags"):
        return _hidden(asked, part)
    wanted = fold(part.value)
    return _ticket(asked, part, lambda one: wanted in map(fold, one.tags))


def _status(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    wanted = fold(part.value)
    return _ticket(asked, part, lambda one: one.status == wanted)


def _priority(asked: Asked, part: Part, reading: _Reading) -> Asked:
    if not readable(reading.viewer, "priority"):
        return _hidden(asked, part)
    wanted = fold(part.value)
    return _ticket(asked, part, lambda one: one.priority == wanted)


def _called(book: Mapping[str, tuple[str, ...]], value: str) -> frozenset[str]:
    wanted = fold(value)
    return frozenset(id for id, names in book.items() if _among((id, *names), wanted))


def _assignee(asked: Asked, part: Part, reading: _Reading) -> Asked:
    if not readable(reading.viewer, "assignee_id"):
        return _hidden(asked, part)
    value = fold(part.value)
    if value in NONE:
        return _ticket(asked, part, lambda one: not one.assignee_id)
    ids = (
        frozenset({str(reading.viewer.agent_id)})
        if value == "me"
        else _called(reading.book.agents, value)
    )
    return _ticket(
        asked, part, lambda one: one.assignee_id in ids, "" if ids else "nobody is called so"
    )


def _team(asked: Asked, part: Part, reading: _Reading) -> Asked:
    if not readable(reading.viewer, "team_id"):
        return _hidden(asked, part)
    if fold(part.value) in NONE:
        return _ticket(asked, part, lambda one: not one.team_id)
    ids = _called(reading.book.teams, part.value)
    return _ticket(
        asked, part, lambda one: one.team_id in ids, "" if ids else "no team is called so"
    )


def _number(asked: Asked, part: Part, _reading: _Reading) -> Asked:
    digits = part.value.removeprefix("#")
    if not digits.isdecimal() or len(digits) > 12:  # noqa: PLR2004  longer than any number
        return _told(asked, part, "a number has digits only")
    number = int(digits)
    found = _ticket(asked, part, lambda one: one.number == number)
    return found if part.negated else msgspec.structs.replace(found, number=number)


def _is(asked: Asked, part: Part, reading: _Reading) -> Asked:
    value = fold(part.value)
    if value in ("unread", "read"):
        return _told(asked, part, unread=(value == "unread") is not part.negated)
    me, now = reading.viewer.agent_id, reading.now
    tests: dict[str, tuple[str, TicketTest]] = {
        "open": ("status", lambda one: one.open),
        "solved": ("status", lambda one: one.status == "solved"),
        "closed": ("status", lambda one: one.status == "closed"),
        "new": ("status", lambda one: one.status == "new"),
        "waiting": ("status", lambda one: one.status == "waiting"),
        "held": ("status", lambda one: one.status == "held"),
        "snoozed": ("snoozed_until", lambda one: sleeps(one, now)),
        "unassigned": ("assignee_id", lambda one: not one.assignee_id),
        "mine": ("assignee_id", lambda one: one.assignee_id == me),
        "private": ("private", lambda one: one.private),
        "followed": ("followers", lambda one: me in one.followers),
    }
    found = tests.get(value)
    if found is None:
        return _told(asked, part, "one of: " + ", ".join(IS_VALUES))
    if not readable(reading.viewer, found[0]):
        return _hidden(asked, part)
    return _ticket(asked, part, found[1])


def _dated(asked: Asked, part: Part, reading: _Reading) -> Asked:
    span = day_span(part.value, reading.now)
    if span is None:
        return _told(asked, part, "a date such as 2026-11-22, 2026-11, today or 7d")
    since, until = (max(moment, FLOOR) for moment in span)  # nothing is older
    window = {
        "before": (None, since),
        "after": (since, None),
        "on": (since, until),
    }[part.op]
    if part.negated:
        return _message(asked, part, lambda said: _in(window, said.received_at))
    start = max(filter(None, (asked.since, window[0])), default=None)
    end = min(filter(None, (asked.until, window[1])), default=None)
    return _told(asked, part, since=start, until=end)


def _in(window: tuple[datetime | None, datetime | None], moment: datetime) -> bool:
    since, until = window
    return (since is None or moment >= since) and (until is None or moment < until)


def day_span(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    """[since, until) of a day, month, year, or of so much time until now; None: no date."""
    value = fold(text)
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    if value in ("today", "今天"):
        return today, today + day
    if value in ("yesterday", "昨天"):
        return today - day, today
    if ago := _AGO.fullmatch(value):
        return now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]]), now
    date = _DATE.fullmatch(value)
    return _calendar(date) if date else None


def _calendar(date: re.Match[str]) -> tuple[datetime, datetime] | None:
    year, month, day = int(date[1]), int(date[2] or 1), int(date[3] or 1)
    try:
        since = datetime(year, month, day, tzinfo=UTC)
        if date[3]:
            return since, since + timedelta(days=1)
        if date[2]:
            return since, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return since, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


_OPERATORS: Mapping[str, Callable[[Asked, Part, _Reading], Asked]] = {
    "from": _from,
    "to": _to,
    "channel": _channel,
    "inbox": _inbox,
    "tag": _tag,
    "status": _status,
    "is": _is,
    "assignee": _assignee,
    "team": _team,
    "priority": _priority,
    "before": _dated,
    "after": _dated,
    "on": _dated,
    "subject": _subject,
    "has": _has,
    "filename": _filename,
    "number": _number,
}
