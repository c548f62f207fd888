"""What stands around one ticket: in one command where the database joins reads."""

from collections.abc import Iterable, Sequence

import msgspec

from normalizer.model import AgentId, TicketId
from storage.joined import Lookup, read_joined
from ticketing.links.model import TicketLink
from ticketing.links.store import LinkStore
from ticketing.model import Contact, Conversation, ReadMark, Ticket, read_mark_id
from ticketing.reading.store import ReadingStore, first_begun


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """As it is stored: nobody's rights were asked yet.

    ``others`` are the tickets that it was merged into, follows, might belong to or is linked with.
    """

    contact: Contact | None
    conversations: list[Conversation]
    mark: ReadMark | None
    links: list[TicketLink]
    others: dict[TicketId, Ticket]
    follow_ups: list[Ticket]


class Surroundings:
    """Reads of one ticket."""

    def __init__(self, store: ReadingStore) -> None:
        self._store = store
        self._in = collections = store.collections
        self._links = LinkStore(collections)
        self._lookups = (
            Lookup(name="contacts", collection=collections.contacts, key="_id", by="contact"),
            Lookup(name="marks", collection=collections.reads, key="_id", by="mark"),
            Lookup(
                name="conversations", collection=collections.conversations, key="ticket_id", by="id"
            ),
            Lookup(name="links", collection=self._links.links, key="ticket_id", by="id"),
            Lookup(name="related", collection=collections.tickets, key="_id", by="relatives"),
            Lookup(name="linked", collection=collections.tickets, key="_id", by="links.other_id"),
        )

    async def of(self, agent_id: AgentId, ticket: Ticket) -> Around:
        """For this agent's mark."""
        # apart: its index is partial, which the small server does not use in a joined read
        follow_ups = await self._store.follow_ups(ticket.id)
        if await self._in.mongo.may_join_reads():
            return await self._joined(agent_id, ticket, follow_ups)
        links = await self._links.of(ticket.id)
        marks = await self._store.read_marks(agent_id, [ticket.id])
        wanted = (*relatives(ticket), *(one.other_id for one in links))
        return Around(
            contact=await self._store.contact(ticket.contact_id),
            conversations=await self._store.conversations(ticket.id),
            mark=next(iter(marks.values()), None),
            links=links,
            others=by_id((await self._store.tickets(wanted)).values()),
            follow_ups=follow_ups,
        )

    async def _joined(self, agent_id: AgentId, ticket: Ticket, follow_ups: list[Ticket]) -> Around:
        asked: dict[str, Sequence[str]] = {
            "id": [ticket.id],
            "contact": [ticket.contact_id],
            "mark": [read_mark_id(agent_id, ticket.id)],
            "relatives": relatives(ticket),
        }
        found = await read_joined(self._in.mongo, None, asked, self._lookups)
        stored, links = self._in, self._links.links
        others = map(stored.tickets.decode, (*found["related"], *found["linked"]))
        return Around(
            contact=next(map(stored.contacts.decode, found["contacts"]), None),
            conversations=first_begun(map(stored.conversations.decode, found["conversations"])),
            mark=next(map(stored.reads.decode, found["marks"]), None),
            links=sorted(map(links.decode, found["links"]), key=lambda one: (one.at, one.id)),
            others=by_id(others),
            follow_ups=follow_ups,
        )


def relatives(ticket: Ticket) -> list[TicketId]:
    """The tickets that it names itself."""
    named = (ticket.merged_into, ticket.follow_up_of, ticket.suggested_ticket_id)
    return [one for one in named if one]


def by_id(tickets: Iterable[Ticket]) -> dict[TicketId, Ticket]:
    """Each once."""
    return {one.id: one for one in tickets}
