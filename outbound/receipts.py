"""What providers report on our messages; called by ingest inside its own transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.contract import InboxId
from connectors.events import ReceiptReported
from normalizer.model import ConversationId, Delivery, DeliveryState, Message, MessageId
from outbound import facts, metrics
from outbound.acts.applying import apply_act
from outbound.flags import flag_ticket
from outbound.model import Receipt
from outbound.progress import delivery_of, heard, piece_failed, reported, with_ids
from outbound.recipients import news
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from storage.events import Event
from storage.mongo import Session
from ticketing.facts import SYSTEM

# A watermark of the key's state moves messages that are in one of these.
BELOW: Mapping[str, tuple[DeliveryState, ...]] = {
    "delivered": ("sent",),
    "read": ("sent", "delivered"),
}


class Receipts:
    """Implements ``ticketing.delivery.ReceiptSink``."""

    def __init__(self, store: OutboundStore, suppressions: Suppressions) -> None:
        self._store = store
        self._suppressions = suppressions

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
        events: list[Event] = []
        single = [receipt for receipt in receipts if not receipt.watermark]
        if single:
            events += await self._apply_single(session, inbox_id, single, now)
        for receipt in receipts:
            if receipt.watermark:
                events += await self._apply_watermark(session, inbox_id, receipt, now)
        return events

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
        """Our own message that this echo repeats, now known to be sent; None: somebody else's."""
        names = [native_id, ours] if ours else [native_id]  # it may be back before we know its id
        known = await self._store.by_native_ids(inbox_id, names, session)
        if not known and conversation_id is not None:
            known = await self._unconfirmed(conversation_id, text, session)
        if not known:
            return None
        message = known[0]
        before = delivery_of(message)
        if before.taken:  # some have it, which is known; the others are still to get it
            return message.id
        after = reported(with_ids(before, (native_id,)), [Receipt(state="sent", at=now)], now)
        await self._write(session, message, after)
        return message.id

    async def _apply_single(
        self,
        session: Session,
        inbox_id: InboxId,
        receipts: Sequence[ReceiptReported],
        now: datetime,
    ) -> Sequence[Event]:
        events: list[Event] = []
        by_id: dict[str, list[ReceiptReported]] = defaultdict(list)
        for receipt in receipts:
            by_id[receipt.native_id].append(receipt)
        known: set[str] = set()
        for message in await self._store.by_native_ids(inbox_id, list(by_id), session):
            names = [
                name for name in (message.id, *delivery_of(message).native_ids) if name in by_id
            ]
            known.update(names)
            told = [receipt for name in names for receipt in by_id[name]]
            events += await self._write(session, message, _told(message, told, now))
            metrics.RECEIPTS.labels("matched").inc(len(told))
        for native_id in by_id.keys() - known:
            parked = [_receipt(receipt) for receipt in by_id[native_id]]
            await self._store.park(session, inbox_id, native_id, parked, now)
            metrics.RECEIPTS.labels("parked").inc(len(parked))
        return events

    async def _apply_watermark(
        self, session: Session, inbox_id: InboxId, receipt: ReceiptReported, now: datetime
    ) -> Sequence[Event]:
        """ "All up to then": every earlier message to these people moves."""
        events: list[Event] = []
        if not receipt.senders:
            return events
        metrics.RECEIPTS.labels("watermark").inc()
        people = await self._store.conversations_with(inbox_id, receipt.senders, session)
        for conversation in people:
            for state in BELOW.get(receipt.state, ()):
                for message in await self._store.in_state(conversation.ticket_id, state, session):
                    if (
                        message.conversation_id == conversation.id
                        and message.act is None
                        and message.occurred_at <= receipt.occurred_at
                    ):
                        after = reported(delivery_of(message), [_receipt(receipt)], now)
                        events += await self._write(session, message, after)
        return events

    async def _unconfirmed(
        self, conversation_id: ConversationId, text: str, session: Session
    ) -> list[Message]:
        """Messages of ours with these words that the provider may have taken, oldest first."""
        conversation = await self._store.conversation(conversation_id, session)
        if conversation is None:
            return []
        queue = await self._store.unfinished(conversation_id, session)
        sending = [one.id for one in queue if one.delivery.state == "sending"]
        found = [
            *await self._store.messages(sending, session),
            *await self._store.in_state(conversation.ticket_id, "uncertain", session),
        ]
        same = [
            message
            for message in found
            if message.conversation_id == conversation_id
            and message.act is None
            and message.text.split() == text.split()
        ]
        return sorted(same, key=lambda message: (message.sequence, message.id))

    async def _write(self, session: Session, message: Message, after: Delivery) -> Sequence[Event]:
        before = delivery_of(message)
        events: list[Event] = []
        if after == before or not await self._store.publish(message, after, session):
            return events
        if _moved(before, after):
            events.append(facts.delivery_changed(message, before, after, SYSTEM))
            await self._store.append(events, session)
        events += await apply_act(self._store, message, after, session)
        await flag_ticket(self._store, message, after, session)
        await self._suppressions.note(message, before, after, session)
        return events


def _moved(before: Delivery, after: Delivery) -> bool:
    """Whether there is something to tell; other words for what is known already are not."""
    parts = after.failed_pieces != before.failed_pieces
    return after.state != before.state or parts or bool(news(before, after))


def _told(message: Message, receipts: Sequence[ReceiptReported], now: datetime) -> Delivery:
    before = after = delivery_of(message)
    if message.envelope is not None:
        return heard(before, message, map(_receipt, receipts), now)
    for receipt in receipts:
        if receipt.state == "failed" and len(before.native_ids) > 1:
            after = piece_failed(after, receipt.native_id, receipt.reason, now)
        else:
            after = reported(after, [_receipt(receipt)], now)
    return after


def _receipt(receipt: ReceiptReported) -> Receipt:
    return Receipt(
        state=receipt.state,
        at=receipt.occurred_at,
        reason=receipt.reason,
        recipient=receipt.recipient,
        status=receipt.status,
    )
