"""What of a visible ticket a viewer may read and change, field by field; pure.

Whatever leaves the house about a ticket passes ``shown``, and whatever leaves about its history
``told``. Who is asked about one field's value (search, views, sorting) asks ``readable``.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from storage.events import Change, Event
from ticketing.errors import Forbidden, Invalid
from ticketing.facts import AUDIENCE, RATED, WOKE
from ticketing.model import FieldValue, Ticket
from ticketing.permissions import Viewer, allowed
from ticketing.roles.model import FieldRule

CUSTOM = "fields."
DOTS = "••••"
KEPT = 2
LONG_ENOUGH = 6  # of a shorter value two characters would tell too much
# Built-in fields that a rule may hide, and what stands in their place. The words of the customer
# (subject, messages, addresses) are not among them: who may not read those, may not see the ticket.
BLANK: Mapping[str, object] = {
    "tags": (),
    "assignee_id": "",
    "category_id": "",
    "impact": None,
    "urgency": None,
    "team_id": "",
    "organisation_id": "",
    "followers": (),
    "checklist": (),
    "snoozed_until": None,
    "parent_id": None,
    "asset_ids": (),
}
# What events say of fields under other names: marks, and links of the family.
MARKED: Mapping[str, str] = {
    AUDIENCE: "followers",
    WOKE: "snoozed_until",
    "parent": "parent_id",
    "child": "parent_id",
    RATED: "priority",
}
CHANGEABLE = frozenset({*BLANK, "subject", "status", "priority", "type_id", "private"})
ALSO: Mapping[str, str] = {"state": "status"}  # a state is a status, said more precisely


def rule_of(viewer: Viewer, field: str) -> FieldRule | None:
    """None: read and written as everybody does."""
    return viewer.field_rules.get(field)


def readable(viewer: Viewer, field: str) -> bool:
    """Whether the viewer may learn the field's value, or anything that follows from it."""
    return rule_of(viewer, field) not in {"hidden", "masked"}


def masked(value: FieldValue) -> FieldValue:
    """The last two characters of a long value; its length is not told."""
    if isinstance(value, tuple):
        return tuple(_dotted(one) for one in value)
    return DOTS if isinstance(value, bool) else _dotted(str(value))


def _dotted(text: str) -> str:
    return DOTS + (text[-KEPT:] if len(text) >= LONG_ENOUGH else "")


def shown(viewer: Viewer, ticket: Ticket) -> Ticket:
    """The ticket without what is hidden from the viewer; the same one when nothing is."""
    if not viewer.field_rules:
        return ticket
    blanks = {name: BLANK[name] for name in BLANK if not readable(viewer, name)}
    fields = shown_fields(viewer, ticket.fields)
    return replace(ticket, fields=fields, **blanks)


def shown_fields(
    viewer: Viewer, fields: Mapping[str, FieldValue], prefix: str = CUSTOM
) -> dict[str, FieldValue]:
    """Custom values by id: hidden ones are absent, masked ones dotted."""
    return {
        id: masked(value) if rule == "masked" else value
        for id, value in fields.items()
        if (rule := rule_of(viewer, prefix + id)) != "hidden"
    }


def told(viewer: Viewer, event: Event) -> Event | None:
    """The event as the viewer may read it; None when all it tells of is hidden (a message never
    is, by rules for fields).
    """
    if not viewer.field_rules or not event.changes:
        return event
    changes = told_changes(viewer, event.changes)
    return replace(event, changes=changes) if changes or event.message_id else None


def tellable(viewer: Viewer, field: str) -> bool:
    """Whether the viewer may ask when a field of the history changed."""
    return readable(viewer, MARKED.get(field, field))


def told_changes(viewer: Viewer, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Without hidden fields, masked ones dotted; marks for consumers go with their field."""
    rules = ((one, rule_of(viewer, MARKED.get(one.field, one.field))) for one in changes)
    return tuple(
        _dotted_change(one) if rule == "masked" else one for one, rule in rules if rule != "hidden"
    )


def _dotted_change(change: Change) -> Change:
    return replace(
        change,
        before=None if change.before is None else _dotted(change.before),
        after=None if change.after is None else _dotted(change.after),
    )


def check_change(
    viewer: Viewer, before: Ticket, after: Ticket, asked: Iterable[str] | None = None
) -> None:
    """Raises Invalid for a changed field that does not exist for the viewer, Forbidden for one
    that they may only read. ``asked`` None: every change was wished for; else the others follow
    from those and are nobody's wish.
    """
    if not viewer.field_rules:
        return
    for field in viewer.field_rules if asked is None else asked:
        if _value(before, field) != _value(after, field):
            _check_field(viewer, field)


def check_asked(viewer: Viewer, asked: Iterable[str]) -> None:
    """As ``check_change``, also where the value is the one that stands: an answer that depended on
    it would let hidden values be guessed.
    """
    for field in asked:
        _check_field(viewer, field)


def _check_field(viewer: Viewer, field: str) -> None:
    rule = rule_of(viewer, field)
    if rule == "hidden":
        raise Invalid(field, "there is no such field")
    if rule is not None:
        raise Forbidden(f"change {field}")


# Of a change, and no fields of a ticket.
HOW = frozenset({"fields", "files", "version", "force", "why"})


def asked_for(change: msgspec.Struct) -> list[str]:
    """The names of the fields that a change sets, as rules name them."""
    names = [name for name in change.__struct_fields__ if getattr(change, name) is not UNSET]
    custom = [CUSTOM + id for id in (getattr(change, "fields", {}) if "fields" in names else ())]
    built_in = [ALSO.get(name, name) for name in names if name not in HOW]
    return [*built_in, *custom]


def _value(ticket: Ticket, field: str) -> object:
    if field.startswith(CUSTOM):
        return ticket.fields.get(field.removeprefix(CUSTOM))
    return getattr(ticket, field, None)


def revealed(viewer: Viewer, ticket: Ticket, field: str) -> FieldValue:
    """The value behind the dots. Raises Invalid for what does not exist for the viewer, Forbidden
    where the role may not look behind them.
    """
    value = ticket.fields.get(field.removeprefix(CUSTOM))
    if rule_of(viewer, field) == "hidden" or not field.startswith(CUSTOM) or value is None:
        raise Invalid("field", "this ticket has no such field")
    if not readable(viewer, field) and not allowed(viewer, "fields.reveal"):
        raise Forbidden("fields.reveal")
    return value
