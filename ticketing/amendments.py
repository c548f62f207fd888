"""What an agent may change of a ticket, field by field; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.catalogue.filling import (
    check_required,
    rated,
    with_category,
    with_fields,
    with_type,
)
from ticketing.catalogue.model import BUILT_IN, Catalogue, FieldFile
from ticketing.catalogue.moving import state_of, to_state, to_status
from ticketing.errors import Invalid, Refused, Stale
from ticketing.model import FieldValue, Level, Priority, Status, Ticket

MAX_TAGS = 30
MAX_TAG = 50
MAX_SUBJECT = 300
MAX_ASSETS = 50


class TicketChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes. ``assignee_id`` and ``team_id`` None take owner and team away.

    ``version``, where given, must be the ticket's current one: nobody overwrites what they have
    not seen. ``state`` is one of the type's, ``status`` alone leads to the first of that category
    that can be reached. ``fields`` are by the field's id, None empties one; ``files`` are uploads
    that they name. ``force`` solves a parent before its children. ``why`` is what the audit keeps
    of the reason.
    """

    status: Status | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee_id: AgentId | UnsetType | None = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    team_id: str | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    type_id: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    fields: Mapping[str, FieldValue | None] | UnsetType = UNSET
    category_id: str | UnsetType | None = UNSET
    impact: Level | UnsetType | None = UNSET
    urgency: Level | UnsetType | None = UNSET
    asset_ids: tuple[str, ...] | UnsetType = UNSET
    files: tuple[FieldFile, ...] = ()
    version: int | None = None
    force: bool = False
    why: str = ""


def amended(
    ticket: Ticket, change: TicketChange, now: datetime, catalogue: Catalogue = BUILT_IN
) -> Ticket:
    """The ticket after the change; the same one when nothing differs.

    Raises Stale, Refused (a merged ticket, a transition that is not in the table) and Invalid
    (also a field that is required and missing).
    """
    if ticket.merged_into is not None:
        raise Refused("it was merged into another ticket: change that one")
    if change.version is not None and change.version != ticket.version:
        raise Stale(ticket.version)
    after = ticket
    for amend in AMENDMENTS:
        after = amend(after, change, now)
    for classify in CLASSIFICATIONS:
        after = classify(after, change, catalogue, now)
    check_required(ticket, after, catalogue)
    return after if after is ticket else replace(after, updated_at=max(now, ticket.updated_at))


def _priority(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.priority is UNSET or change.priority == ticket.priority:
        return ticket
    return replace(ticket, priority=change.priority)


def _assignee(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.assignee_id is UNSET or (change.assignee_id or "") == ticket.assignee_id:
        return ticket
    return replace(ticket, assignee_id=change.assignee_id or "")


def _team(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.team_id is UNSET or (change.team_id or "") == ticket.team_id:
        return ticket
    return replace(ticket, team_id=change.team_id or "")


def _private(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.private is UNSET or change.private == ticket.private:
        return ticket
    return replace(ticket, private=change.private)


def _tags(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.tags is UNSET:
        return ticket
    tags = tuple(dict.fromkeys(tag for raw in change.tags if (tag := " ".join(raw.split()))))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in tags):
        raise Invalid("tags", f"at most {MAX_TAGS}, each of at most {MAX_TAG} characters")
    return ticket if tags == ticket.tags else replace(ticket, tags=tags)


def _subject(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.subject is UNSET:
        return ticket
    subject = " ".join(change.subject.split())
    if not 0 < len(subject) <= MAX_SUBJECT:
        raise Invalid("subject", f"between 1 and {MAX_SUBJECT} characters")
    return ticket if subject == ticket.subject else replace(ticket, subject=subject)


def _assets(ticket: Ticket, change: TicketChange, _now: datetime) -> Ticket:
    if change.asset_ids is UNSET:
        return ticket
    ids = tuple(dict.fromkeys(change.asset_ids))
    if len(ids) > MAX_ASSETS:
        raise Invalid("asset_ids", f"at most {MAX_ASSETS}")
    return ticket if ids == ticket.asset_ids else replace(ticket, asset_ids=ids)


AMENDMENTS: tuple[Callable[[Ticket, TicketChange, datetime], Ticket], ...] = (
    _priority,
    _assignee,
    _team,
    _private,
    _tags,
    _subject,
    _assets,
)


def _type(ticket: Ticket, change: TicketChange, catalogue: Catalogue, now: datetime) -> Ticket:
    if change.type_id is UNSET:
        return ticket
    return with_type(ticket, change.type_id, catalogue, now)


def _fields(ticket: Ticket, change: TicketChange, catalogue: Catalogue, _now: datetime) -> Ticket:
    if change.fields is UNSET:
        return ticket
    return with_fields(ticket, change.fields, catalogue)


def _category(ticket: Ticket, change: TicketChange, catalogue: Catalogue, _now: datetime) -> Ticket:
    if change.category_id is UNSET:
        return ticket
    return with_category(ticket, change.category_id or "", catalogue)


def _rating(ticket: Ticket, change: TicketChange, catalogue: Catalogue, _now: datetime) -> Ticket:
    """What an agent said of the priority holds until impact or urgency change."""
    impact = ticket.impact if change.impact is UNSET else change.impact
    urgency = ticket.urgency if change.urgency is UNSET else change.urgency
    if (impact, urgency) == (ticket.impact, ticket.urgency):
        return ticket
    after = replace(ticket, impact=impact, urgency=urgency)
    priority = rated(impact, urgency, catalogue)
    if priority is None or change.priority is not UNSET:
        return after
    return replace(after, priority=priority)


def rates(before: Ticket, after: Ticket, change: TicketChange) -> bool:
    """Whether the priority is what impact and urgency make of it: nobody asked for another."""
    pair = (after.impact, after.urgency)
    return change.priority is UNSET and None not in pair and pair != (before.impact, before.urgency)


def _state(ticket: Ticket, change: TicketChange, catalogue: Catalogue, now: datetime) -> Ticket:
    after = ticket
    if change.state is not UNSET:
        after = to_state(ticket, change.state, catalogue, now)
    elif change.status is not UNSET:
        after = to_status(ticket, change.status, catalogue, now)
    if change.status not in (UNSET, after.status):
        raise Invalid("status", f"the state {state_of(after, catalogue).id} is {after.status}")
    return after


CLASSIFICATIONS: tuple[Callable[[Ticket, TicketChange, Catalogue, datetime], Ticket], ...] = (
    _type,
    _fields,
    _category,
    _rating,
    _state,
)
