"""Whether a person exists for a viewer: the same for lists, records, timelines and lists out."""

from collections.abc import Sequence

from normalizer.model import ContactId
from storage.collection import portions
from storage.mongo import Session
from ticketing.errors import NotFound
from ticketing.model import Contact, Ticket
from ticketing.people.store import PeopleStore
from ticketing.permissions import Viewer, allowed, sees, sees_everybody, visible_where

MOST_TICKETS = 400  # of a portion of people, looked at to find some that the viewer sees


class Visible:
    """A person is seen through any ticket of theirs that is seen; one without tickets by all."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store

    async def contact(self, viewer: Viewer, id: str, session: Session | None = None) -> Contact:
        """NotFound also when they are hidden."""
        found = await self._store.contacts.get(id, session)
        if found is None or not await self.sees(viewer, found, session):
            raise NotFound("contact", id)
        return found

    async def sees(self, viewer: Viewer, contact: Contact, session: Session | None = None) -> bool:
        """Whether this one exists for the viewer."""
        return bool(await self.among(viewer, [contact], session))

    async def among(
        self, viewer: Viewer, contacts: Sequence[Contact], session: Session | None = None
    ) -> list[Contact]:
        """Those that exist for the viewer, in their order."""
        if not allowed(viewer, "read"):
            return []
        if sees_everybody(viewer) or not contacts:
            return list(contacts)
        ids = [one.id for one in contacts]
        hidden: set[ContactId] = set()
        for some in portions(ids):
            hidden |= await self._hidden(viewer, some, session)
        return [one for one in contacts if one.id not in hidden]

    async def _hidden(
        self, viewer: Viewer, ids: Sequence[ContactId], session: Session | None
    ) -> set[ContactId]:
        """Who of a portion has tickets, and none that the viewer sees."""
        found = await self._store.tickets_of(ids, MOST_TICKETS, session)
        visible = seen_people(viewer, found)
        if len(found) < MOST_TICKETS:
            return {ticket.contact_id for ticket in found} - visible
        # others may have been cut off: whoever is not seen yet is asked for alone
        rest = [id for id in dict.fromkeys(ids) if id not in visible]
        return {id for id in rest if await self._is_hidden(viewer, id, session)}

    async def _is_hidden(self, viewer: Viewer, id: ContactId, session: Session | None) -> bool:
        if not await self._store.has_ticket(id, {}, session):
            return False
        return not await self._store.has_ticket(id, visible_where(viewer), session)


def seen_people(viewer: Viewer, tickets: Sequence[Ticket]) -> frozenset[ContactId]:
    """Whose tickets the viewer sees any of."""
    return frozenset(ticket.contact_id for ticket in tickets if sees(viewer, ticket))
