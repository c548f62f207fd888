"""The states of an outbound message as tables, and the port by which ingest reports on them.

What the world reports (receipts, bounces, echoes) only moves forward: the result is the same in
whatever order reports arrive. What we decide ourselves (claim, defer, cancel, ask again) is a
table of named moves.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from connectors.contract import InboxId
from connectors.events import ReceiptReported, ReceiptState
from normalizer.model import BouncedRecipient, BounceFacts, ConversationId, DeliveryState, MessageId
from storage.events import Event
from storage.mongo import Session

Move = Literal["claim", "defer", "lose", "refuse", "undo", "retry", "confirm", "dismiss"]

# A failure outranks "sent" (it was taken, then bounced) and yields to proof of arrival.
_RANK: Mapping[DeliveryState, int] = {
    "scheduled": -1,
    "queued": 0,
    "sending": 1,
    "uncertain": 2,
    "sent": 3,
    "failed": 4,
    "delivered": 5,
    "read": 6,
    "cancelled": 7,
}

MOVES: Mapping[tuple[DeliveryState, Move], DeliveryState] = {
    ("scheduled", "undo"): "cancelled",
    ("scheduled", "refuse"): "failed",
    ("queued", "claim"): "sending",
    ("queued", "undo"): "cancelled",
    ("queued", "refuse"): "failed",
    ("sending", "defer"): "queued",
    ("sending", "lose"): "uncertain",
    ("sending", "refuse"): "failed",
    ("failed", "retry"): "queued",
    ("uncertain", "confirm"): "sent",
    ("uncertain", "dismiss"): "failed",
}


def advance(current: DeliveryState, reported: DeliveryState) -> DeliveryState:
    """The state after a report; ``current`` when the report is old news."""
    return reported if _RANK[reported] > _RANK[current] else current


def move(current: DeliveryState, step: Move) -> DeliveryState | None:
    """The state after a decision of ours; None when the message is past it."""
    return MOVES.get((current, step))


UNNAMED = "?"  # the recipient of a report that names none


def bounce_receipts(
    bounce: BounceFacts, native_id: str, occurred_at: datetime
) -> Iterator[ReceiptReported]:
    """What a bounce, a warning of delay or a complaint says of our mail ``native_id``, a receipt
    for each recipient. A report that has neither given up nor goes on says nothing.
    """
    each = bounce.each or tuple(
        BouncedRecipient(
            address=address, permanent=bounce.permanent, status=bounce.status, reason=bounce.reason
        )
        for address in bounce.recipients or (UNNAMED,)
    )
    for one in each:
        state = _reported_state(bounce, one)
        if state is not None:
            yield ReceiptReported(
                dedupe_id=f"bounce:{native_id}:{one.address}:{state}",
                native_id=native_id,
                state=state,
                occurred_at=occurred_at,
                reason=_words(one),
                recipient=one.address,
                status=one.status,
            )


def _words(one: BouncedRecipient) -> str:
    """The server's, after the status where they do not hold it."""
    return one.reason if one.status in one.reason else f"{one.status} {one.reason}".strip()


def _reported_state(bounce: BounceFacts, one: BouncedRecipient) -> ReceiptState | None:
    if bounce.complaint:
        return "complained"
    if one.permanent:
        return "failed"
    return "delayed" if bounce.temporary or bounce.each else None


class ReceiptSink(Protocol):
    """What ingest calls in its own transaction; outbound implements it (it stands above us)."""

    async def apply(
        self,
        session: Session,
        inbox_id: InboxId,
        receipts: Sequence[ReceiptReported],
        now: datetime,
    ) -> Sequence[Event]:
        """Move the messages spoken of; park what speaks of a message not known yet.

        The events are stored; they are for the relay, to be told once the session commits.
        """

    async def match_echo(
        self,
        session: Session,
        *,
        inbox_id: InboxId,
        conversation_id: ConversationId | None,
        native_id: str,
        ours: MessageId | None,
        text: str,
        now: datetime,
    ) -> MessageId | None:
        """Our own message that this echo repeats, now known to be sent; None: somebody else's.

        ``ours`` is the message that a token of ours in ``native_id`` names.
        """
