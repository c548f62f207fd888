"""The queries of contact merges."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from normalizer.model import ContactId, TicketId
from storage.collection import Collection, portions
from storage.migrations import Index
from storage.mongo import Session
from ticketing.model import Contact, Conversation, Ticket
from ticketing.people.merging.model import ContactMerge, MergeId, Moved, MovedTicket
from ticketing.people.model import ContactNote
from ticketing.people.store import show_as
from ticketing.store import Collections

MOST_MOVED = 2_000
PER_PAGE = 500
MOST_MERGES = 100

INDEXES = (
    Index(collection="contact_merges", name="by_source", keys=(("source_id", 1),)),
    Index(collection="contact_merges", name="by_target", keys=(("target_id", 1), ("at", 1))),
    Index(collection="contact_merges", name="by_time", keys=(("at", 1),)),
    Index(collection="contact_moves", name="by_merge", keys=(("merge_id", 1),)),
)


class MergeStore:
    """What goes over, and back."""

    def __init__(self, collections: Collections) -> None:
        mongo = collections.mongo
        self.contacts = collections.contacts
        self._tickets = collections.tickets
        self._conversations = collections.conversations
        self._notes: Collection[ContactNote] = mongo.collection("contact_notes", ContactNote)
        self.merges: Collection[ContactMerge] = mongo.collection("contact_merges", ContactMerge)
        self._moves: Collection[Moved] = mongo.collection("contact_moves", Moved)

    async def tickets_of(self, id: ContactId, session: Session | None = None) -> list[Ticket]:
        """One more than may go over shows that there are too many."""
        where = {"contact_id": id}
        return await self._tickets.find(where, limit=MOST_MOVED + 1, session=session)

    async def conversations_of(
        self, id: ContactId, session: Session | None = None
    ) -> list[Conversation]:
        """As ``tickets_of``."""
        where = {"contact_id": id}
        return await self._conversations.find(where, limit=MOST_MOVED + 1, session=session)

    async def notes_of(self, id: ContactId, session: Session | None = None) -> list[ContactNote]:
        """As ``tickets_of``."""
        where = {"contact_id": id}
        return await self._notes.find(where, limit=MOST_MOVED + 1, session=session)

    async def show_as(self, contact: Contact, session: Session) -> None:
        """Its open tickets name the person, and the organisation, as the contact now does."""
        await show_as(self._tickets, contact, session)

    async def within(self, id: TicketId, session: Session) -> list[Conversation]:
        """A ticket's conversations."""
        where = {"ticket_id": id}
        return await self._conversations.find(where, limit=MOST_MOVED, session=session)

    async def standing(self, source_id: ContactId, session: Session) -> ContactMerge | None:
        """The merge by which a contact went away."""
        where = {"source_id": source_id}
        found = await self.merges.find(where, limit=MOST_MERGES, session=session)
        return next((one for one in found if one.undone_at is None), None)

    async def merges_of(self, id: ContactId) -> list[ContactMerge]:
        """Of whom this contact is made, the latest first."""
        where = {"target_id": id}
        return await self.merges.find(where, sort=[("at", -1)], limit=MOST_MERGES)

    async def since(self, at: datetime) -> list[ContactMerge]:
        """Merges that are young, oldest first."""
        found = await self.merges.find({"at": {"$gte": at}}, sort=[("at", 1)], limit=1_000)
        return [one for one in found if one.undone_at is None]

    async def moves_of(self, id: MergeId, session: Session) -> list[Moved]:
        """Everything that went over by it."""
        return await self._moves.find({"merge_id": id}, limit=1_000, session=session)

    async def note_moves(self, moves: Sequence[Moved], session: Session) -> None:
        """Remember what went over."""
        await self._moves.insert_many(moves, session=session)

    async def hand_over(
        self, moved: Moved, source_id: ContactId, target_id: ContactId, session: Session
    ) -> None:
        """These are the target's: what meanwhile became somebody else's is left alone."""
        change = {"$set": {"contact_id": target_id}}
        for ids in portions(moved.conversations):
            await self._conversations.update_many(
                _of(ids, source_id), {**change, "$inc": {"version": 1}}, session=session
            )
        for notes in portions(moved.notes):
            await self._notes.update_many(_of(notes, source_id), change, session=session)
        await self._tickets.update_each(
            (
                (
                    {"_id": one.id, "contact_id": source_id},
                    {"$set": {"contact_id": target_id, "contact_name": one.name}},
                )
                for one in moved.tickets
            ),
            session=session,
        )


def pages(
    merge_id: MergeId,
    number: int,
    tickets: Sequence[MovedTicket],
    conversations: Sequence[Conversation],
    notes: Sequence[ContactNote],
) -> Iterator[Moved]:
    """In documents of bounded size, numbered from ``number``."""
    longest = max(len(tickets), len(conversations), len(notes))
    for start in range(0, longest, PER_PAGE):
        part = slice(start, start + PER_PAGE)
        yield Moved(
            id=f"{merge_id}|{number + start // PER_PAGE}",
            merge_id=merge_id,
            tickets=tuple(tickets[part]),
            conversations=tuple(one.id for one in conversations[part]),
            notes=tuple(one.id for one in notes[part]),
        )


def _of(ids: Sequence[str], contact_id: ContactId) -> dict[str, Any]:
    return {"_id": {"$in": list(ids)}, "contact_id": contact_id}
