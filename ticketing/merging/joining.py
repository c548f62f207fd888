"""Two tickets become one. Pure."""

from datetime import datetime

from ticketing.errors import Refused
from ticketing.merging.clocks import emptied, grown
from ticketing.merging.fields import united
from ticketing.merging.model import Choices
from ticketing.model import Ticket


def joined(
    source: Ticket, target: Ticket, now: datetime, choices: Choices | None = None
) -> tuple[Ticket, Ticket]:
    """(the emptied source, the grown target). Raises Refused when one cannot take part."""
    if source.id == target.id:
        raise Refused("a ticket cannot be merged into itself")
    for ticket in (source, target):
        if ticket.merged_into is not None:
            raise Refused(f"#{ticket.number} was merged into another ticket already")
    result = grown(source, united(source, target, choices or {}), now)
    return emptied(source, target, now), result
