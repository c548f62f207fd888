"""Everything that a person and we said, over all channels and tickets, newest first.

Messages know their ticket and conversation, not their person: the person's conversations are asked
for, then their tickets' threads, latest first, until no later word can be in the next one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from normalizer.model import ContactId, ConversationId, Message, TicketId
from storage.ids import utc_now
from ticketing.model import Conversation, Ticket
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import THREAD_FIRST, Row, TicketReading
from ticketing.reading.windows import AHEAD, FLOOR, Cursor, Page, newest_first, page_of, read_cursor

MOST_CONVERSATIONS = 1_000
MOST_TICKETS = 1_000
MAX_TIES = 500  # messages of one moment
SMALL = 200  # messages of a ticket that are asked for at once
LATE = timedelta(days=7)  # between what was said and its arrival
_MOMENT = timedelta(milliseconds=1)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or a ticket that began; ``place`` orders what is of one moment."""

    at: datetime
    place: str
    what: Message | Row


class _Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said and heard in one ticket. Nothing of a small one stands before ``since``:
    a message that says that it is older (a clock that is wrong, mail that was fetched late) stands
    there, so that whoever reads further back need not ask for it again.
    """

    ticket: Ticket
    within: tuple[ConversationId, ...]
    since: datetime

    @property
    def until(self) -> datetime:
        """No message is later: its date may be a little ahead of its arrival."""
        ticket = self.ticket
        return max(ticket.updated_at, ticket.activity_at, ticket.created_at) + AHEAD


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
        threads = [_thread(one, theirs[one.id]) for one in await self._tickets(viewer, theirs)]
        found = await self._begun(viewer, contact.id, threads, cursor, limit + 1)
        for thread in sorted(threads, key=lambda one: one.until, reverse=True):
            if len(found) > limit and thread.until < found[-1].at:
                break
            if thread.since <= cursor.moment:
                said = await self._said(thread, cursor, limit + 1)
                found = _newest((*found, *said), limit + 1)
        return page_of(found, limit, lambda item: Cursor(moment=item.at, id=item.place))

    async def _tickets(self, viewer: Viewer, ids: Iterable[TicketId]) -> list[Ticket]:
        found = await self._threads.tickets(list(ids)[:MOST_TICKETS])
        return [ticket for ticket in found.values() if sees(viewer, ticket)]

    async def _begun(
        self,
        viewer: Viewer,
        id: ContactId,
        threads: Sequence[_Thread],
        cursor: Cursor,
        count: int,
    ) -> list[Item]:
        before = [
            one.ticket
            for one in threads
            if one.ticket.contact_id == id
            and (one.ticket.created_at, _place(one.ticket)) < (cursor.moment, cursor.id)
        ]
        before.sort(key=lambda one: (one.created_at, _place(one)), reverse=True)
        rows = await self._reading.rows(viewer, before[:count])
        return [Item(at=row.ticket.created_at, place=_place(row.ticket), what=row) for row in rows]

    async def _said(self, thread: _Thread, cursor: Cursor, count: int) -> list[Item]:
        where = {
            "ticket_id": thread.ticket.id,
            "conversation_id": {"$in": list(thread.within)},
            "direction": {"$ne": "act"},  # what was done to a word is shown by the word
        }

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Message]:
            return await self._threads.message_slice(where, since, until, wanted)

        if thread.ticket.message_count <= SMALL:
            got = await fetch(FLOOR, cursor.moment + _MOMENT, MAX_TIES)
        else:
            got = await self._threads.message_ties(where, cursor.moment, MAX_TIES)
            until = min(cursor.moment, thread.until)
            missing = count + len(got)
            got += await newest_first(fetch, until, missing, THREAD_FIRST)
        items = (_item(one, thread.since) for one in got)
        return [item for item in items if (item.at, item.place) < (cursor.moment, cursor.id)]


def _by_ticket(
    conversations: Sequence[Conversation],
) -> Mapping[TicketId, list[Conversation]]:
    ordered = sorted(conversations, key=lambda one: one.ticket_id)
    return {id: list(group) for id, group in groupby(ordered, lambda one: one.ticket_id)}


def _thread(ticket: Ticket, conversations: Sequence[Conversation]) -> _Thread:
    small = ticket.message_count <= SMALL
    begun = min((ticket.created_at, *(one.created_at for one in conversations)))
    return _Thread(
        ticket=ticket,
        within=tuple(one.id for one in conversations),
        since=begun - LATE if small else FLOOR,
    )


def _place(ticket: Ticket) -> str:
    return f"|{ticket.id}"


def _item(message: Message, since: datetime) -> Item:
    at = max(message.occurred_at, since)
    return Item(at=at, place=f"{message.sequence}|{message.id}", what=message)


def _newest(items: Sequence[Item], count: int) -> list[Item]:
    return sorted(items, key=lambda item: (item.at, item.place), reverse=True)[:count]
