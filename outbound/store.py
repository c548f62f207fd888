"""The queries of outbound. Unfinished deliveries have ``delivery.due_at``; its partial indexes
hold only them, and every query repeats the index's bound so that both servers use it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import InboxId
from connectors.events import SenderId
from normalizer.model import ConversationId, Delivery, DeliveryState, Message, MessageId, TicketId
from outbound.model import Overdue, ProviderId, Receipt
from storage.collection import to_document
from storage.events import Event, EventLog
from storage.ids import derived_id
from storage.mongo import Mongo, Session
from ticketing.model import Conversation, Ticket

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
QUEUE_LIMIT = 500
RECENT_LIMIT = 50
WATERMARK_LIMIT = 500
PEOPLE_LIMIT = 100
PARKED_DAYS = 7
PARKED_LIMIT = 16


class OutboundStore:
    """Messages' delivery states, provider ids, and the tickets and conversations they touch."""

    def __init__(self, mongo: Mongo, events: EventLog) -> None:
        self.mongo = mongo
        self.events = events
        self._messages = mongo.collection("messages", Message)
        self._tickets = mongo.collection("tickets", Ticket)
        self._conversations = mongo.collection("conversations", Conversation)
        self._provider_ids = mongo.collection("provider_ids", ProviderId)
        self._events = mongo.collection("events", Event)

    async def message(self, id: MessageId, session: Session | None = None) -> Message | None:
        """One message."""
        return await self._messages.get(id, session)

    async def ticket(self, id: TicketId, session: Session | None = None) -> Ticket | None:
        """One ticket."""
        return await self._tickets.get(id, session)

    async def conversation(
        self, id: ConversationId, session: Session | None = None
    ) -> Conversation | None:
        """One conversation."""
        return await self._conversations.get(id, session)

    async def event(self, id: str, session: Session) -> Event | None:
        """One event of ours, to read back what it changed."""
        return await self._events.get(id, session)

    async def recent(self, ticket_id: TicketId, since: datetime, session: Session) -> list[Message]:
        """Messages of a ticket that occurred since then, newest first."""
        return await self._messages.find(
            {"ticket_id": ticket_id, "occurred_at": {"$gte": since}},
            sort=[("occurred_at", -1)],
            limit=RECENT_LIMIT,
            session=session,
        )

    async def insert_reply(self, message: Message, session: Session) -> None:
        """A new outbound message; a taken id aborts the transaction."""
        await self._messages.insert(message, session=session)

    async def update_ticket(
        self, before: Ticket, after: Ticket, session: Session | None = None
    ) -> None:
        """Write what differs between the two; the version grows."""
        old, new = to_document(before), to_document(after)
        changed = {key: value for key, value in new.items() if old.get(key) != value}
        gone = {key: "" for key in old if key not in new}
        change = {"$set": changed | {"version": before.version + 1}}
        await self._tickets.update(
            {"_id": before.id, "version": before.version},
            change | ({"$unset": gone} if gone else {}),
            session=session,
        )

    async def touch_conversation(
        self, conversation: Conversation, now: datetime, session: Session
    ) -> None:
        """Take the next place in its order: two replies at once conflict here."""
        await self._conversations.update(
            {"_id": conversation.id},
            {"$set": {"version": conversation.version + 1, "updated_at": now}},
            session=session,
        )

    async def append(self, events: Iterable[Event], session: Session) -> None:
        """Facts, in the transaction of the change that they tell of."""
        await self.events.append(session, list(events))

    async def unfinished(self, conversation_id: ConversationId) -> list[Message]:
        """Replies of a conversation with something still to be done, in no order."""
        return await self._messages.find(
            {"conversation_id": conversation_id, "delivery.due_at": {"$gt": EPOCH}},
            limit=QUEUE_LIMIT,
        )

    async def overdue(self, after: datetime, before: datetime, limit: int) -> list[Overdue]:
        """What should have been done in that time, oldest first."""
        cursor = self._messages.raw.find(
            {"delivery.due_at": {"$gt": after, "$lt": before}},
            {"conversation_id": 1, "delivery.due_at": 1},
            sort=[("delivery.due_at", 1)],
            limit=limit,
        )
        return [
            Overdue(conversation_id=one["conversation_id"], due_at=one["delivery"]["due_at"])
            for one in await cursor.to_list(limit)
        ]

    async def swap(
        self,
        message: Message,
        delivery: Delivery,
        session: Session | None = None,
        *,
        due_by: datetime | None = None,
    ) -> bool:
        """Replace the delivery if it is still the one that ``message`` was read with."""
        before = message.delivery
        if before is None:
            return False
        where: dict[str, Any] = {
            "_id": message.id,
            "delivery.state": before.state,
            "delivery.fence": before.fence or None,
        }
        if due_by is not None:
            where["delivery.due_at"] = {"$lte": due_by}
        change = {"$set": {"delivery": to_document(delivery)}}
        return await self._messages.update(where, change, session=session) == 1

    async def by_native_ids(
        self, inbox_id: InboxId, native_ids: Sequence[str], session: Session
    ) -> list[Message]:
        """Our messages that these provider ids (or our own message ids) name."""
        wanted = list(dict.fromkeys(native_ids))
        named = await self._messages.find(
            {"delivery.native_ids": {"$gt": "", "$in": wanted}},
            limit=4 * len(wanted),
            session=session,
        )
        ours = await self._messages.by_ids(wanted, session=session)
        distinct = {message.id: message for message in (*named, *ours.values())}
        return [m for m in distinct.values() if m.inbox_id == inbox_id and m.delivery is not None]

    async def in_state(
        self, ticket_id: TicketId, state: DeliveryState, session: Session
    ) -> list[Message]:
        """Outbound messages of a ticket that are in this state."""
        return await self._messages.find(
            {"ticket_id": ticket_id, "delivery.state": state},
            limit=WATERMARK_LIMIT,
            session=session,
        )

    async def conversations_with(
        self, inbox_id: InboxId, people: Sequence[SenderId], session: Session
    ) -> list[Conversation]:
        """Conversations of an inbox whose replies go to one of these people."""
        found = [
            await self._conversations.find(
                {"recipient": person.canonical}, limit=PEOPLE_LIMIT, session=session
            )
            for person in people
        ]
        return [one for page in found for one in page if one.inbox_id == inbox_id]

    async def park(
        self,
        session: Session,
        inbox_id: InboxId,
        native_id: str,
        parked: Sequence[Receipt],
        now: datetime,
    ) -> None:
        """Keep receipts whose message is not known (yet); they go after a week."""
        id = derived_id(inbox_id, native_id)
        known = await self._provider_ids.get(id, session)
        receipts = (*(known.receipts if known else ()), *parked)[-PARKED_LIMIT:]
        await self._provider_ids.replace_many(
            [_provider_id(id, native_id, now, receipts=receipts)], session=session
        )

    async def own(
        self, message: Message, native_ids: Sequence[str], now: datetime, session: Session
    ) -> list[Receipt]:
        """Note whose ids these are, and take the receipts that came before."""
        ids = {derived_id(message.inbox_id, native): native for native in native_ids}
        found = await self._provider_ids.by_ids(ids, session=session)
        await self._provider_ids.replace_many(
            [_provider_id(id, native, now, message_id=message.id) for id, native in ids.items()],
            session=session,
        )
        return [receipt for one in found.values() for receipt in one.receipts]


def _provider_id(
    id: str,
    native_id: str,
    now: datetime,
    *,
    message_id: MessageId | None = None,
    receipts: tuple[Receipt, ...] = (),
) -> ProviderId:
    return ProviderId(
        id=id,
        native_id=native_id,
        message_id=message_id,
        receipts=receipts,
        expires_at=now + timedelta(days=PARKED_DAYS),
    )
