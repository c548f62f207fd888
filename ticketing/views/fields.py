"""The catalogue: every field that a condition may be about, its kind, and how it is read. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from ticketing.model import Contact, FieldValue, Ticket

Kind = Literal["choice", "agent", "number", "date", "boolean", "text"]
Held = tuple[str, ...] | float | datetime | bool | str | None
CUSTOM = "fields."  # as redaction names them


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What conditions look at; ``contact`` is there when a field of a person is asked for.
    ``state``: in which of its type's a ticket is that names none, or one that is gone.
    """

    ticket: Ticket
    contact: Contact | None = None
    state: str = ""


StateOf = Callable[[Ticket], str]


def facts_of(ticket: Ticket, contact: Contact | None, state_of: StateOf | None) -> Facts:
    """With the state that the ticket's type says; the ticket's own where nobody knows its type."""
    return Facts(ticket=ticket, contact=contact, state=state_of(ticket) if state_of else "")


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """``read`` gives None, or an empty tuple or text, where the field is not set. ``record`` is the
    field of the ticket's record that rules of roles speak of.
    """

    name: str
    kind: Kind
    record: str
    read: Callable[[Facts], Held]
    of_contact: bool = False


def _one(name: str) -> Callable[[Facts], Held]:
    def read(facts: Facts) -> Held:
        value = getattr(facts.ticket, name)
        return (value,) if value else ()

    return read


def _plain(name: str) -> Callable[[Facts], Held]:
    def read(facts: Facts) -> Held:
        held: Held = getattr(facts.ticket, name)
        return held

    return read


def _contact(name: str) -> Callable[[Facts], Held]:
    def read(facts: Facts) -> Held:
        value = getattr(facts.contact, name, None)
        return (str(value),) if value else ()

    return read


def _inboxes(facts: Facts) -> Held:
    return tuple(dict.fromkeys((facts.ticket.inbox_id, *facts.ticket.inbox_ids)))


def _channels(facts: Facts) -> Held:
    return tuple(dict.fromkeys((facts.ticket.channel, *facts.ticket.channels)))


def _state(facts: Facts) -> Held:
    state = facts.state or facts.ticket.state
    return (state,) if state else ()


def _undone(facts: Facts) -> Held:
    return sum(1 for item in facts.ticket.checklist if not item.done_by)


def _fields() -> tuple[Field, ...]:
    choices = {
        "status": "status",
        "type": "type_id",
        "priority": "priority",
        "team": "team_id",
        "organisation": "organisation_id",
        "category": "category_id",
        "impact": "impact",
        "urgency": "urgency",
        "contact": "contact_id",
        "parent": "parent_id",
        "trouble": "delivery_trouble",
    }
    dates = {
        "created": "created_at",
        "updated": "updated_at",
        "activity": "activity_at",
        "customer_wrote": "last_in_at",
        "we_wrote": "last_out_at",
        "waiting_since": "waiting_since",
        "solved": "solved_at",
        "snoozed_until": "snoozed_until",
        "status_since": "status_at",
    }
    numbers = {"number": "number", "messages": "message_count", "customer_messages": "in_count"}
    people = {"follower": "followers", "mentioned": "mentioned"}
    simple: tuple[tuple[Kind, dict[str, str], Callable[[str], Callable[[Facts], Held]]], ...] = (
        ("choice", choices, _one),
        ("date", dates, _plain),
        ("number", numbers, _plain),
        ("agent", people, _plain),
        ("agent", {"assignee": "assignee_id"}, _one),
        ("choice", {"tag": "tags", "asset": "asset_ids"}, _plain),
        ("boolean", {"private": "private"}, _plain),
        ("text", {"subject": "subject", "customer": "contact_name"}, _plain),
    )
    contacts = {"language": "language", "vip": "vip", "time_zone": "time_zone"}
    return (
        *(
            Field(name=name, kind=kind, record=at, read=reader(at))
            for kind, names, reader in simple
            for name, at in names.items()
        ),
        Field(name="state", kind="choice", record="state", read=_state),
        Field(name="inbox", kind="choice", record="inbox_id", read=_inboxes),
        Field(name="channel", kind="choice", record="channel", read=_channels),
        Field(name="undone", kind="number", record="checklist", read=_undone),
        *(
            Field(name=name, kind="choice", record="contact_id", read=_contact(at), of_contact=True)
            for name, at in contacts.items()
        ),
    )


BUILT_IN: Mapping[str, Field] = {field.name: field for field in _fields()}
Custom = Mapping[str, Kind]  # the site's own fields by id


def field_of(name: str, custom: Custom) -> Field | None:
    """None: there is no such field, or it is gone."""
    if not name.startswith(CUSTOM):
        return BUILT_IN.get(name)
    id = name.removeprefix(CUSTOM)
    kind = custom.get(id)
    return Field(name=name, kind=kind, record=name, read=_own(id, kind)) if kind else None


def _own(id: str, kind: Kind) -> Callable[[Facts], Held]:
    cast = _CASTS[kind]

    def read(facts: Facts) -> Held:
        value = facts.ticket.fields.get(id)
        return None if value is None else cast(value)

    return read


def _as_choices(value: FieldValue) -> Held:
    return value if isinstance(value, tuple) else (str(value),)


def _as_number(value: FieldValue) -> Held:
    return float(value) if isinstance(value, int | float) else None


def _as_moment(value: FieldValue) -> Held:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_CASTS: Mapping[Kind, Callable[[FieldValue], Held]] = {
    "choice": _as_choices,
    "agent": _as_choices,
    "number": _as_number,
    "date": _as_moment,
    "boolean": bool,
    "text": str,
}
