"""How a ticket moves through the states of its type; pure.

A ticket's status is what counts: where something that knows no types changed it, the ticket is in
the first state of that category.
"""

from datetime import datetime

from msgspec.structs import replace

from ticketing.catalogue.model import Catalogue, Move, State, TicketType, Trigger
from ticketing.errors import Invalid, Refused
from ticketing.lifecycle import AGENT_MAY, is_open
from ticketing.model import Status, Ticket
from ticketing.work.snooze import awake


def state_of(ticket: Ticket, catalogue: Catalogue) -> State:
    """Where the ticket is in its type."""
    kind = catalogue.type_of(ticket.type_id)
    found = _state(kind, kind.former.get(ticket.state, ticket.state))
    return found if found and found.category == ticket.status else first_of(kind, ticket.status)


def first_of(kind: TicketType, status: Status) -> State:
    """Where a status alone leads."""
    return next(one for one in kind.states if one.category == status)


def reachable(ticket: Ticket, catalogue: Catalogue) -> tuple[State, ...]:
    """The states that an agent may choose now, in the type's order."""
    kind, now = catalogue.type_of(ticket.type_id), state_of(ticket, catalogue)
    return tuple(one for one in kind.states if one != now and _goes(kind, now, one))


def to_state(ticket: Ticket, id: str, catalogue: Catalogue, now: datetime) -> Ticket:
    """An agent's choice. Raises Invalid (no such state) and Refused (no such move)."""
    kind, present = catalogue.type_of(ticket.type_id), state_of(ticket, catalogue)
    target = _state(kind, id)
    if target is None:
        raise Invalid("state", f"the type has no state {id!r}: {_ids(kind.states)}")
    if target == present:
        return ticket
    if not _goes(kind, present, target):
        raise Refused(
            f"a {present.id} ticket cannot become {target.id}; "
            f"it may become: {_ids(reachable(ticket, catalogue))}"
        )
    return entered(ticket, target, now)


def to_status(ticket: Ticket, status: Status, catalogue: Catalogue, now: datetime) -> Ticket:
    """The first state of the category that can be reached. Raises Refused."""
    if status == ticket.status:
        return ticket
    choices = reachable(ticket, catalogue)
    target = next((one for one in choices if one.category == status), None)
    if target is None:
        may = ", ".join(dict.fromkeys(one.category for one in choices)) or "nothing else"
        raise Refused(f"a {ticket.status} ticket cannot become {status}; it may become: {may}")
    return entered(ticket, target, now)


def entered(ticket: Ticket, state: State, now: datetime) -> Ticket:
    """The ticket in a state of its type, since ``now``; what is at its end sleeps no more."""
    status = state.category
    return replace(
        ticket if is_open(status) else awake(ticket),
        status=status,
        state=state.id if ticket.type_id else "",
        open=is_open(status),
        status_at=max(now, ticket.status_at or now),
        solved_at=_solved_at(ticket, status, now),
        waiting_since=ticket.waiting_since if is_open(status) else None,
    )


def required_by_move(before: Ticket, after: Ticket, catalogue: Catalogue) -> tuple[str, ...]:
    """The fields that the way from one state to the other asks for."""
    source, target = state_of(before, catalogue), state_of(after, catalogue)
    move = _move(catalogue.type_of(after.type_id), source, target)
    return move.require if move else ()


def automatic(ticket: Ticket, on: Trigger, catalogue: Catalogue) -> State | None:
    """Where this takes a ticket by its type's rules; None where the type has none for it."""
    if not ticket.type_id:
        return None
    kind, present = catalogue.type_of(ticket.type_id), state_of(ticket, catalogue)
    for rule in kind.automatic:
        if rule.on == on and rule.source == present.id:
            return _state(kind, rule.target)
    return None


def allowed_move(source: Status, target: Status) -> bool:
    """Whether the categories allow it: closed is the end, and nothing becomes new again."""
    return source == target or target in AGENT_MAY[source]


def _goes(kind: TicketType, source: State, target: State) -> bool:
    if kind.moves:
        return _move(kind, source, target) is not None
    return allowed_move(source.category, target.category)


def _move(kind: TicketType, source: State, target: State) -> Move | None:
    asked = (source.id, target.id)
    return next((one for one in kind.moves if (one.source, one.target) == asked), None)


def _state(kind: TicketType, id: str) -> State | None:
    return next((one for one in kind.states if one.id == id), None)


def _solved_at(ticket: Ticket, status: Status, now: datetime) -> datetime | None:
    if is_open(status):
        return None
    return ticket.solved_at or now if status == ticket.status else _ended_at(ticket, status, now)


def _ended_at(ticket: Ticket, status: Status, now: datetime) -> datetime:
    return now if status == "solved" else ticket.solved_at or now


def _ids(states: tuple[State, ...]) -> str:
    return ", ".join(one.id for one in states) or "nothing else"
