"""When a ticket sleeps and when it wakes. Pure.

A customer's message always wakes it; so does the end of the time, and whatever ends its work.
"""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.errors import Invalid, Refused
from ticketing.model import Ticket

UNTIL_THEY_WRITE = datetime(9999, 12, 31, tzinfo=UTC)
LONGEST = timedelta(days=366)


def snoozed(ticket: Ticket, until: datetime | None, by: AgentId, now: datetime) -> Ticket:
    """Asleep until then, or until the customer writes (None). Raises Refused, Invalid."""
    if ticket.merged_into is not None:
        raise Refused("it was merged into another ticket: snooze that one")
    if not ticket.open:
        raise Refused(f"a {ticket.status} ticket cannot be snoozed: open it first")
    if until is not None and not now < until <= now + LONGEST:
        raise Invalid("until", "must lie within the year to come")
    wanted = until or UNTIL_THEY_WRITE
    if wanted == ticket.snoozed_until:
        return ticket
    return replace(ticket, snoozed_until=wanted, snoozed_by=by)


def awake(ticket: Ticket) -> Ticket:
    """The ticket awake; the same one when it is."""
    if ticket.snoozed_until is None:
        return ticket
    return replace(ticket, snoozed_until=None, snoozed_by="")


def due(ticket: Ticket, now: datetime) -> bool:
    """Whether it has slept long enough."""
    return ticket.snoozed_until is not None and ticket.snoozed_until <= now
