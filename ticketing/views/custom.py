"""What the catalogue and the teams decide about conditions."""

from collections.abc import Mapping

import msgspec

from ticketing.catalogue.model import Catalogue, Field, FieldKind, Kind, TicketType, kind_of
from ticketing.catalogue.moving import state_of
from ticketing.catalogue.reading import Catalogues
from ticketing.model import Ticket
from ticketing.roles.current import CurrentAccess
from ticketing.roles.model import Access
from ticketing.views import fields
from ticketing.views.meaning import Site
from ticketing.views.saved import KnownSite

KINDS: Mapping[FieldKind, fields.Kind] = {
    "text": "text",
    "number": "number",
    "choice": "choice",
    "multi": "choice",
    "cascade": "choice",
    "date": "date",
    "boolean": "boolean",
    "user": "agent",
    "contact": "choice",
    "asset": "choice",
    "file": "choice",
}


def known_site(catalogues: Catalogues, access: CurrentAccess) -> KnownSite:
    """Asks what is in memory; made anew when one of them was read anew."""
    known: list[tuple[Catalogue, Access, Site]] = []

    async def site() -> Site:
        catalogue, present = await catalogues.current(), await access.now()
        if not known or known[0][0] is not catalogue or known[0][1] is not present:
            known[:] = [(catalogue, present, site_of(catalogue, present))]
        return known[0][2]

    return site


def site_of(catalogue: Catalogue, access: Access) -> Site:
    """Pure."""

    def heirs(kind: Kind) -> dict[str, str]:
        gone = [one for one in catalogue.entries.values() if one.replaced_by]
        ids = [one.content.id for one in gone if kind_of(one.content) == kind]
        return {id: found.content.id for id in ids if (found := catalogue.entry(kind, id))}

    def state_of_ticket(ticket: Ticket) -> str:
        return state_of(ticket, catalogue).id

    types = sorted(catalogue.contents(TicketType), key=lambda one: one.id)
    return Site(
        custom={field.id: KINDS[field.kind] for field in catalogue.contents(Field)},
        heirs={
            "type": heirs("type"),
            "category": heirs("category"),
            "team": {
                id: found.id
                for id, team in access.teams.items()
                if team.replaced_by and (found := access.team(id))
            },
            "organisation": {
                id: access.organisation(id)
                for id in access.configured.organisations
                if access.organisation(id) != id
            },
        },
        fields=heirs("field"),
        state_of=state_of_ticket,
        states=msgspec.json.encode(
            (heirs("type"), [(one.id, one.states, one.former) for one in types]),
            order="deterministic",
        ).decode(),
    )
