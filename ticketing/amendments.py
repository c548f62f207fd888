"""What an agent may change of a ticket, field by field; pure."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.errors import Invalid, Refused, Stale
from ticketing.lifecycle import AGENT_MAY, is_open
from ticketing.model import Priority, Status, Ticket

MAX_TAGS = 30
MAX_TAG = 50
MAX_SUBJECT = 300


class TicketChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes. ``assignee_id`` and ``team_id`` None take owner and team away.

    ``version``, where given, must be the ticket's current one: nobody overwrites what they have
    not seen.
    """

    status: Status | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee_id: AgentId | UnsetType | None = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    team_id: str | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    version: int | None = None


def amended(ticket: Ticket, change: TicketChange, now: datetime) -> Ticket:
    """The ticket after the change; the same one when nothing differs.

    Raises Stale, Refused (a merged ticket, a transition that is not in the table) and Invalid.
    """
    if ticket.merged_into is not None:
        raise Refused("it was merged into another ticket: change that one")
    if change.version is not None and change.version != ticket.version:
        raise Stale(ticket.version)
    after = ticket
    for amend in AMENDMENTS:
        after = amend(after, change, now)
    return after if after is ticket else replace(after, updated_at=max(now, ticket.updated_at))


def _status(ticket: Ticket, change: TicketChange, now: datetime) -> Ticket:
    wanted = change.status
    if wanted is UNSET or wanted == ticket.status:
        return ticket
    if wanted not in AGENT_MAY[ticket.status]:
        raise Refused(f"a {ticket.status} ticket cannot become {wanted}")
    return replace(
        ticket,
        status=wanted,
        open=is_open(wanted),
        status_at=max(now, ticket.status_at or now),
        solved_at=_solved_at(ticket, wanted, now),
        waiting_since=ticket.waiting_since if is_open(wanted) else None,
    )


def _solved_at(ticket: Ticket, wanted: Status, now: datetime) -> datetime | None:
    if is_open(wanted):
        return None
    return now if wanted == "solved" else ticket.solved_at or now


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


AMENDMENTS: tuple[Callable[[Ticket, TicketChange, datetime], Ticket], ...] = (
    _status,
    _priority,
    _assignee,
    _team,
    _private,
    _tags,
    _subject,
)
