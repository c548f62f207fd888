"""Everything that a person and we said, over all channels and tickets, newest first.

Messages know their ticket and conversation, not their person: the person's conversations are asked
for, then their tickets' threads, latest first, until no later word can be in the next one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from normalizer.model import ConversationId, Message, TicketId
from storage.ids import utc_now
from ticketing.model import Conversation, Ticket
from ticketing.people.store import CHUNK, PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import THREAD_FIRST, Row, TicketReading
from ticketing.reading.windows import AHEAD, Cursor, Page, newest_first, page_of, read_cursor

MOST_CONVERSATIONS = 1_000
MOST_TICKETS = 1_000
MAX_TIES = 500  # messages of one moment


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or a ticket that began; ``place`` orders what is of one moment."""

    at: datetime
    place: str
    what: Message | Row


class Timeline:
    """Reads as far as a page needs."""

    def __init__(
        self, store: PeopleStore, visible: Visible, threads: ReadingStore, reading: TicketReading
    ) -> None:
        self._store = store
        self._visible = visible
        self._threads = threads
        self._reading = reading

    async def page(
        self, viewer: Viewer, id: str, cursor_text: str | None, limit: int
    ) -> Page[Item]:
        """Without what happened in hidden inboxes and tickets."""
        contact = await self._visible.contact(viewer, id)
        cursor = read_cursor(cursor_text) or Cursor(moment=utc_now() + AHEAD, id="")
        told = await self._store.conversations_of(contact.id, MOST_CONVERSATIONS)
        theirs = _by_ticket([one for one in told if sees_inbox(viewer, one.inbox_id)])
        tickets = await self._tickets(viewer, list(theirs))
        begun = [one for one in tickets if one.contact_id == contact.id]
        found = [_begun(row) for row in await self._reading.rows(viewer, begun)]
        found = _newest([one for one in found if _before(one, cursor)], limit + 1)
        for ticket in sorted(tickets, key=_last_word, reverse=True):
            if len(found) > limit and _last_word(ticket) < found[-1].at:
                break
            said = await self._said(ticket, theirs[ticket.id], cursor, limit + 1)
            found = _newest((*found, *said), limit + 1)
        return page_of(found, limit, lambda item: Cursor(moment=item.at, id=item.place))

    async def _tickets(self, viewer: Viewer, ids: Sequence[TicketId]) -> list[Ticket]:
        found: list[Ticket] = []
        for start in range(0, min(len(ids), MOST_TICKETS), CHUNK):
            chunk = await self._threads.tickets(ids[start : start + CHUNK])
            found += [ticket for ticket in chunk.values() if sees(viewer, ticket)]
        return found

    async def _said(
        self, ticket: Ticket, within: Sequence[ConversationId], cursor: Cursor, count: int
    ) -> list[Item]:
        where = {"ticket_id": ticket.id, "conversation_id": {"$in": list(within)}}

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Message]:
            return await self._threads.message_slice(where, since, until, wanted)

        got = await self._threads.message_ties(where, cursor.moment, MAX_TIES)
        got = [one for one in got if _before(_said(one), cursor)]
        until = min(cursor.moment, _last_word(ticket))
        got += await newest_first(fetch, until, count - len(got), THREAD_FIRST)
        return [_said(one) for one in got]


def _by_ticket(
    conversations: Sequence[Conversation],
) -> Mapping[TicketId, list[ConversationId]]:
    ordered = sorted(conversations, key=lambda one: one.ticket_id)
    return {
        id: [one.id for one in group] for id, group in groupby(ordered, lambda one: one.ticket_id)
    }


def _last_word(ticket: Ticket) -> datetime:
    """No message of the ticket is later: its date may be a little ahead of its arrival."""
    return max(ticket.updated_at, ticket.activity_at, ticket.created_at) + AHEAD


def _begun(row: Row) -> Item:
    return Item(at=row.ticket.created_at, place=f"|{row.ticket.id}", what=row)


def _said(message: Message) -> Item:
    return Item(at=message.occurred_at, place=f"{message.sequence}|{message.id}", what=message)


def _before(item: Item, cursor: Cursor) -> bool:
    return (item.at, item.place) < (cursor.moment, cursor.id)


def _newest(items: Sequence[Item], count: int) -> list[Item]:
    return sorted(items, key=lambda item: (item.at, item.place), reverse=True)[:count]
