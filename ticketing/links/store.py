"""The queries of links."""

from collections.abc import Iterable

import msgspec

from normalizer.model import TicketId
from storage.migrations import Index
from storage.mongo import Session
from ticketing.links.model import MAX_LINKS, LinkKind, TicketLink
from ticketing.model import Ticket
from ticketing.store import Collections

INDEXES = (Index(collection="ticket_links", name="by_ticket", keys=(("ticket_id", 1),)),)


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """How often something happened that one transaction at a time may do."""

    id: str = msgspec.field(name="_id")
    n: int


class LinkStore:
    """Each read is bounded."""

    def __init__(self, collections: Collections) -> None:
        self._tickets = collections.tickets
        self.links = collections.mongo.collection("ticket_links", TicketLink)
        self._guards = collections.mongo.collection("link_guards", Guard)

    async def of(self, id: str, session: Session | None = None) -> list[TicketLink]:
        """A ticket's links, the oldest first."""
        found = await self.links.find({"ticket_id": id}, limit=MAX_LINKS, session=session)
        return sorted(found, key=lambda one: (one.at, one.id))

    async def link(self, id: str, session: Session) -> TicketLink | None:
        """One side of a link."""
        return await self.links.get(id, session)

    async def tickets(
        self, ids: Iterable[str], session: Session | None = None
    ) -> dict[TicketId, Ticket]:
        """Tickets by id."""
        found = await self._tickets.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def linked(
        self, id: TicketId, kind: LinkKind, session: Session | None = None
    ) -> list[Ticket]:
        """The tickets that are this to a ticket."""
        where = {"ticket_id": id, "kind": kind}
        links = await self.links.find(where, limit=MAX_LINKS, session=session)
        ids = [one.other_id for one in sorted(links, key=lambda one: (one.at, one.id))]
        found = await self.tickets(ids, session)
        return [found[one] for one in ids if one in found]

    async def one_at_a_time(self, session: Session) -> None:
        """Of two transactions that make families, the one that commits later is run anew: each
        reads tickets that the other does not write, and together they could close a circle.
        """
        once_more = {"$inc": {"n": 1}}
        await self._guards.update({"_id": "families"}, once_more, upsert=True, session=session)

    async def keep(self, links: Iterable[TicketLink], session: Session) -> None:
        """Both sides of a new link."""
        await self.links.insert_many(links, session=session)

    async def drop(self, ids: Iterable[str], session: Session) -> None:
        """Both sides of one that goes."""
        await self.links.delete({"_id": {"$in": list(ids)}}, session=session)

    async def save(self, tickets: Iterable[Ticket], session: Session) -> None:
        """Parents and children as they are now."""
        await self._tickets.replace_many(tickets, session=session)
