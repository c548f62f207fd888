"""Lists of people, one person with what belongs to them, and their timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from storage.events import Event, EventLog
from ticketing.errors import NotFound
from ticketing.model import Contact
from ticketing.people.duplicates import Duplicate, duplicates, other_keys
from ticketing.people.model import ContactNote, Organisation
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, allowed, sees_organisation
from ticketing.reading.sweep import Entry, Sweep
from ticketing.reading.windows import Cursor, Page, latest, newest_first, page_of, read_cursor
from ticketing.redaction import readable, shown_fields, told
from ticketing.tokens import query_tokens

MOST_LIKE = 500
MOST_FOUND = 100
MOST_WORDS = 3
MOST_LIKELY = 10
MAX_TURNS = 20  # pages read to fill one that few people fit, or that a viewer sees part of
TURN = 100


class ContactQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which people: by words of name or address, organisation, VIP level at least, blocked."""

    words: str = ""
    organisation_id: str = ""
    blocked: bool = False
    vip: int = 0
    cursor: str | None = None
    limit: int = 50


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A contact and its organisation; ``organisation`` is what took the place of one that is
    gone.
    """

    contact: Contact
    organisation: Organisation | None


class PeopleReading:
    """Queries of people; every one takes a viewer."""

    def __init__(self, store: PeopleStore, visible: Visible, events: EventLog) -> None:
        self._store = store
        self._visible = visible
        self._events = events

    async def page(self, viewer: Viewer, query: ContactQuery, now: datetime) -> Page[Person]:
        """Latest changed first; found by words: at most a hundred, on one page."""
        if query.words.strip():
            found = [one for one in await self._like(query) if fits(one, query)]
            seen = await self._visible.among(viewer, found[:MOST_LIKE])
            return Page(items=await self.people(viewer, seen[: min(query.limit, MOST_FOUND)]))
        return await self._listed(viewer, query, now)

    async def person(self, viewer: Viewer, id: str) -> Person:
        """One person."""
        return (await self.people(viewer, [await self._visible.contact(viewer, id)]))[0]

    async def duplicates(self, viewer: Viewer, id: str) -> list[Duplicate]:
        """Who may be the same person, the likeliest first."""
        contact = await self._visible.contact(viewer, id)
        found = list((await self._store.by_points(other_keys(contact))).values())
        for word in query_tokens(contact.name)[:MOST_WORDS]:
            found += await self._store.like(word, MOST_FOUND)
        for point in contact.points:
            if point.family == "mailto":
                found += await self._store.like(mailbox_word(point.value), MOST_FOUND)
        likely = duplicates(contact, found)[:MOST_LIKELY]
        seen = await self._visible.among(viewer, [one.contact for one in likely])
        return [one for one in likely if one.contact in seen]

    async def people(self, viewer: Viewer, contacts: Sequence[Contact]) -> list[Person]:
        """With their organisations, without what is hidden from the viewer's role."""
        contacts = [shown(viewer, one) for one in contacts]
        ids = list(dict.fromkeys(one.organisation_id for one in contacts if one.organisation_id))
        found = await self._organisations(ids)
        return [
            Person(contact=one, organisation=found.get(one.organisation_id)) for one in contacts
        ]

    async def notes(
        self, viewer: Viewer, id: str, cursor_text: str | None, limit: int
    ) -> Page[ContactNote]:
        """Newest first."""
        contact = await self._visible.contact(viewer, id)
        cursor = read_cursor(cursor_text)
        found = await self._store.notes_of(contact.id, cursor.moment if cursor else None, limit + 1)
        return page_of(found, limit, lambda note: Cursor(moment=note.at, id=note.id))

    async def history(
        self, viewer: Viewer, id: str, cursor_text: str | None, limit: int
    ) -> Page[Event]:
        """What was done to the record, newest first."""
        contact = await self._visible.contact(viewer, id)
        cursor = read_cursor(cursor_text)
        found = await self._events.for_ticket(
            contact.id, cursor.moment if cursor else None, limit + 1
        )
        page = page_of(found, limit, lambda event: Cursor(moment=event.at, id=event.id))
        visible = [event for one in page.items if (event := told(viewer, one))]
        return Page(items=visible, next_cursor=page.next_cursor)

    async def organisations(
        self, viewer: Viewer, words: str, cursor_text: str | None, limit: int, now: datetime
    ) -> Page[Organisation]:
        """Latest changed first; with words, those whose name or domain holds them all. A page
        may be short and not the last.
        """
        if not allowed(viewer, "read"):
            return Page(items=[])
        wanted = words.casefold().split()

        async def fetch(since: datetime, until: datetime, count: int) -> list[Entry[Organisation]]:
            found = await self._store.organisation_slice(since, until, count)
            return [Entry(one.updated_at, one.id, one) for one in found]

        async def keep(entries: Sequence[Entry[Organisation]]) -> list[Entry[Organisation]]:
            return [one for one in entries if _is_listed(viewer, one.item, wanted)]

        page = await Sweep(fetch, keep, now=now).page(read_cursor(cursor_text), limit)
        return Page(items=[one.item for one in page.items], next_cursor=page.next_cursor)

    async def organisation(self, viewer: Viewer, id: str) -> Organisation:
        """One that is there, or was."""
        seen = allowed(viewer, "read") and sees_organisation(viewer, id)
        found = await self._store.organisations.get(id) if seen else None
        if found is None:
            raise NotFound("organisation", id)
        return found

    async def _organisations(self, ids: Sequence[str]) -> Mapping[str, Organisation]:
        found = dict(await self._store.organisations_named(ids))
        heirs = await self._store.organisations_named([one.replaced_by for one in found.values()])
        return {
            id: heirs.get(one.replaced_by, one) if one.gone else one for id, one in found.items()
        }

    async def _like(self, query: ContactQuery) -> list[Contact]:
        words = query_tokens(query.words)
        if not words:
            return []
        found = await self._store.like(max(words, key=len), MOST_LIKE)
        fitting = [one for one in found if one.merged_into is None and _begins(one, words)]
        return sorted(fitting, key=lambda one: (one.updated_at, one.id), reverse=True)

    async def _listed(self, viewer: Viewer, query: ContactQuery, now: datetime) -> Page[Person]:
        """A page may be short and not the last: what few people fit is looked for in steps."""
        found: list[Contact] = []
        cursor, count = read_cursor(query.cursor), max(query.limit + 1, TURN)
        for _ in range(MAX_TURNS):
            got = await self._turn(query, cursor, count, now)
            fitting = [one for one in got if fits(one, query)]
            found += await self._visible.among(viewer, fitting)
            cursor = _after(got[-1]) if len(got) >= count else None
            if cursor is None or len(found) > query.limit:
                break
        page = page_of(found, query.limit, _after)
        further = page.next_cursor or (cursor.encode() if cursor else None)
        return Page(items=await self.people(viewer, page.items), next_cursor=further)

    async def _turn(
        self, query: ContactQuery, cursor: Cursor | None, count: int, now: datetime
    ) -> list[Contact]:
        where = where_of(query)

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Contact]:
            return await self._store.contact_slice(where, since, until, wanted)

        if cursor is None:
            return await latest(fetch, now, count)
        found = await self._store.contact_ties(where, cursor)
        return (found + await newest_first(fetch, cursor.moment, count - len(found)))[:count]


def shown(viewer: Viewer, contact: Contact) -> Contact:
    """The contact without what is hidden from the viewer's role; the same one when nothing is."""
    if not viewer.field_rules:
        return contact
    kept = contact.organisation_id if readable(viewer, "organisation_id") else ""
    attributes = shown_fields(viewer, contact.attributes, "attributes.")
    return replace(contact, organisation_id=kept, attributes=attributes)


def mailbox_word(address: str) -> str:
    """The word by which an address, and what differs from it behind a plus sign, is found."""
    local = address.rpartition("@")[0].partition("+")[0]
    return max(query_tokens(local) or (local,), key=len)


def where_of(query: ContactQuery) -> dict[str, Any]:
    """The narrow equality part of a list."""
    return {"organisation_id": query.organisation_id} if query.organisation_id else {}


def fits(contact: Contact, query: ContactQuery) -> bool:
    """The rest of it."""
    blocked = contact.block is not None or any(point.blocked for point in contact.points)
    there = contact.merged_into is None
    wanted = contact.organisation_id == query.organisation_id or not query.organisation_id
    return there and wanted and contact.vip >= query.vip and (blocked or not query.blocked)


def _after(contact: Contact) -> Cursor:
    return Cursor(moment=contact.updated_at, id=contact.id)


def _begins(contact: Contact, words: Sequence[str]) -> bool:
    return all(any(token.startswith(word) for token in contact.tokens) for word in words)


def _is_listed(viewer: Viewer, organisation: Organisation, words: Sequence[str]) -> bool:
    seen = not organisation.gone and sees_organisation(viewer, organisation.id)
    return seen and _named(organisation, words)


def _named(organisation: Organisation, words: Sequence[str]) -> bool:
    text = " ".join((organisation.name, *organisation.domains)).casefold()
    return all(word in text for word in words)
