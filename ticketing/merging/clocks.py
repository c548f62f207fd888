"""What messages make of a ticket (counts, clocks, channels), when tickets join and part. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeVar

from msgspec.structs import replace

from normalizer.model import Message, TicketId
from ticketing.ingest.tickets import MAX_CHANNELS, MAX_INBOXES, after_message, reopened
from ticketing.merging.model import Size, Tally
from ticketing.model import Ticket

NamedT = TypeVar("NamedT", bound=str)
Trouble = Literal["", "failed", "uncertain"]


def emptied(source: Ticket, target: Ticket, now: datetime) -> Ticket:
    """The ticket that went into another: closed, and pointing there."""
    return replace(
        source,
        status="closed",
        open=False,
        merged_into=target.id,
        waiting_since=None,
        snoozed_until=None,
        snoozed_by="",
        status_at=max(now, source.status_at or now),
        solved_at=source.solved_at or now,
        updated_at=max(now, source.updated_at),
    )


def grown(source: Ticket, target: Ticket, now: datetime) -> Ticket:
    """The target with the source's messages: counts add up, clocks take the earlier or later."""
    newer = source.activity_at > target.activity_at
    return replace(
        target,
        message_count=source.message_count + target.message_count,
        in_count=source.in_count + target.in_count,
        channel=source.channel if newer else target.channel,
        channels=_united(target.channels, source.channels, first_last=not newer)[-MAX_CHANNELS:],
        inbox_ids=_united(target.inbox_ids, source.inbox_ids)[-MAX_INBOXES:],
        snippet=source.snippet if newer else target.snippet,
        activity_at=max(source.activity_at, target.activity_at),
        last_in_at=_latest(source.last_in_at, target.last_in_at),
        last_out_at=_latest(source.last_out_at, target.last_out_at),
        waiting_since=_earliest(source.waiting_since, target.waiting_since)
        if target.open
        else None,
        delivery_trouble=_worse(target.delivery_trouble, source.delivery_trouble),
        suggested_ticket_id=_other(target, source),
        updated_at=max(now, target.updated_at),
    )


def resumed(
    image: Ticket, then: Size, tallies: Sequence[Tally], news: Iterable[Message], *, troubled: bool
) -> Ticket:
    """The ticket as its image says, with what came since: exactly the image when nothing did.

    ``troubled``: deliveries changed meanwhile, so that trouble is told from the messages.
    """
    size = total(tallies)
    ticket = image
    for message in news:
        ticket = heard_by(ticket, message)
    return replace(
        ticket,
        message_count=image.message_count + size.counted - then.counted,
        in_count=image.in_count + size.inbound - then.inbound,
        delivery_trouble=trouble_of(tallies) if troubled else image.delivery_trouble,
    )


def answerable(ticket: Ticket, news: Iterable[Message], at: datetime) -> Ticket:
    """Open, where a customer wrote while it was away: nobody looks into a closed one."""
    wrote = any(one.direction == "in" and not is_automatic(one) for one in news)
    if wrote and ticket.status in {"waiting", "solved", "closed"}:
        return reopened(ticket, at)
    return ticket


def newest(messages: Iterable[Message], number: int) -> list[Message]:
    """The last ``number`` to arrive, the first of them first."""
    ordered = sorted(messages, key=lambda one: (one.received_at, one.id))
    return ordered[len(ordered) - number :] if 0 < number < len(ordered) else ordered[:number]


def total(tallies: Iterable[Tally]) -> Size:
    """All of them together."""
    return sum((one.size for one in tallies), Size())


def trouble_of(tallies: Iterable[Tally]) -> Trouble:
    """As far as deliveries tell it."""
    found: Trouble = ""
    for one in tallies:
        mine: Trouble = "uncertain" if one.uncertain else "failed" if one.failed else ""
        found = _worse(found, mine)
    return found


def is_automatic(message: Message) -> bool:
    """Whether it moved no clock when it came (see ``ingest.entry``)."""
    robot = message.mail is not None and bool(message.mail.auto_reply or message.mail.bounce_of)
    return robot or message.author.kind == "system" or "sender-unproven" in message.warnings


def heard_by(ticket: Ticket, message: Message) -> Ticket:
    """The ticket with one message more, as when it came; an agent's note or act moves nothing."""
    cancelled = message.delivery is not None and message.delivery.state == "cancelled"
    silent = message.direction == "note" and message.author.kind == "agent"
    if cancelled or silent or message.direction == "act":
        return replace(ticket, updated_at=max(ticket.updated_at, message.received_at))
    return after_message(ticket, message, automatic=is_automatic(message))


def _worse(one: Trouble, two: Trouble) -> Trouble:
    return "uncertain" if "uncertain" in {one, two} else one or two


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


def is_customers(message: Message) -> bool:
    """Whether the ticket counts it as one that came in."""
    return counts_in(message.direction, message.author.kind)


def counted(direction: str, state: str | None) -> bool:
    """What a ticket has for a message: nothing cancelled, and no act upon another one."""
    return state != "cancelled" and direction != "act"


def counts_in(direction: str, author: str) -> bool:
    """What came in: customers' messages and notes by mail, not those that agents write here."""
    return direction == "in" or (direction == "note" and author != "agent")
