"""Whose turn it is in one conversation: replies go out strictly in the order they were written.

Pure. What is failed or cancelled is not in the queue and blocks nobody; what is uncertain holds
the others only until its ``due_at``.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from normalizer.model import Message
from outbound.progress import delivery_of


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Claim this message and send it."""

    message: Message


class Recover(msgspec.Struct, frozen=True, kw_only=True):
    """Its claimant went away in the middle: nobody knows whether it was sent."""

    message: Message


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """It stays uncertain, but holds the conversation no longer."""

    message: Message


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to do before then."""

    until: datetime


Turn = Send | Recover | Release | Wait


def next_turn(unfinished: Sequence[Message], now: datetime) -> Turn | None:
    """What to do with the oldest unfinished reply; None when there is none."""
    queue = sorted((one for one in unfinished if one.delivery), key=_order)
    if not queue:
        return None
    head = queue[0]
    due = delivery_of(head).due_at
    if due is not None and due > now:
        return Wait(until=due)
    match delivery_of(head).state:
        case "sending":
            return Recover(message=head)
        case "uncertain":
            return Release(message=head)
        case _:
            return Send(message=head)


def _order(message: Message) -> tuple[str, datetime, str]:
    return (message.sequence, message.occurred_at, message.id)
