"""Lists, one ticket with all that belongs to it, its thread and its history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.contract import InboxId
from normalizer.model import Message, TicketId
from storage.events import Event, EventLog
from ticketing.errors import NotFound
from ticketing.links.handlers import told_links
from ticketing.links.model import Linked
from ticketing.model import (
    Contact,
    Conversation,
    ReadMark,
    Ticket,
    read_mark_id,
)
from ticketing.permissions import Viewer, require, saw, sees, sees_inbox
from ticketing.reading.around import Around, Surroundings, by_id, relatives
from ticketing.reading.lists import MAX_LIMIT, ListQuery, Lists
from ticketing.reading.partial import PartialTickets
from ticketing.reading.store import ReadingStore
from ticketing.reading.windows import Cursor, Page, latest, newest_first, page_of, read_cursor
from ticketing.redaction import tellable, told
from ticketing.views.saved import SavedViews

THREAD_FIRST = timedelta(hours=1)
MAX_TIES = 100  # events of one moment: a batch's


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket in a list, and whether this viewer has something unread in it."""

    ticket: Ticket
    unread: bool


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with everything around it that this viewer may see."""

    ticket: Ticket
    unread: bool
    contact: Contact
    conversations: list[Conversation]
    merged_into: Ticket | None
    follow_up_of: Ticket | None
    follow_ups: list[Ticket]
    suggested: Ticket | None
    links: list[Linked]


class TicketReading:
    """Queries of tickets."""

    def __init__(self, store: ReadingStore, events: EventLog, saved: SavedViews) -> None:
        self._store = store
        self._around = Surroundings(store)
        self._lists = Lists(store, saved)
        self._events = events
        self._partial = PartialTickets(store)

    async def page(self, viewer: Viewer, query: ListQuery, now: datetime) -> Page[Row]:
        """A page of a view; see ``Lists.page``."""
        found = await self._lists.page(viewer, query, now)
        return Page(items=await self._rows(viewer, found.items), next_cursor=found.next_cursor)

    async def _rows(self, viewer: Viewer, tickets: list[Ticket]) -> list[Row]:
        marks = await self._store.read_marks(viewer.agent_id, [ticket.id for ticket in tickets])
        tickets = await self._partial.shown(viewer, tickets)
        return [Row(ticket=ticket, unread=is_unread(viewer, ticket, marks)) for ticket in tickets]

    async def rows(self, viewer: Viewer, tickets: list[Ticket]) -> list[Row]:
        """Those of the tickets that exist for the viewer, as rows of what they may see."""
        return await self._rows(viewer, [ticket for ticket in tickets if sees(viewer, ticket)])

    async def _seen(self, viewer: Viewer, tickets: Iterable[Ticket]) -> list[Ticket]:
        """Those that exist for the viewer, as they may see them."""
        return await self._partial.shown(viewer, [one for one in tickets if sees(viewer, one)])

    async def ticket(self, viewer: Viewer, id: str) -> Ticket:
        """The record itself, not for showing (see ``rows``); NotFound also when it is hidden."""
        return require(viewer, "read", await self._store.ticket(id), id)

    async def was_seen(self, viewer: Viewer, id: str, was: Mapping[str, str]) -> bool:
        """Whether the ticket existed for the viewer before a change (see ``permissions.saw``)."""
        found = await self._store.ticket(id)
        return found is not None and saw(viewer, found, was)

    async def whole(self, viewer: Viewer, id: str) -> Whole:
        """One ticket with its contact, conversations and relatives."""
        return await self.whole_of(viewer, await self.ticket(viewer, id))

    async def whole_of(self, viewer: Viewer, found: Ticket) -> Whole:
        """The same of a ticket that the viewer was just let see."""
        around = await self._around.of(viewer.agent_id, found)
        (ticket,) = await self._partial.shown(viewer, [found])
        related = (around.others[one] for one in relatives(ticket) if one in around.others)
        seen = by_id(await self._seen(viewer, related))

        def kin(id: TicketId | None) -> Ticket | None:
            return seen.get(id) if id else None

        suggested = kin(ticket.suggested_ticket_id)
        return Whole(
            ticket=ticket,
            unread=_has_unread(ticket, around.mark),
            contact=await self._person(ticket, around),
            conversations=[one for one in around.conversations if sees_inbox(viewer, one.inbox_id)],
            merged_into=kin(ticket.merged_into),
            follow_up_of=kin(ticket.follow_up_of),
            follow_ups=await self._seen(viewer, around.follow_ups),
            suggested=suggested if suggested and suggested.open else None,
            links=told_links(viewer, around.links, around.others),
        )

    async def _person(self, ticket: Ticket, around: Around) -> Contact:
        """Whom the viewer is shown; another one where the ticket's own is nobody they may know."""
        contact = around.contact
        if contact is None or contact.id != ticket.contact_id:
            contact = await self._store.contact(ticket.contact_id)
        if contact is None:
            raise NotFound("contact", ticket.contact_id)
        return contact

    async def messages(
        self, viewer: Viewer, id: str, cursor_text: str | None, limit: int
    ) -> Page[Message]:
        """A page of the thread, newest first by (occurred_at, sequence, id)."""
        ticket = await self.ticket(viewer, id)
        limit = max(1, min(limit, MAX_LIMIT))
        cursor = read_cursor(cursor_text)
        where = _thread_where(viewer, ticket)

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Message]:
            return await self._store.message_slice(where, since, until, wanted)

        if cursor is None:
            newest = max(filter(None, (ticket.updated_at, ticket.last_in_at, ticket.activity_at)))
            found = await latest(fetch, newest, limit + 1, THREAD_FIRST)
        else:
            found = await self._message_ties(where, cursor)
            missing = limit + 1 - len(found)
            found += await newest_first(fetch, cursor.moment, missing, THREAD_FIRST)
        return page_of(found, limit, lambda m: Cursor(moment=m.occurred_at, id=m.id))

    async def _message_ties(self, where: dict[str, Any], cursor: Cursor) -> list[Message]:
        """What follows the cursor's message within its own moment."""
        equals = await self._store.message_ties(where, cursor.moment, 500)
        ids: list[str] = [message.id for message in equals]
        return equals[ids.index(cursor.id) + 1 :] if cursor.id in ids else equals

    async def message(self, viewer: Viewer, id: str) -> Message:
        """One message, whole; NotFound also when its inbox or ticket is hidden."""
        message = await self._store.message(id)
        if message is None or not sees_inbox(viewer, message.inbox_id):
            raise NotFound("message", id)
        await self.ticket(viewer, message.ticket_id)
        return message

    async def events(
        self,
        viewer: Viewer,
        id: str,
        cursor_text: str | None,
        limit: int,
        changed: Sequence[str] = (),
    ) -> Page[Event]:
        """A page of the history, newest first, without what happened in hidden inboxes; of
        ``changed`` fields only, where some are given.
        """
        ticket = await self.ticket(viewer, id)
        told_of = [field for field in changed if tellable(viewer, field)]
        if changed and not told_of:
            return Page(items=[], next_cursor=None)
        limit = max(1, min(limit, MAX_LIMIT))
        cursor = read_cursor(cursor_text)
        before = cursor.moment + timedelta(milliseconds=1) if cursor else None
        found = await self._events.for_ticket(
            ticket.id, before, limit + 1 + MAX_TIES, changed=told_of
        )
        if cursor:
            found = [event for event in found if (event.at, event.id) < (cursor.moment, cursor.id)]
        page = page_of(found, limit, lambda e: Cursor(moment=e.at, id=e.id))
        visible = [
            shown
            for event in page.items
            if sees_inbox(viewer, InboxId(event.inbox_id)) and (shown := told(viewer, event))
        ]
        return Page(items=visible, next_cursor=page.next_cursor)

    async def mark_read(self, viewer: Viewer, id: str, now: datetime) -> Ticket:
        """The viewer has seen every inbound message that the ticket has by now; the ticket."""
        ticket = await self.ticket(viewer, id)
        await self._store.save_read_mark(
            ReadMark(id=read_mark_id(viewer.agent_id, ticket.id), in_count=ticket.in_count, at=now)
        )
        return ticket


def is_unread(viewer: Viewer, ticket: Ticket, marks: dict[str, ReadMark]) -> bool:
    """Whether more came in than this viewer has seen."""
    return _has_unread(ticket, marks.get(read_mark_id(viewer.agent_id, TicketId(ticket.id))))


def _has_unread(ticket: Ticket, mark: ReadMark | None) -> bool:
    return ticket.in_count > (mark.in_count if mark else 0)


def _thread_where(viewer: Viewer, ticket: Ticket) -> dict[str, Any]:
    where: dict[str, Any] = {"ticket_id": ticket.id}
    if viewer.inbox_ids is not None:
        where["inbox_id"] = {"$in": sorted(viewer.inbox_ids)}
    return where
