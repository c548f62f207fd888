"""How the status of a ticket moves, as tables; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from ticketing.model import OPEN_STATUSES, Status, Ticket

AGENT_MAY: Mapping[Status, frozenset[Status]] = {
    "new": frozenset({"open", "waiting", "held", "solved", "closed"}),
    "open": frozenset({"waiting", "held", "solved", "closed"}),
    "waiting": frozenset({"open", "held", "solved", "closed"}),
    "held": frozenset({"open", "waiting", "solved", "closed"}),
    "solved": frozenset({"open", "waiting", "held", "closed"}),
    "closed": frozenset(),
}

InboundEffect = Literal["keep", "open", "follow_up"]

LATE_SLACK = timedelta(seconds=30)  # clocks differ, and many providers report whole seconds
BELIEVABLE_DELAY = timedelta(days=3)  # an older date is a broken clock, not a slow message


def is_open(status: Status) -> bool:
    """Whether somebody still has to do something, or waits for the customer to."""
    return status in OPEN_STATUSES


def said_at(occurred_at: datetime, received_at: datetime) -> datetime:
    """When a message counts as said: its own time, unless that is beyond belief."""
    return received_at if received_at - occurred_at > BELIEVABLE_DELAY else occurred_at


def is_late(ticket: Ticket, said: datetime) -> bool:
    """Whether the message was said before the ticket came into its present status.

    Arrival order must not reopen: what was said before the solving is answered by it.
    """
    return ticket.status_at is not None and said + LATE_SLACK < ticket.status_at


def on_inbound(
    ticket: Ticket, said: datetime, *, automatic: bool, reopen_within: timedelta
) -> InboundEffect:
    """What an inbound message does to the status; robots change nothing (RFC 3834 section 4).

    A ticket that is held stays so, unread: the customer's words do not bring the third party's.
    """
    if automatic or is_late(ticket, said):
        return "keep"
    if ticket.status == "waiting":
        return "open"
    if ticket.status == "closed":
        return "follow_up"
    if ticket.status == "solved":
        solved = ticket.solved_at or ticket.updated_at
        return "open" if said <= solved + reopen_within else "follow_up"
    return "keep"


def on_reply(ticket: Ticket, then: Literal["solved", "waiting"] | None) -> Status:
    """The status after an agent's reply: what they asked for, else open when it was new."""
    if then is not None:
        return then
    return "open" if ticket.status == "new" else ticket.status
