"""What a ticket is that we begin: of a type, by a template, with what was said besides; pure."""

from datetime import datetime

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from storage.ids import derived_id
from ticketing.amendments import TicketChange, amended
from ticketing.catalogue.filling import of_default_type
from ticketing.catalogue.model import Catalogue, TicketTemplate
from ticketing.errors import Invalid
from ticketing.model import CheckItem, Ticket


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """``change`` is laid over the template's."""

    template_id: str = ""
    change: TicketChange = TicketChange()


def template_of(id: str, catalogue: Catalogue) -> TicketTemplate | None:
    """None where none is asked for. Raises Invalid."""
    found = catalogue.template(id) if id else None
    if id and found is None:
        raise Invalid("template_id", f"there is no template {id!r}")
    return found


def begun(ticket: Ticket, beginning: Beginning, catalogue: Catalogue, now: datetime) -> Ticket:
    """The new ticket as it is stored first. Raises Invalid."""
    template, wanted = template_of(beginning.template_id, catalogue), beginning.change
    named = wanted.type_id is not UNSET or bool(template and template.type_id)
    made = ticket if named else of_default_type(ticket, catalogue)
    if template is not None:
        made = amended(made, _change(template), now, catalogue)
        made = replace(made, checklist=_checklist(template, ticket))
    made = amended(made, replace(wanted, version=None), now, catalogue)
    return replace(made, version=ticket.version)


def _change(template: TicketTemplate) -> TicketChange:
    return TicketChange(
        type_id=template.type_id or UNSET,
        category_id=template.category_id or UNSET,
        priority=template.priority or UNSET,
        fields=template.fields or UNSET,
        tags=template.tags or UNSET,
    )


def _checklist(template: TicketTemplate, ticket: Ticket) -> tuple[CheckItem, ...]:
    return tuple(
        CheckItem(id=derived_id("step", ticket.id, str(place)), text=text)
        for place, text in enumerate(template.checklist)
    )
