"""Search: the rarest word in slices of time, the rest compared here, candidates capped.

The small server scans when asked for two tokens at once, so it is asked for one.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from normalizer.model import ContactId, MessageId
from ticketing.errors import Invalid
from ticketing.model import Contact, Ticket
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.lists import MAX_LIMIT
from ticketing.reading.store import Candidate, ReadingStore, Text
from ticketing.reading.tickets import Row, TicketReading
from ticketing.reading.windows import (
    AHEAD,
    FIRST,
    FLOOR,
    Cursor,
    Page,
    earlier,
    next_width,
    read_cursor,
)
from ticketing.tokens import query_tokens

MAX_CANDIDATES = 2_000
MAX_QUERY = 200
SURE = 32  # matches of the most frequent word in one window that settle which word is rarest
SNIPPET = 160
LEAD = 40
MAX_MARKS = 100
_NUMBER = re.compile(r"\s*#?(\d{1,12})\s*")

Found = Literal["subject", "message", "contact", "number"]
Scope = Literal["open", "all"]
Judge = Callable[[Sequence[Candidate]], Awaitable[dict[str, Ticket]]]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """``marks`` are [start, end) pairs of code points in ``snippet``."""

    row: Row
    field: Found
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message_id: MessageId | None = None


class Search:
    """One hit per ticket: by number, then by contact, then by words, newest first."""

    def __init__(self, store: ReadingStore, reading: TicketReading) -> None:
        self._store = store
        self._reading = reading

    async def find(
        self,
        viewer: Viewer,
        text: str,
        *,
        scope: Scope,
        cursor: str | None,
        limit: int,
        now: datetime,
    ) -> Page[Hit]:
        """A page of hits; tickets and inboxes that the viewer may not see do not count."""
        if len(text) > MAX_QUERY:
            raise Invalid("q", f"at most {MAX_QUERY} characters")
        limit = max(1, min(limit, MAX_LIMIT))
        position = read_cursor(cursor)
        words = query_tokens(text)
        asks = bool(words) and not _is_hook(text)
        named = [] if position else await self._named(viewer, text, words, scope, limit)
        until = position.moment if position else now + AHEAD
        latest = position.moment if position else now - FIRST
        seen: set[str] = {hit.row.ticket.id for hit in named}
        sweep = _Sweep(self._store, words, until, latest, seen)
        found = await sweep.run(limit - len(named), self._judge(viewer, scope)) if asks else []
        hits = [*named, *await self._hits(viewer, words, found)]
        more = asks and sweep.until > FLOOR and bool(hits or found)
        after = Cursor(moment=sweep.until, id="w") if more else None
        return Page(items=hits, next_cursor=after.encode() if after else None)

    def _judge(self, viewer: Viewer, scope: Scope) -> Judge:
        async def judge(candidates: Sequence[Candidate]) -> dict[str, Ticket]:
            mine = [c.ticket_id for c in candidates if sees_inbox(viewer, c.inbox_id)]
            tickets = await self._store.tickets(dict.fromkeys(mine))
            return {
                candidate.id: ticket
                for candidate in candidates
                if sees_inbox(viewer, candidate.inbox_id)
                and (ticket := tickets.get(candidate.ticket_id))
                and _fits(viewer, ticket, scope)
            }

        return judge

    async def _named(
        self, viewer: Viewer, text: str, words: Sequence[str], scope: Scope, limit: int
    ) -> list[Hit]:
        number = _NUMBER.fullmatch(text)
        numbered = await self._store.by_number(int(number[1])) if number else None
        contacts = await self._contacts(words) if words and not _is_hook(text) else {}
        theirs = await self._store.tickets_of(list(contacts), 5 * limit) if contacts else []
        theirs.sort(key=lambda ticket: (ticket.activity_at, ticket.id), reverse=True)
        distinct = {ticket.id: ticket for ticket in (numbered, *theirs) if ticket}
        chosen = [ticket for ticket in distinct.values() if _fits(viewer, ticket, scope)][:limit]
        rows = await self._reading.rows(viewer, chosen)
        return [hit for row in rows if (hit := _named_hit(row, numbered, contacts, words))]

    async def _contacts(self, words: Sequence[str]) -> dict[ContactId, Contact]:
        found = await self._store.contacts_like(max(words, key=len), 200)
        fitting = [contact for contact in found if set(words) <= set(contact.tokens)]
        return {contact.id: contact for contact in fitting[:20]}

    async def _hits(
        self, viewer: Viewer, words: Sequence[str], found: Sequence[tuple[Candidate, Ticket]]
    ) -> list[Hit]:
        texts = await self._store.texts(candidate.id for candidate, _ in found) if found else {}
        rows = await self._reading.rows(viewer, [ticket for _, ticket in found])
        return [
            _hit(row, candidate, texts.get(candidate.id), words)
            for row, (candidate, _) in zip(rows, found, strict=True)
        ]


class _Sweep:
    """Windows from ``until`` into the past; ``until`` says how far it came."""

    def __init__(
        self,
        store: ReadingStore,
        words: Sequence[str],
        until: datetime,
        latest: datetime,
        seen: set[str],
    ) -> None:
        self._store = store
        self._words = sorted(words, key=len, reverse=True)
        self._wanted = frozenset(words)
        self._rarest = self._words[0] if len(self._words) == 1 else None
        self._seen = seen
        self._read = 0
        self._got = 0
        self._latest = latest
        self.until = until

    async def run(self, count: int, judge: Judge) -> list[tuple[Candidate, Ticket]]:
        """Hits until there are ``count``, the past is over, or the cap is reached."""
        found: list[tuple[Candidate, Ticket]] = []
        width = FIRST
        while len(found) < count and self._read < MAX_CANDIDATES and self.until > FLOOR:
            since = min(earlier(self.until, width), self._latest)
            self._got = 0
            candidates = await self._slice(since)
            fitting = [item for item in candidates if self._wanted <= item.tokens]
            tickets = await judge(fitting) if fitting else {}
            full = self._collect(fitting, tickets, found, count)
            self.until = full or since
            width = next_width(width, self._got, 2 * count)
        return found

    def _collect(
        self,
        fitting: Sequence[Candidate],
        tickets: dict[str, Ticket],
        found: list[tuple[Candidate, Ticket]],
        count: int,
    ) -> datetime | None:
        """Take new tickets' hits; where to go on when the page got full in the middle."""
        for candidate in fitting:
            ticket = tickets.get(candidate.id)
            if ticket is None or ticket.id in self._seen:
                continue
            if len(found) >= count:
                return candidate.received_at + timedelta(milliseconds=1)
            self._seen.add(ticket.id)
            found.append((candidate, ticket))
        return None

    async def _slice(self, since: datetime) -> list[Candidate]:
        """The window's candidates by the rarest word; which one it is shows in the windows."""
        if self._rarest is not None:
            return await self._fetch(self._rarest, since)
        best: list[Candidate] | None = None
        most = 0
        for word in self._words:
            got = await self._fetch(word, since)
            most = max(most, len(got))
            if best is None or len(got) < len(best):
                best, fewest = got, word
            if not best:
                return []
        if most >= SURE:
            self._rarest = fewest
        return best or []

    async def _fetch(self, word: str, since: datetime) -> list[Candidate]:
        got = await self._store.with_token(word, since, self.until, MAX_CANDIDATES)
        self._read += len(got)
        self._got = max(self._got, len(got))
        return got


def _is_hook(text: str) -> bool:
    """``#1234`` asks for that ticket and nothing else."""
    return text.lstrip().startswith("#")


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


def _fits(viewer: Viewer, ticket: Ticket, scope: Scope) -> bool:
    return sees(viewer, ticket) and (scope == "all" or ticket.open)


def _hit(row: Row, candidate: Candidate, text: Text | None, words: Sequence[str]) -> Hit:
    body = (text.reply_text or text.text) if text else ""
    subject = text.subject if text else ""
    in_body = marks_in(body, words)
    if not in_body and marks_in(subject, words):
        shown = snippet_around(subject, words)
        return Hit(
            row=row,
            field="subject",
            snippet=shown,
            marks=marks_in(shown, words),
            message_id=candidate.id,
        )
    shown = snippet_around(body, words)
    return Hit(
        row=row,
        field="message",
        snippet=shown,
        marks=marks_in(shown, words),
        message_id=candidate.id,
    )


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
