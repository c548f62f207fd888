"""A link stands once on each side, so that one read gives all of a ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from normalizer.model import AgentId, TicketId
from storage.ids import derived_id
from ticketing.model import Ticket

LinkKind = Literal[
    "related", "duplicate_of", "duplicated_by", "caused_by", "causes", "parent", "child"
]
OPPOSITE: Mapping[LinkKind, LinkKind] = {
    "related": "related",
    "duplicate_of": "duplicated_by",
    "duplicated_by": "duplicate_of",
    "caused_by": "causes",
    "causes": "caused_by",
    "parent": "child",
    "child": "parent",
}
MAX_LINKS = 200  # of one ticket
MAX_DEPTH = 5  # of parents above each other, the lowest child included


class TicketLink(msgspec.Struct, frozen=True, kw_only=True):
    """What ``other`` is to ``ticket``: its "parent", what it is a "duplicate_of" ..."""

    id: str = msgspec.field(name="_id")
    v: int = 1
    ticket_id: TicketId
    kind: LinkKind
    other_id: TicketId
    by: AgentId
    at: datetime


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A link with the ticket on its other side."""

    link: TicketLink
    other: Ticket


def link_id(ticket_id: TicketId, kind: LinkKind, other_id: TicketId) -> str:
    """The same link twice is one."""
    return derived_id("link", ticket_id, kind, other_id)


def both_ways(
    ticket_id: TicketId, kind: LinkKind, other_id: TicketId, by: AgentId, at: datetime
) -> tuple[TicketLink, TicketLink]:
    """The link as each side sees it."""
    back = OPPOSITE[kind]
    return (
        TicketLink(
            id=link_id(ticket_id, kind, other_id),
            ticket_id=ticket_id,
            kind=kind,
            other_id=other_id,
            by=by,
            at=at,
        ),
        TicketLink(
            id=link_id(other_id, back, ticket_id),
            ticket_id=other_id,
            kind=back,
            other_id=ticket_id,
            by=by,
            at=at,
        ),
    )
