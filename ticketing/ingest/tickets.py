"""How a ticket begins, reopens and counts its messages: pure, and by max-like rules.

Every field is the same whether messages come in order or not.
"""

import re
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from normalizer.model import Draft, Message, TicketId
from ticketing.facts import UNHEARD
from ticketing.model import Contact, Ticket
from ticketing.work.snooze import awake

MAX_CHANNELS = 16
MAX_INBOXES = 64
_SNIPPET = 140
_SUBJECT = 120
NamedT = TypeVar("NamedT", bound=str)
_SPACE = re.compile(r"\s+")


def snippet_of(message: Message | Draft) -> str:
    """The first words of a message on one line, or the names of its files."""
    text = _SPACE.sub(" ", (message.reply_text or message.text)[: _SNIPPET * 4]).strip()
    return text[:_SNIPPET] or ", ".join(item.name for item in message.files)[:_SNIPPET]


def new_ticket(
    id: TicketId,
    number: int,
    draft: Draft,
    contact: Contact,
    *,
    suggested: TicketId | None,
    follows: Ticket | None,
) -> Ticket:
    """A ticket without any message yet; ``after_message`` counts its first one."""
    return Ticket(
        id=id,
        version=1,
        number=number,
        subject=draft.subject.strip() or snippet_of(draft)[:_SUBJECT],
        status="new",
        open=True,
        priority="normal",
        assignee_id="",
        contact_id=contact.id,
        contact_name=contact.name,
        organisation_id=contact.organisation_id,
        inbox_id=draft.inbox_id,
        inbox_ids=(draft.inbox_id,),
        channel=draft.channel,
        channels=(draft.channel,),
        follow_up_of=follows.id if follows else None,
        suggested_ticket_id=suggested,
        status_at=None,
        created_at=draft.received_at,
        updated_at=draft.received_at,
        activity_at=draft.received_at,
    )


def unheard(ticket: Ticket) -> Ticket:
    """Kept, and nobody's work: it was begun by somebody who is not listened to."""
    return replace(ticket, status="closed", open=False, blocked=True, status_at=ticket.created_at)


def reopened(ticket: Ticket, at: datetime) -> Ticket:
    """Open again, since ``at``."""
    return replace(
        ticket,
        status="open",
        open=True,
        status_at=max(at, ticket.status_at or at),
        solved_at=None,
        updated_at=max(at, ticket.updated_at),
    )


def after_message(ticket: Ticket, message: Message, *, automatic: bool) -> Ticket:
    """The ticket with one more message; what is ``automatic``, or says that it is from us and
    cannot prove it, moves no clock (MAIL.md rule 38).
    """
    counted = replace(
        ticket,
        message_count=ticket.message_count + 1,
        updated_at=max(ticket.updated_at, message.received_at),
        channel=message.channel if _is_latest(ticket, message) else ticket.channel,
        channels=_latest_last(ticket.channels, message.channel)[-MAX_CHANNELS:],
        inbox_ids=_latest_last(ticket.inbox_ids, message.inbox_id)[-MAX_INBOXES:],
        snippet=snippet_of(message) if _shows(ticket, message, automatic) else ticket.snippet,
    )
    if message.direction == "out":
        return counted if automatic else _answered(counted, message.occurred_at)
    if UNHEARD in message.warnings:
        return counted  # nothing to be read
    counted = replace(counted, in_count=ticket.in_count + 1)
    return counted if automatic else _asked(counted, message)


def _shows(ticket: Ticket, message: Message, automatic: bool) -> bool:
    return not ticket.snippet or (_is_latest(ticket, message) and not automatic)


def _is_latest(ticket: Ticket, message: Message) -> bool:
    moments = [at for at in (ticket.last_in_at, ticket.last_out_at) if at is not None]
    return all(message.occurred_at >= at for at in moments)


def _asked(ticket: Ticket, message: Message) -> Ticket:
    said = message.occurred_at
    answered = ticket.last_out_at is not None and said <= ticket.last_out_at
    since = ticket.waiting_since
    return replace(
        awake(ticket),
        activity_at=max(ticket.activity_at, message.received_at),
        last_in_at=max(said, ticket.last_in_at or said),
        waiting_since=since if answered else min(said, since or said),
    )


def _answered(ticket: Ticket, at: datetime) -> Ticket:
    still_waits = ticket.last_in_at is not None and ticket.last_in_at > at
    return replace(
        ticket,
        activity_at=max(ticket.activity_at, at),
        last_out_at=max(at, ticket.last_out_at or at),
        waiting_since=ticket.waiting_since if still_waits else None,
    )


def _latest_last(values: tuple[NamedT, ...], value: NamedT) -> tuple[NamedT, ...]:
    if values and values[-1] == value:
        return values
    return (*(known for known in values if known != value), value)
