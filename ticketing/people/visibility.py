"""Whether a person exists for a viewer: the same for lists, records, timelines and lists out."""

from collections.abc import Sequence

from normalizer.model import ContactId
from storage.mongo import Session
from ticketing.errors import NotFound
from ticketing.model import Contact, Ticket
from ticketing.people.store import PeopleStore
from ticketing.permissions import Viewer, allowed, sees, sees_everybody

MOST_TICKETS = 400  # looked at to find one that the viewer sees


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
        found = await self._store.tickets_of(ids, MOST_TICKETS, session)
        visible = seen_people(viewer, found)
        busy = {ticket.contact_id for ticket in found}
        return [one for one in contacts if one.id in visible or one.id not in busy]


def seen_people(viewer: Viewer, tickets: Sequence[Ticket]) -> frozenset[ContactId]:
    """Whose tickets the viewer sees any of."""
    return frozenset(ticket.contact_id for ticket in tickets if sees(viewer, ticket))
