"""Organisations and attributes over their commands and queries."""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import UNSET

from gateway.api import person_views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import organisations as o
from ticketing.people.directory import PeopleDirectory
from ticketing.people.model import Attribute
from ticketing.people.organisations import (
    AttributeCommands,
    OrganisationChange,
    OrganisationCommands,
)
from ticketing.people.reading import PeopleReading

NONE = "none"


class OrganisationsApi:
    """Thin."""

    def __init__(
        self,
        *,
        commands: OrganisationCommands,
        attributes: AttributeCommands,
        reading: PeopleReading,
        directory: PeopleDirectory,
        ring: Callable[[str], Awaitable[object]],
    ) -> None:
        self._ring = ring
        self._commands = commands
        self._attributes = attributes
        self._reading = reading
        self._directory = directory

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listOrganisations": self.list,
            "createOrganisation": self.create,
            "getOrganisation": self.get,
            "changeOrganisation": self.change,
            "removeOrganisation": self.remove,
            "listContactAttributes": self.attributes,
            "defineContactAttribute": self.define,
        }

    async def list(self, call: Call[None, o.OrganisationQuery]) -> Result:
        """Latest changed first."""
        asked = call.query
        page = await self._reading.organisations(
            call.viewer, asked.q, asked.cursor, asked.limit, call.now
        )
        items = [person_views.organisation(one) for one in page.items]
        return o.OrganisationPage(items=items, next_cursor=page.next_cursor)

    async def create(self, call: Call[o.NewOrganisation, None]) -> Result:
        """People of its domains join it."""
        wanted = call.body
        change = OrganisationChange(
            name=wanted.name,
            domains=tuple(wanted.domains),
            vip=wanted.vip,
            note=wanted.note,
            attributes=wanted.attributes,
        )
        made = await self._commands.create(call.viewer, change, call.key, call.now)
        await self._ring(made.id)
        return person_views.organisation(made)

    async def get(self, call: Call[None, None]) -> Result:
        """One that is there, or was."""
        found = await self._reading.organisation(call.viewer, call.params["id"])
        return person_views.organisation(found)

    async def change(self, call: Call[o.OrganisationChange, None]) -> Result:
        """409 when somebody else changed it since ``version``."""
        wanted = call.body
        change = OrganisationChange(
            name=wanted.name,
            domains=UNSET if wanted.domains is UNSET else tuple(wanted.domains),
            vip=wanted.vip,
            note=wanted.note,
            attributes=wanted.attributes,
            version=None if wanted.version is UNSET else wanted.version,
        )
        saved = await self._commands.change(call.viewer, call.params["id"], change, call.now)
        if wanted.domains is not UNSET:
            await self._ring(saved.id)
        return person_views.organisation(saved)

    async def remove(self, call: Call[None, o.OrganisationRemoval]) -> Result:
        """409 while people belong to it and nothing takes its place."""
        given = call.query.replace_with
        heir = None if given is UNSET else "" if given == NONE else given
        await self._commands.remove(call.viewer, call.params["id"], heir, call.now)
        return None

    async def attributes(self, _call: Call[None, None]) -> Result:
        """Of people, then of organisations."""
        contact = await self._directory.attributes("contact")
        organisation = await self._directory.attributes("organisation")
        found = (*contact.values(), *organisation.values())
        return o.AttributeList(items=[person_views.attribute(one) for one in found])

    async def define(self, call: Call[o.NewAttribute, None]) -> Result:
        """409 for another kind of a known key."""
        wanted = call.body
        attribute = Attribute(
            id=f"{wanted.owner}.{wanted.key}",
            owner=wanted.owner,
            key=wanted.key,
            name=wanted.name,
            kind=wanted.kind,
            options=tuple(wanted.options),
        )
        return person_views.attribute(
            await self._attributes.define(call.viewer, attribute, call.now)
        )
