"""Whose turn it is in one conversation: replies go out strictly in the order they were written.

Pure. What is failed or cancelled is not in the queue and blocks nobody; what is uncertain holds
the others only until its ``due_at``.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from outbound.model import Pending


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Claim this message and send it."""

    pending: Pending


class Recover(msgspec.Struct, frozen=True, kw_only=True):
    """Its claimant went away in the middle: nobody knows whether it was sent."""

    pending: Pending


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """It stays uncertain, but holds the conversation no longer."""

    pending: Pending


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to do before then."""

    until: datetime


Turn = Send | Recover | Release | Wait


def next_turn(unfinished: Sequence[Pending], now: datetime) -> Turn | None:
    """What to do with the oldest unfinished reply; None when there is none."""
    if not unfinished:
        return None
    head = min(unfinished, key=lambda one: (one.sequence, one.id))
    due = head.delivery.due_at
    if due is not None and due > now:
        return Wait(until=due)
    match head.delivery.state:
        case "sending":
            return Recover(pending=head)
        case "uncertain":
            return Release(pending=head)
        case _:
            return Send(pending=head)
