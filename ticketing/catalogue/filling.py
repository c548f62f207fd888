"""What a ticket holds by its type's forms: type, custom fields, category, priority; pure."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from ticketing.catalogue.conditions import Facts, Shown, is_set, missing, shape
from ticketing.catalogue.model import Catalogue, Field
from ticketing.catalogue.moving import entered, first_of, required_by_move, state_of
from ticketing.catalogue.values import checked
from ticketing.errors import Invalid
from ticketing.model import FieldValue, Level, Priority, Ticket

MAX_FIELDS = 300


def facts_of(ticket: Ticket, catalogue: Catalogue) -> Facts:
    """What conditions ask: custom fields, the ticket's own, and its circumstances."""
    own: dict[str, FieldValue | None] = {
        "assignee_id": ticket.assignee_id,
        "team_id": ticket.team_id,
        "category_id": category_of(ticket, catalogue),
        "organisation_id": ticket.organisation_id,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "tags": ticket.tags,
        "asset_ids": ticket.asset_ids,
        "type": catalogue.type_of(ticket.type_id).id,
        "state": state_of(ticket, catalogue).id,
        "status": ticket.status,
        "priority": ticket.priority,
        "channel": ticket.channel,
    }
    held = {name: value for name, value in own.items() if value is not None}
    return ticket.fields | held


def form_of(ticket: Ticket, catalogue: Catalogue) -> tuple[Shown, ...]:
    """The fields that the ticket's form shows now."""
    form = catalogue.form(catalogue.type_of(ticket.type_id).form_id)
    return shape(form, facts_of(ticket, catalogue)) if form else ()


def category_of(ticket: Ticket, catalogue: Catalogue) -> str:
    """The category that stands now where the ticket's own did; "" for none."""
    found = catalogue.category(ticket.category_id) if ticket.category_id else None
    return found.id if found else ""


def with_type(ticket: Ticket, id: str, catalogue: Catalogue, now: datetime) -> Ticket:
    """Of another type: in the first state of its category, values kept. Raises Invalid."""
    kind = catalogue.type_of(id)
    if kind.id != id or kind.retired:
        raise Invalid("type_id", f"there is no type {id!r}")
    if catalogue.type_of(ticket.type_id).id == kind.id:
        return ticket
    moved = replace(ticket, type_id=kind.id, state="")
    placed = entered(moved, first_of(kind, ticket.status), ticket.status_at or now)
    return with_defaults(placed, catalogue)


def of_default_type(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """A new ticket of which nobody says what it is."""
    kind = catalogue.default_type
    return with_defaults(replace(ticket, type_id=kind.id), catalogue) if kind.id else ticket


def with_defaults(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """Where the type's form has fields with a default that hold nothing yet."""
    form = catalogue.form(catalogue.type_of(ticket.type_id).form_id)
    fields = [catalogue.field(item.field) for item in form.fields] if form else []
    values = {
        field.id: field.default
        for field in fields
        if field and field.default is not None and field.id not in ticket.fields
    }
    return replace(ticket, fields=ticket.fields | values) if values else ticket


def with_fields(
    ticket: Ticket, values: Mapping[str, FieldValue | None], catalogue: Catalogue
) -> Ticket:
    """Values by field, None empties. Raises Invalid."""
    held = ticket.fields
    after = dict(held)
    for id, value in values.items():
        field = _known(id, catalogue)
        if value is None or (isinstance(value, str | tuple) and not value):
            after.pop(field.id, None)
        elif value != held.get(field.id):
            if field.retired:
                raise Invalid(f"fields.{id}", "the field is retired")
            after[field.id] = checked(field, value, held.get(field.id))
    if len(after) > MAX_FIELDS:
        raise Invalid("fields", f"at most {MAX_FIELDS}")
    return ticket if after == held else replace(ticket, fields=after)


def with_category(ticket: Ticket, id: str, catalogue: Catalogue) -> Ticket:
    """ "" takes it away. Raises Invalid."""
    if id == ticket.category_id:
        return ticket
    found = catalogue.category(id) if id else None
    if id and (found is None or found.id != id):
        raise Invalid("category_id", f"there is no category {id!r}")
    if found is not None and found.retired:
        raise Invalid("category_id", f"the category {id!r} is retired")
    return replace(ticket, category_id=id)


def rated(impact: Level | None, urgency: Level | None, catalogue: Catalogue) -> Priority | None:
    """The priority of the pair by the site's matrix; None while one of them is not known."""
    for rating in catalogue.priorities.ratings:
        if (rating.impact, rating.urgency) == (impact, urgency):
            return rating.priority
    return None


def check_required(before: Ticket, after: Ticket, catalogue: Catalogue) -> None:
    """Raises Invalid with the first field that is missing for the way that the ticket goes: those
    that the move asks for, and the form's where the ticket ends.
    """
    if before.status == after.status and before.state == after.state:
        return
    facts = facts_of(after, catalogue)
    asked = required_by_move(before, after, catalogue) if before.type_id == after.type_id else ()
    wanted = [one for one in asked if not is_set(facts, one)]
    form = catalogue.form(catalogue.type_of(after.type_id).form_id)
    if form is not None and before.open and not after.open:
        wanted += missing(form, facts)
    if wanted:
        places = [place_of(one, catalogue) for one in dict.fromkeys(wanted)]
        target = state_of(after, catalogue).id
        raise Invalid(places[0], f"required to make the ticket {target}: {', '.join(places)}")


def place_of(field: str, catalogue: Catalogue) -> str:
    """How a request names it."""
    return f"fields.{field}" if catalogue.field(field) else field


def _known(id: str, catalogue: Catalogue) -> Field:
    field = catalogue.field(id)
    if field is None:
        raise Invalid(f"fields.{id}", "there is no such field")
    return field
