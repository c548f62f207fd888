"""What an operator's value may be, for what has been typed so far."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from normalizer.model import ContactId
from ticketing.model import Contact, Ticket
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.redaction import readable
from ticketing.search.asked import IS_VALUES, NameBook
from ticketing.search.finding import Book, no_names
from ticketing.search.grammar import OPERATORS
from ticketing.tokens import fold, query_tokens

MOST = 20
NEWEST = 200  # open tickets whose tags and people are offered
SHORTEST = 2  # letters before people are looked up
FIXED: Mapping[str, tuple[str, ...]] = {
    "is": IS_VALUES,
    "has": ("attachment", "note", "reply"),
    "status": ("new", "open", "waiting", "held", "solved", "closed"),
    "priority": ("urgent", "high", "normal", "low"),
    "before": ("today", "yesterday", "7d", "4w"),
    "after": ("today", "yesterday", "7d", "4w"),
    "on": ("today", "yesterday"),
    "assignee": ("me", "none"),
    "team": ("none",),
}


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` as the operator takes it; ``label`` as people call it."""

    op: str
    value: str
    label: str

    @property
    def insert(self) -> str:
        """What to put into the line."""
        if not self.value:
            return f"{self.op}:"
        spaced = any(letter.isspace() for letter in self.value)
        return f'{self.op}:"{self.value}"' if spaced else f"{self.op}:{self.value}"


class Suggesting:
    """Only from what the viewer sees: names of hidden inboxes, tags and people stay unknown."""

    def __init__(self, store: ReadingStore, reading: TicketReading, book: Book = no_names) -> None:
        self._store = store
        self._reading = reading
        self._book = book

    async def find(self, viewer: Viewer, typed: str, now: datetime) -> list[Suggestion]:
        """Best first."""
        op, colon, value = typed.strip().lstrip("-").replace("：", ":").partition(":")
        op, value = op.lower(), value.strip('"“”')
        if not colon:
            return _operators(op)
        if op in ("from", "to"):
            return await self._people(viewer, op, value, now)
        found = [(one, one) for one in FIXED.get(op, ())]
        found += named(viewer, op, await self._book())
        if op == "tag" and readable(viewer, "tags"):
            found += [(tag, tag) for tag in _tags(await self._newest(viewer, now))]
        return _fitting(op, value, found)

    async def _newest(self, viewer: Viewer, now: datetime) -> list[Ticket]:
        found = await self._store.newest_open(now, NEWEST)
        return [ticket for ticket in found if sees(viewer, ticket)]

    async def _people(self, viewer: Viewer, op: str, value: str, now: datetime) -> list[Suggestion]:
        words = query_tokens(value)
        if len(value) < SHORTEST or not words:
            newest = await self._reading.rows(viewer, await self._newest(viewer, now))
            names = dict.fromkeys(row.ticket.contact_name for row in newest)
            return _fitting(op, value, [(name, name) for name in names if name])
        found = {one.id: one for one in await self._store.contacts_beginning(words[-1], MOST)}
        theirs = await self._store.tickets_of(list(found), 5 * MOST) if found else []
        rows = await self._reading.rows(viewer, theirs)
        people = _of(found, (row.ticket.contact_id for row in rows))
        return [Suggestion(op=op, value=one.name, label=_label(one)) for one in people if one.name]


def named(viewer: Viewer, op: str, book: NameBook) -> list[tuple[str, str]]:
    """(value, label) of what has a name."""
    lines = [one for one in book.inboxes if sees_inbox(viewer, one.id)]
    if op == "inbox":
        return [(one.names[0], one.names[0]) for one in lines if one.names]
    if op == "channel":
        return [(channel, channel) for channel in dict.fromkeys(one.channel for one in lines)]
    people = {"assignee": book.agents, "team": book.teams}.get(op, {})
    return [(names[0], names[0]) for names in people.values() if names]


def _operators(begun: str) -> list[Suggestion]:
    fitting = sorted(op for op in OPERATORS if op.startswith(begun))
    return [Suggestion(op=op, value="", label=op) for op in fitting]


def _tags(tickets: Iterable[Ticket]) -> list[str]:
    counted = Counter(tag for ticket in tickets for tag in ticket.tags)
    return [tag for tag, _ in counted.most_common()]


def _fitting(op: str, value: str, found: Sequence[tuple[str, str]]) -> list[Suggestion]:
    """Those that begin so before those that hold it."""
    wanted = fold(value)
    begin = [one for one in found if fold(one[1]).startswith(wanted)]
    hold = [one for one in found if wanted in fold(one[1]) and one not in begin]
    chosen = list(dict.fromkeys((*begin, *hold)))[:MOST]
    return [Suggestion(op=op, value=name, label=label) for name, label in chosen]


def _of(found: Mapping[ContactId, Contact], ids: Iterable[ContactId]) -> list[Contact]:
    return [found[id] for id in dict.fromkeys(ids) if id in found][:MOST]


def _label(contact: Contact) -> str:
    address = next((point.value for point in contact.points), "")
    return f"{contact.name} ({address})" if address and address != contact.name else contact.name
