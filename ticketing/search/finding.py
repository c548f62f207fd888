"""Search: one hit a ticket; by number, then by person, then what fits best among the newest."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Literal

import msgspec

from normalizer.model import ContactId, MessageId
from ticketing.errors import Invalid
from ticketing.model import Contact, Ticket
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.lists import MAX_LIMIT
from ticketing.reading.store import ReadingStore
from ticketing.reading.sweep import MAX_READ, Entry, Sweep
from ticketing.reading.tickets import Row, TicketReading
from ticketing.reading.windows import AHEAD, FLOOR, Cursor, read_cursor
from ticketing.search.asked import Asked, NameBook, Said, Understood, holds, understand
from ticketing.search.ranking import rank
from ticketing.search.snippets import marks_in, snippet_around
from ticketing.search.sweeping import ALL, Fitting, Judge, WordSweep
from ticketing.search.words import Candidate, WordIndex

MAX_QUERY = 300
FEW_TICKETS = 400  # whose messages are read where no word leads to them
_NUMBER = re.compile(r"\s*#?(\d{1,12})\s*")

Found = Literal["subject", "message", "note", "file", "contact", "number", "ticket"]
Scope = Literal["open", "all"]
Book = Callable[[], Awaitable[NameBook]]


async def no_names() -> NameBook:
    """Nothing has a name: for tests of words alone."""
    return NameBook()


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """``marks`` are [start, end) pairs of code points in ``snippet``."""

    row: Row
    field: Found
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message_id: MessageId | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """``next_cursor`` None: the past is over. A page may be short although more follows.

    ``complete`` is False while the index of words is being built: older messages may be missing.
    """

    items: list[Hit]
    next_cursor: str | None = None
    understood: tuple[Understood, ...] = ()
    complete: bool = True


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of what."""

    asked: Asked
    scope: Scope
    position: Cursor | None
    limit: int
    now: datetime


class Search:
    """What the viewer may not see does not count, wherever the words stand."""

    def __init__(
        self,
        store: ReadingStore,
        index: WordIndex,
        reading: TicketReading,
        book: Book = no_names,
    ) -> None:
        self._store = store
        self._index = index
        self._reading = reading
        self._book = book

    async def find(
        self,
        viewer: Viewer,
        text: str,
        *,
        scope: Scope,
        cursor: str | None,
        limit: int,
        now: datetime,
    ) -> Results:
        """A page of hits, and what was understood of the text."""
        if len(text) > MAX_QUERY:
            raise Invalid("q", f"at most {MAX_QUERY} characters")
        wanted = Wanted(
            asked=understand(text, viewer, await self._book(), now),
            scope=scope,
            position=read_cursor(cursor),
            limit=max(1, min(limit, MAX_LIMIT)),
            now=now,
        )
        named = [] if wanted.position else await self._named(viewer, text, wanted)
        more = await self._more(viewer, text, wanted, named)
        hits = [*named, *more.items]
        if wanted.asked.unread is not None:
            hits = [hit for hit in hits if hit.row.unread is wanted.asked.unread]
        return msgspec.structs.replace(more, items=hits, understood=wanted.asked.understood)

    async def _more(
        self, viewer: Viewer, text: str, wanted: Wanted, named: Sequence[Hit]
    ) -> Results:
        asked = wanted.asked
        if _is_hook(text) or asked.number is not None or len(named) >= wanted.limit:
            return Results(items=[])
        if asked.words:
            return await self._by_words(viewer, wanted, named)
        return await self._by_tickets(viewer, wanted, named) if asked.filters else Results(items=[])

    async def _by_words(self, viewer: Viewer, wanted: Wanted, named: Sequence[Hit]) -> Results:
        asked, position = wanted.asked, wanted.position
        end = position.moment if position else wanted.now + AHEAD
        seen: set[str] = {hit.row.ticket.id for hit in named}
        sweep = WordSweep(
            self._index,
            asked,
            until=min(end, asked.until or end),
            after=position.id if position else ALL,
            since=asked.since or FLOOR,
            seen=seen,
        )
        found = await sweep.run(wanted.limit - len(named), self._judge(viewer, wanted, seen))
        rows = await self._reading.rows(viewer, [one.ticket for one in found])
        pairs = [
            (_hit(row, one.said, asked), one.said) for row, one in zip(rows, found, strict=True)
        ]
        pairs.sort(key=lambda pair: rank(asked, pair[0].row.ticket, pair[1]))
        after = None if sweep.done else Cursor(moment=sweep.until, id=sweep.after)
        return Results(
            items=[hit for hit, _ in pairs],
            next_cursor=after.encode() if after else None,
            complete=sweep.complete,
        )

    def _judge(self, viewer: Viewer, wanted: Wanted, seen: Set[str]) -> Judge:
        """By what the database says: the index may be a second old, and knows no permissions."""

        async def judge(candidates: Sequence[Candidate]) -> dict[MessageId, Fitting]:
            mine = [
                one
                for one in candidates
                if sees_inbox(viewer, one.inbox_id) and one.ticket_id not in seen
            ]
            tickets = await self._store.tickets(dict.fromkeys(one.ticket_id for one in mine))
            fit = {id for id, ticket in tickets.items() if _fits(viewer, ticket, wanted)}
            said = await self._store.said([one.id for one in mine if one.ticket_id in fit])
            moved = {one.ticket_id for one in said.values()} - tickets.keys()
            for id, ticket in (await self._store.tickets(moved)).items():
                tickets[id] = ticket
                fit |= {id} if _fits(viewer, ticket, wanted) else set()
            return {
                one.id: Fitting(said=one, ticket=tickets[one.ticket_id])
                for one in said.values()
                if one.ticket_id in fit and _says(viewer, one, wanted.asked)
            }

        return judge

    async def _by_tickets(self, viewer: Viewer, wanted: Wanted, named: Sequence[Hit]) -> Results:
        """Where no word leads anywhere: tickets by their latest activity, in bounded steps."""
        asked = wanted.asked
        where: dict[str, Any] = {"open": True} if wanted.scope == "open" else {}
        known = {hit.row.ticket.id for hit in named}
        said: dict[str, Said] = {}

        async def fetch(since: datetime, until: datetime, limit: int) -> list[Entry[Ticket]]:
            found = await self._store.ticket_slice(where, "activity_at", since, until, limit)
            return [Entry(one.activity_at, one.id, one) for one in found]

        async def keep(entries: Sequence[Entry[Ticket]]) -> list[Entry[Ticket]]:
            fitting = [one for one in entries if _fits(viewer, one.item, wanted)]
            fitting = [one for one in fitting if one.id not in known]
            if not asked.of_message:
                return fitting
            said.update(await self._telling(viewer, [one.item for one in fitting], asked))
            return [one for one in fitting if one.id in said]

        sweep = Sweep(
            fetch,
            keep,
            now=(asked.until - AHEAD) if asked.until else wanted.now,
            oldest=asked.since or FLOOR,
            budget=FEW_TICKETS if asked.of_message else MAX_READ,
        )
        page = await sweep.page(wanted.position, wanted.limit - len(named))
        rows = await self._reading.rows(viewer, [one.item for one in page.items])
        hits = [_hit(row, said.get(row.ticket.id), asked) for row in rows]
        return Results(items=hits, next_cursor=page.next_cursor)

    async def _telling(
        self, viewer: Viewer, tickets: Sequence[Ticket], asked: Asked
    ) -> dict[str, Said]:
        """The newest fitting message of each of the tickets."""
        newest: dict[str, Said] = {}
        for said in await self._store.said_in([ticket.id for ticket in tickets]):
            if _says(viewer, said, asked):
                known = newest.get(said.ticket_id)
                if known is None or known.received_at < said.received_at:
                    newest[said.ticket_id] = said
        return newest

    async def _named(self, viewer: Viewer, text: str, wanted: Wanted) -> list[Hit]:
        asked = wanted.asked
        number = _NUMBER.fullmatch(text)
        asked_for = int(number[1]) if number else asked.number
        numbered = None if asked_for is None else await self._store.by_number(asked_for)
        words = asked.words if asked.only_words and not _is_hook(text) else asked.people
        alone = asked.only_words or not (asked.words or asked.without)
        contacts = await self._contacts(words) if words and alone else {}
        theirs = await self._store.tickets_of(list(contacts), 5 * wanted.limit) if contacts else []
        theirs.sort(key=lambda ticket: (ticket.activity_at, ticket.id), reverse=True)
        distinct = {ticket.id: ticket for ticket in (numbered, *theirs) if ticket}
        chosen = [one for one in distinct.values() if _fits(viewer, one, wanted)]
        rows = await self._reading.rows(viewer, chosen[: wanted.limit])
        return [hit for row in rows if (hit := _named_hit(row, numbered, contacts, words))]

    async def _contacts(self, words: Sequence[str]) -> dict[ContactId, Contact]:
        found = await self._store.contacts_like(max(words, key=len), 200)
        fitting = [contact for contact in found if set(words) <= set(contact.tokens)]
        return {contact.id: contact for contact in fitting[:20]}


def _is_hook(text: str) -> bool:
    """``#1234`` asks for that ticket and nothing else."""
    return text.lstrip().startswith("#")


def _fits(viewer: Viewer, ticket: Ticket, wanted: Wanted) -> bool:
    if not sees(viewer, ticket) or (wanted.scope == "open" and not ticket.open):
        return False
    return all(test(ticket) for test in wanted.asked.of_ticket)


def _says(viewer: Viewer, said: Said, asked: Asked) -> bool:
    """Whether a message that the viewer sees says by now what is asked for."""
    return (
        sees_inbox(viewer, said.inbox_id)
        and holds(said, asked.words)
        and all(test(said) for test in asked.of_message)
    )


def _named_hit(
    row: Row,
    numbered: Ticket | None,
    contacts: Mapping[ContactId, Contact],
    words: Sequence[str],
) -> Hit | None:
    """None: the person that was asked for speaks only where the viewer may not listen."""
    if numbered is not None and row.ticket.id == numbered.id:
        return Hit(row=row, field="number", snippet=f"#{numbered.number}")
    contact = contacts.get(row.ticket.contact_id)
    if contact is None:
        return None
    name = contact.name
    return Hit(row=row, field="contact", snippet=name, marks=marks_in(name, words))


def _hit(row: Row, said: Said | None, asked: Asked) -> Hit:
    if said is None:
        return Hit(row=row, field="ticket", snippet=row.ticket.snippet)
    words = (*asked.phrases, *asked.words)
    field, text = _where(said, words)
    shown = snippet_around(text, words)
    return Hit(
        row=row, field=field, snippet=shown, marks=marks_in(shown, words), message_id=said.id
    )


def _where(said: Said, words: Sequence[str]) -> tuple[Found, str]:
    """The first place where the words stand; the text where they stand nowhere as they are."""
    body = said.reply_text or said.text
    name = next((name for name in said.files if marks_in(name, words)), "")
    in_text: Found = "note" if said.direction == "note" else "message"
    places: tuple[tuple[Found, str], ...] = (
        (in_text, body),
        ("subject", said.subject),
        ("file", name),
        (in_text, said.text),
    )
    return next((place for place in places if marks_in(place[1], words)), places[0])
