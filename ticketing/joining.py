"""Two tickets become one: counts add up, clocks take the earlier or later side; pure."""

from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from normalizer.model import TicketId
from ticketing.errors import Refused
from ticketing.ingest.tickets import MAX_CHANNELS, MAX_INBOXES
from ticketing.model import Ticket

NamedT = TypeVar("NamedT", bound=str)


def joined(source: Ticket, target: Ticket, now: datetime) -> tuple[Ticket, Ticket]:
    """(the emptied source, the grown target). Raises Refused when one cannot take part."""
    if source.id == target.id:
        raise Refused("a ticket cannot be joined to itself")
    for ticket in (source, target):
        if ticket.merged_into is not None:
            raise Refused(f"#{ticket.number} was merged into another ticket already")
    return _emptied(source, target, now), _grown(source, target, now)


def _emptied(source: Ticket, target: Ticket, now: datetime) -> Ticket:
    return replace(
        source,
        status="closed",
        open=False,
        merged_into=target.id,
        waiting_since=None,
        status_at=max(now, source.status_at or now),
        solved_at=source.solved_at or now,
        updated_at=max(now, source.updated_at),
    )


def _grown(source: Ticket, target: Ticket, now: datetime) -> Ticket:
    newer = source.activity_at > target.activity_at
    return replace(
        target,
        message_count=source.message_count + target.message_count,
        in_count=source.in_count + target.in_count,
        tags=tuple(dict.fromkeys((*target.tags, *source.tags))),
        channel=source.channel if newer else target.channel,
        channels=_united(target.channels, source.channels, first_last=not newer)[-MAX_CHANNELS:],
        inbox_ids=_united(target.inbox_ids, source.inbox_ids)[-MAX_INBOXES:],
        snippet=source.snippet if newer else target.snippet,
        activity_at=max(source.activity_at, target.activity_at),
        last_in_at=_latest(source.last_in_at, target.last_in_at),
        last_out_at=_latest(source.last_out_at, target.last_out_at),
        waiting_since=_earliest(source.waiting_since, target.waiting_since),
        delivery_trouble=target.delivery_trouble or source.delivery_trouble,
        suggested_ticket_id=_other(target, source),
        updated_at=max(now, target.updated_at),
    )


def _other(target: Ticket, source: Ticket) -> TicketId | None:
    same = target.suggested_ticket_id == source.id
    return None if same else target.suggested_ticket_id


def _united(
    one: tuple[NamedT, ...], two: tuple[NamedT, ...], *, first_last: bool = False
) -> tuple[NamedT, ...]:
    """Distinct values of both; the newer side's stand last."""
    older, newer = (two, one) if first_last else (one, two)
    return (*(value for value in older if value not in newer), *newer)


def _latest(one: datetime | None, two: datetime | None) -> datetime | None:
    return max((at for at in (one, two) if at is not None), default=None)


def _earliest(one: datetime | None, two: datetime | None) -> datetime | None:
    return min((at for at in (one, two) if at is not None), default=None)
