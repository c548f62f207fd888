"""A ticket without the reply that was undone. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from storage.events import Change
from ticketing.lifecycle import is_open
from ticketing.model import Status, Ticket


def restored(
    ticket: Ticket, told: Sequence[Change], now: datetime
) -> tuple[Ticket, tuple[Change, ...]]:
    """The ticket as it was before the reply told these changes, and what that changes now.

    A status that somebody changed since stays; the customer waits since the earlier of both.
    """
    after = msgspec.structs.replace(
        ticket, message_count=max(0, ticket.message_count - 1), updated_at=now
    )
    changes = []
    for change in told:
        if change.field == "status" and change.before and ticket.status == change.after:
            after = _with_status(after, cast("Status", change.before), now)
            changes.append(Change(field="status", before=change.after, after=change.before))
        elif change.field == "state" and ticket.state == (change.after or ""):
            after = msgspec.structs.replace(after, state=change.before or "")
            changes.append(Change(field="state", before=change.after, after=change.before))
        elif change.field == "waiting_since" and change.before:
            after = _waiting_since(after, datetime.fromisoformat(change.before))
    return after, tuple(changes)


def _with_status(ticket: Ticket, status: Status, now: datetime) -> Ticket:
    return msgspec.structs.replace(
        ticket,
        status=status,
        open=is_open(status),
        status_at=now,
        solved_at=now if status == "solved" else None,
    )


def _waiting_since(ticket: Ticket, before: datetime) -> Ticket:
    since = min(before, ticket.waiting_since) if ticket.waiting_since else before
    return msgspec.structs.replace(ticket, waiting_since=since)
