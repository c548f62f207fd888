"""A ticket that gathers conversations of hidden inboxes, as it looks without them.

What a record tells of its newest or first message may come from a conversation that the viewer
must not know of: it is told anew from what is visible. Such tickets are rare; each costs two small
reads.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from connectors.contract import InboxId
from normalizer.model import ContactId
from ticketing.ingest.tickets import snippet_of
from ticketing.model import Contact, Conversation, Ticket
from ticketing.permissions import Viewer
from ticketing.reading.store import ReadingStore
from ticketing.redaction import shown


class PartialTickets:
    """Replaces what hidden inboxes said in tickets that the viewer sees in part."""

    def __init__(self, store: ReadingStore) -> None:
        self._store = store

    async def shown(self, viewer: Viewer, tickets: Sequence[Ticket]) -> list[Ticket]:
        """The same tickets in the same order, without what is hidden from the viewer."""
        return [shown(viewer, one) for one in await self._visible_parts(viewer, tickets)]

    async def _visible_parts(self, viewer: Viewer, tickets: Sequence[Ticket]) -> list[Ticket]:
        visible = viewer.inbox_ids
        if visible is None or all(visible.issuperset(inboxes_of(one)) for one in tickets):
            return list(tickets)
        return [
            one if visible.issuperset(inboxes_of(one)) else await self._told_anew(one, visible)
            for one in tickets
        ]

    async def _told_anew(self, ticket: Ticket, visible: frozenset[InboxId]) -> Ticket:
        conversations = [
            item for item in await self._store.conversations(ticket.id) if item.inbox_id in visible
        ]
        first, last = await self._store.ends(ticket.id, sorted(visible))
        inboxes = tuple(one for one in inboxes_of(ticket) if one in visible)
        subjects = [item.subject.strip() for item in conversations if item.subject.strip()]
        retold = replace(
            ticket,
            subject=subjects[0] if subjects else snippet_of(first) if first else "",
            snippet=snippet_of(last) if last else "",
            inbox_id=last.inbox_id if last else inboxes[0],
            inbox_ids=inboxes,
            channel=last.channel if last else "",
            channels=tuple(dict.fromkeys(item.channel for item in conversations)),
        )
        return replace(retold, **await self._person(ticket, conversations))

    async def _person(
        self, ticket: Ticket, conversations: Sequence[Conversation]
    ) -> dict[str, str]:
        """The first visible conversation's, where the ticket's own is nobody in any of them."""
        people: list[ContactId] = [item.contact_id for item in conversations]
        if not people or ticket.contact_id in people:
            return {}
        found: Contact | None = await self._store.contact(people[0])
        return {"contact_id": people[0], "contact_name": found.name if found else ""}


def inboxes_of(ticket: Ticket) -> tuple[InboxId, ...]:
    """Its own and those that it gathers conversations from."""
    return tuple(dict.fromkeys((ticket.inbox_id, *ticket.inbox_ids)))
