"""The queries of people: contacts, organisations, notes, attributes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from normalizer.model import ContactId
from storage.collection import Collection, portions
from storage.mongo import Session
from ticketing.model import Contact, Conversation, Ticket
from ticketing.people.model import Adoption, Attribute, ContactNote, Organisation, OrganisationId
from ticketing.reading.windows import Cursor
from ticketing.store import Collections

MAX_TIES = 1_000
MAX_ATTRIBUTES = 200
MAX_OF_DOMAIN = 2_000


class PeopleStore:
    """Every method is one bounded query, or a few of a chunk of ids each."""

    def __init__(self, collections: Collections) -> None:
        mongo = collections.mongo
        self.contacts = collections.contacts
        self.tickets = collections.tickets
        self.conversations = collections.conversations
        self.notes: Collection[ContactNote] = mongo.collection("contact_notes", ContactNote)
        self.organisations: Collection[Organisation] = mongo.collection(
            "organisations", Organisation
        )
        self.adoptions: Collection[Adoption] = mongo.collection("organisation_adoptions", Adoption)
        self.attributes: Collection[Attribute] = mongo.collection("contact_attributes", Attribute)

    async def by_point(self, key: str, session: Session | None = None) -> Contact | None:
        """Whose address this is."""
        return await self.contacts.find_one({"point_keys": key}, session=session)

    async def by_points(
        self, keys: Sequence[str], session: Session | None = None
    ) -> dict[str, Contact]:
        """Whose addresses these are, by address."""
        found: dict[str, Contact] = {}
        for some in portions(keys):
            where = {"point_keys": {"$in": list(some)}}
            for contact in await self.contacts.find(where, limit=len(some), session=session):
                found.update(dict.fromkeys(contact.point_keys, contact))
        return found

    async def contact_slice(
        self, where: Mapping[str, Any], since: datetime, until: datetime, limit: int
    ) -> list[Contact]:
        """Changed within [since, until), newest first."""
        window = {**where, "updated_at": {"$gte": since, "$lt": until}}
        order = [("updated_at", -1), ("_id", -1)]
        return await self.contacts.find(window, sort=order, limit=limit)

    async def contact_ties(self, where: Mapping[str, Any], cursor: Cursor) -> list[Contact]:
        """Those of the cursor's very moment that its page did not show."""
        end = cursor.moment + timedelta(milliseconds=1)
        found = await self.contact_slice(where, cursor.moment, end, MAX_TIES)
        return [one for one in found if one.id < cursor.id]

    async def like(self, beginning: str, limit: int) -> list[Contact]:
        """People with a word of this beginning in their name or addresses."""
        where = {"tokens": {"$gte": beginning, "$lt": beginning + "\U0010ffff"}}
        return await self.contacts.find(where, limit=limit)

    async def everybody(self, at_once: int) -> AsyncIterator[list[Contact]]:
        """All contacts in the order of ids, some at a time."""
        last = ""
        while True:
            where = {"_id": {"$gt": last}}
            found = await self.contacts.find(where, sort=[("_id", 1)], limit=at_once)
            if not found:
                return
            yield found
            last = found[-1].id

    async def tickets_of(
        self, ids: Sequence[ContactId], limit: int, session: Session | None = None
    ) -> list[Ticket]:
        """Tickets of these contacts, at most ``limit`` of each portion."""
        found: list[Ticket] = []
        for some in portions(ids):
            where = {"contact_id": {"$in": list(some)}}
            found += await self.tickets.find(where, limit=limit, session=session)
        return found

    async def has_ticket(
        self, id: ContactId, where: Mapping[str, Any], session: Session | None = None
    ) -> bool:
        """Whether a contact has a ticket that is so."""
        wanted = {"contact_id": id, **where}
        return await self.tickets.find_one(wanted, session=session) is not None

    async def conversations_of(
        self, id: ContactId, limit: int, session: Session | None = None
    ) -> list[Conversation]:
        """A contact's conversations."""
        return await self.conversations.find({"contact_id": id}, limit=limit, session=session)

    async def show_as(self, contact: Contact, session: Session) -> None:
        """Its open tickets name the person, and the organisation, as the contact now does."""
        await show_as(self.tickets, contact, session)

    async def notes_of(
        self, id: ContactId, before: datetime | None, limit: int
    ) -> list[ContactNote]:
        """Newest first."""
        earlier = {} if before is None else {"at": {"$lt": before}}
        order = [("at", -1), ("_id", -1)]
        return await self.notes.find({"contact_id": id, **earlier}, sort=order, limit=limit)

    async def organisation_of(
        self, domain: str, session: Session | None = None
    ) -> Organisation | None:
        """Whose mail domain this is."""
        return await self.organisations.find_one({"domains": domain}, session=session)

    async def organisations_named(self, ids: Sequence[str]) -> dict[str, Organisation]:
        """By id."""
        return await self.organisations.by_ids(filter(None, ids))

    async def organisation_slice(
        self, since: datetime, until: datetime, limit: int
    ) -> list[Organisation]:
        """Changed within [since, until), newest first."""
        where = {"updated_at": {"$gte": since, "$lt": until}}
        return await self.organisations.find(
            where, sort=[("updated_at", -1), ("_id", -1)], limit=limit
        )

    async def rename_organisation(
        self, old: OrganisationId, new: str, now: datetime, session: Session
    ) -> int:
        """Its people belong to the new one, or to none; how many."""
        change = {"$set": {"organisation_id": new, "updated_at": now}, "$inc": {"version": 1}}
        return await self.contacts.update_many({"organisation_id": old}, change, session=session)

    async def has_people(self, id: OrganisationId, session: Session) -> bool:
        """Whether anybody belongs to it."""
        return await self.contacts.find_one({"organisation_id": id}, session=session) is not None

    async def all_attributes(self) -> list[Attribute]:
        """Every definition."""
        return await self.attributes.find({}, limit=MAX_ATTRIBUTES)


async def show_as(tickets: Collection[Ticket], contact: Contact, session: Session) -> None:
    """As ``PeopleStore.show_as``."""
    shown = {"contact_name": contact.name, "organisation_id": contact.organisation_id}
    if not contact.organisation_id:
        del shown["organisation_id"]
    gone = {} if contact.organisation_id else {"$unset": {"organisation_id": 1}}
    where = {"contact_id": contact.id, "open": True}
    await tickets.update_many(where, {"$set": shown, **gone}, session=session)
