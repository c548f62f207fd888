"""A delivery after our own settlements and after the world's reports. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from normalizer.model import Delivery, Message
from outbound.model import Receipt
from outbound.settlement import Settlement
from ticketing.delivery import advance


def delivery_of(message: Message) -> Delivery:
    """The delivery of an outbound message; ValueError for what has none."""
    if message.delivery is None:
        raise ValueError(f"message {message.id} has no delivery")
    return message.delivery


def settled(before: Delivery, settlement: Settlement, now: datetime) -> Delivery:
    """The claimant's own result; its lease ends."""
    pause_s = settlement.pause_s
    return msgspec.structs.replace(
        before,
        state=settlement.state,
        changed_at=now,
        lease_until=None,
        due_at=None if pause_s is None else now + timedelta(seconds=pause_s),
        reason=settlement.reason,
        native_ids=joined(before.native_ids, settlement.native_ids),
        failed_pieces=joined(before.failed_pieces, settlement.failed_pieces),
    )


def recovered(before: Delivery, settlement: Settlement, now: datetime) -> Delivery:
    """As ``settled``, with a new fence: the lost claimant's word counts no longer."""
    after = settled(before, settlement, now)
    return msgspec.structs.replace(after, fence=before.fence + 1)


def proven(before: Delivery, settlement: Settlement, now: datetime) -> Delivery:
    """A result that came too late to be written: it proves only that the provider has it."""
    return reported(with_ids(before, settlement.native_ids), [Receipt(state="sent", at=now)], now)


def reported(before: Delivery, receipts: Iterable[Receipt], now: datetime) -> Delivery:
    """What the provider says, in whatever order it says it; ``before`` itself when old news."""
    after = before
    for receipt in receipts:
        state = advance(after.state, receipt.state)
        if state != after.state:
            after = msgspec.structs.replace(
                after,
                state=state,
                changed_at=now,
                lease_until=None,
                due_at=None,
                reason=receipt.reason,
            )
    return after


def piece_failed(before: Delivery, native_id: str, reason: str, now: datetime) -> Delivery:
    """One piece of several did not arrive: the whole fails only when every piece did."""
    failed = joined(before.failed_pieces, (native_id,))
    if set(failed) >= set(before.native_ids):
        return reported(before, [Receipt(state="failed", at=now, reason=reason)], now)
    return msgspec.structs.replace(
        before, failed_pieces=failed, reason=f"a part did not arrive: {reason}"
    )


def with_ids(before: Delivery, native_ids: tuple[str, ...]) -> Delivery:
    """The same delivery, with more of the provider's ids known."""
    ids = joined(before.native_ids, native_ids)
    return msgspec.structs.replace(before, native_ids=ids) if ids != before.native_ids else before


def joined(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Both, distinct, in order; empty ones dropped."""
    return tuple(dict.fromkeys(one for one in (*before, *more) if one))
