"""Outbound's documents: what is written of a change, by what a document is known again. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from normalizer.model import ConversationId, Delivery, Message, MessageId
from outbound.model import Heard, Pending, ProviderId, Queue, Receipt, Since
from outbound.progress import delivery_of
from storage.collection import to_document
from ticketing.model import Conversation, Ticket

PARTICIPANTS = 64
RECENT_LIMIT = 50
PARKED_DAYS = 7


def provider_id(
    id: str,
    native_id: str,
    now: datetime,
    *,
    message_id: MessageId | None = None,
    receipts: tuple[Receipt, ...] = (),
) -> ProviderId:
    """One id of a provider, kept for a week."""
    return ProviderId(
        id=id,
        native_id=native_id,
        message_id=message_id,
        receipts=receipts,
        expires_at=now + timedelta(days=PARKED_DAYS),
    )


def published(delivery: Delivery) -> dict[str, Any]:
    """What a message is told of its delivery."""
    return {"$set": {"delivery": to_document(delivery)}}


def change_of(before: Ticket, after: Ticket) -> dict[str, Any]:
    """What differs between the two."""
    old, new = to_document(before), to_document(after)
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    gone = {key: "" for key in old if key not in new}
    return {"$set": changed, **({"$unset": gone} if gone else {})}


def copied(conversation: Conversation, points: Sequence[str]) -> Conversation:
    """With people in copy: they may answer by reference from now on."""
    everyone = tuple(dict.fromkeys((*conversation.participants, *points)))[:PARTICIPANTS]
    return msgspec.structs.replace(conversation, participants=everyone)


def queues_of(
    ids: Sequence[ConversationId],
    found: Sequence[Pending],
    messages: Mapping[MessageId, Message],
) -> list[Queue]:
    """Each conversation's share of the queue, in order."""
    queues: dict[ConversationId, list[Pending]] = {id: [] for id in ids}
    for one in sorted(found, key=lambda one: (one.sequence, one.id)):
        queues[one.conversation_id].append(one)
    return [_queue(queues[id], messages) for id in ids]


def _queue(pending: list[Pending], messages: Mapping[MessageId, Message]) -> Queue:
    first = messages.get(pending[0].id) if pending else None
    head = current(first, pending[0]) if first else None
    return Queue(pending=pending, head=head)


def share_of(since: Since, found: Sequence[dict[str, Any]]) -> tuple[Heard, ...]:
    """The ticket's share of what was read, newest first."""
    return tuple(
        msgspec.convert(one, Heard)
        for one in found
        if one["ticket_id"] == since.ticket_id and one["occurred_at"] >= since.moment
    )[:RECENT_LIMIT]


def swapped(
    before: Pending, after: Pending, due_by: datetime | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The condition, and the change."""
    where = unchanged(before.id, before.delivery)
    if due_by is not None:
        where["delivery.due_at"] = {"$lte": due_by}
    fields = {"admitted": after.admitted, "claimant": after.claimant}
    return where, {"$set": {"delivery": to_document(after.delivery), **fields}}


def holds(stored: Pending | None, claimed: Pending) -> bool:
    """Whether the claim is this worker's."""
    return (
        stored is not None
        and stored.claimant == claimed.claimant
        and same_claim(stored, claimed.delivery)
    )


def same_claim(stored: Pending | None, delivery: Delivery) -> bool:
    """As ``unchanged`` asks the database."""
    return stored is not None and (stored.delivery.state, stored.delivery.fence) == (
        delivery.state,
        delivery.fence,
    )


def unchanged(id: MessageId, delivery: Delivery) -> dict[str, Any]:
    """The document as it was read. A fence of 0 is not stored."""
    return {
        "_id": id,
        "delivery.state": delivery.state,
        "delivery.fence": delivery.fence or None,
    }


def pending_of(message: Message, thread_key: str) -> Pending:
    """A message's place in the queue."""
    return Pending(
        id=message.id,
        conversation_id=message.conversation_id,
        inbox_id=message.inbox_id,
        thread_key=thread_key,
        sequence=message.sequence,
        delivery=delivery_of(message),
    )


def current(message: Message, pending: Pending | None) -> Message:
    """The delivery in the outbox is the true one; without one, nothing is left to do."""
    if pending is not None:
        return msgspec.structs.replace(message, delivery=pending.delivery)
    if message.delivery is None or message.delivery.due_at is None:
        return message
    done = msgspec.structs.replace(message.delivery, due_at=None)
    return msgspec.structs.replace(message, delivery=done)
