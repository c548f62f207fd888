"""Links between tickets."""

from gateway.api.answer import Answer
from gateway.api.fields import Id, LinkKind
from gateway.api.requests import Request
from gateway.api.schemas.tickets import TicketLink


class NewLink(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``kind``: what the target is to this ticket (its "parent", what it is a "duplicate_of")."""

    kind: LinkKind
    target_id: Id


class TicketLinks(Answer, frozen=True, kw_only=True):
    """The oldest first; those to tickets that one may not see are left out."""

    items: list[TicketLink]
