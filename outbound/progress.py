"""A delivery after our own settlements and after the world's reports. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from normalizer.model import Delivery, Message
from outbound.model import Receipt
from outbound.recipients import advanced, everyone, told, with_refusals
from outbound.settlement import Settlement


def delivery_of(message: Message) -> Delivery:
    """The delivery of an outbound message; ValueError for what has none."""
    if message.delivery is None:
        raise ValueError(f"message {message.id} has no delivery")
    return message.delivery


def settled(message: Message, settlement: Settlement, now: datetime) -> Delivery:
    """The claimant's own result; its lease ends."""
    before = delivery_of(message)
    pause_s = settlement.pause_s
    after = msgspec.structs.replace(
        before,
        state=settlement.state,
        changed_at=now,
        lease_until=None,
        due_at=None if pause_s is None else now + timedelta(seconds=pause_s),
        reason=settlement.reason,
        native_ids=joined(before.native_ids, settlement.native_ids),
        failed_pieces=joined(before.failed_pieces, settlement.failed_pieces),
    )
    return with_refusals(after, everyone(message), settlement, now)


def recovered(message: Message, settlement: Settlement, now: datetime) -> Delivery:
    """As ``settled``, with a new fence: the lost claimant's word counts no longer."""
    before, after = delivery_of(message), settled(message, settlement, now)
    return msgspec.structs.replace(after, fence=before.fence + 1)


def proven(before: Delivery, settlement: Settlement, now: datetime) -> Delivery:
    """A result that came too late to be written: it proves only that the provider has it."""
    return reported(with_ids(before, settlement.native_ids), [Receipt(state="sent", at=now)], now)


def reported(before: Delivery, receipts: Iterable[Receipt], now: datetime) -> Delivery:
    """What the provider says, in whatever order it says it; ``before`` itself when old news."""
    after = before
    for receipt in receipts:
        after = advanced(after, receipt, now)
    return after


def heard(
    before: Delivery, message: Message, receipts: Iterable[Receipt], now: datetime
) -> Delivery:
    """As ``reported``; what a mail's reports say of each recipient is kept too."""
    if message.envelope is None:
        return reported(before, receipts, now)
    after, people = before, everyone(message)
    for receipt in receipts:
        after = told(after, people, receipt, now)
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
