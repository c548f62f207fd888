"""The queries of outbound. What is unfinished stands in ``outbox``; a message is read together with
it, and has ``delivery.due_at`` exactly while it stands there.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connectors.contract import InboxId
from connectors.events import SenderId
from normalizer.model import ConversationId, Delivery, DeliveryState, Message, MessageId, TicketId
from outbound.model import Overdue, Pending, ProviderId, Receipt
from outbound.progress import delivery_of
from storage.collection import to_document
from storage.events import Event
from storage.ids import derived_id
from storage.mongo import Mongo, Session
from ticketing.model import Conversation, Ticket
from ticketing.tokens import tokens

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NONE = Delivery(state="queued", changed_at=EPOCH)
PARTICIPANTS = 64
QUEUE_LIMIT = 500
RECENT_LIMIT = 50
WATERMARK_LIMIT = 500
PEOPLE_LIMIT = 100
PARKED_DAYS = 7
PARKED_LIMIT = 16


class OutboundStore:
    """Messages' delivery states, provider ids, and the tickets and conversations they touch."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self._messages = mongo.collection("messages", Message)
        self._outbox = mongo.collection("outbox", Pending)
        self._tickets = mongo.collection("tickets", Ticket)
        self._conversations = mongo.collection("conversations", Conversation)
        self._provider_ids = mongo.collection("provider_ids", ProviderId)
        self._events = mongo.collection("events", Event)

    async def message(self, id: MessageId, session: Session | None = None) -> Message | None:
        """One message with its true delivery."""
        found = await self._messages.get(id, session)
        if found is None or found.delivery is None:
            return found
        return _current(found, await self._outbox.get(id, session))

    async def load(self, pending: Pending) -> Message | None:
        """The message of a place in the queue."""
        found = await self._messages.get(pending.id)
        return None if found is None else _current(found, pending)

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

    async def insert_reply(self, message: Message, thread_key: str, session: Session) -> None:
        """A new outbound message and its place in the queue; a taken id aborts the transaction.

        Its search tokens are written when it is settled, in the one rewrite that it gets anyway.
        """
        await self._messages.insert(msgspec.structs.replace(message, tokens=()), session=session)
        await self._outbox.insert(_pending(message, thread_key), session=session)

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

    async def add_participants(
        self, conversation: Conversation, points: Sequence[str], session: Session
    ) -> None:
        """People in copy: they may answer by reference from now on."""
        everyone = tuple(dict.fromkeys((*conversation.participants, *points)))[:PARTICIPANTS]
        if everyone != conversation.participants:
            await self._conversations.update(
                {"_id": conversation.id},
                {"$set": {"participants": everyone}, "$inc": {"version": 1}},
                session=session,
            )

    async def append(self, events: Iterable[Event], session: Session) -> None:
        """Facts, in the transaction of the change that they tell of.

        They are new: each write here is guarded by the state that it leaves, so that a rerun after
        an unknown commit writes nothing (and ``EventLog.append`` need not look them up first).
        """
        await self._events.insert_many(events, session=session)

    async def unfinished(
        self, conversation_id: ConversationId, session: Session | None = None
    ) -> list[Pending]:
        """Replies of a conversation with something still to be done, in no order."""
        return await self._outbox.find(
            {"conversation_id": conversation_id}, limit=QUEUE_LIMIT, session=session
        )

    async def overdue(self, after: datetime, before: datetime, limit: int) -> list[Overdue]:
        """What should have been done in that time, oldest first."""
        found = await self._outbox.find(
            {"delivery.due_at": {"$gt": after, "$lt": before}},
            sort=[("delivery.due_at", 1)],
            limit=limit,
        )
        return [
            Overdue(conversation_id=one.conversation_id, due_at=one.delivery.due_at or before)
            for one in found
        ]

    async def swap(
        self, before: Pending, after: Pending, *, due_by: datetime | None = None
    ) -> bool:
        """Claim or postpone: the queue's own business, unless somebody was quicker."""
        where = _unchanged(before.id, before.delivery)
        if due_by is not None:
            where["delivery.due_at"] = {"$lte": due_by}
        change = {"delivery": to_document(after.delivery), "admitted": after.admitted}
        return await self._outbox.update(where, {"$set": change}) == 1

    async def release(self, pending: Pending) -> None:
        """It holds its conversation no longer."""
        await self._outbox.delete(_unchanged(pending.id, pending.delivery))

    async def publish(
        self, message: Message, delivery: Delivery, session: Session, *, thread_key: str = ""
    ) -> bool:
        """Replace the delivery, if it is still the one that ``message`` was read with.

        What was unfinished is guarded in the outbox; what becomes unfinished again is queued there
        (``thread_key`` is for that).
        """
        before = message.delivery
        if before is None:
            return False
        where: dict[str, Any] = {"_id": message.id}
        if before.due_at is None:
            where = _unchanged(message.id, before)
        elif not await self._move(message, delivery, session):
            return False
        change: dict[str, Any] = {"delivery": to_document(delivery)}
        if not message.tokens and delivery.state != "cancelled":
            change["tokens"] = tokens(message.text, *(file.name for file in message.files))
        if not await self._messages.update(where, {"$set": change}, session=session):
            return False
        if before.due_at is None and delivery.due_at is not None:
            queued = msgspec.structs.replace(message, delivery=delivery)
            await self._outbox.insert(_pending(queued, thread_key), session=session)
        return True

    async def _move(self, message: Message, delivery: Delivery, session: Session) -> bool:
        where = _unchanged(message.id, delivery_of(message))
        if delivery.due_at is None:
            return await self._outbox.delete(where, session=session) == 1
        change = {"$set": {"delivery": to_document(delivery)}}
        return await self._outbox.update(where, change, session=session) == 1

    async def by_native_ids(
        self, inbox_id: InboxId, native_ids: Sequence[str], session: Session
    ) -> list[Message]:
        """Our messages that these provider ids (or our own message ids) name."""
        wanted = {derived_id(inbox_id, native): native for native in native_ids}
        owned = await self._provider_ids.by_ids(wanted, session=session)
        named = [one.message_id for one in owned.values() if one.message_id]
        found = await self._messages.by_ids((*native_ids, *named), session=session)
        names = {n for m in found.values() for n in (m.id, *(m.delivery or NONE).native_ids)}
        for native in dict.fromkeys(native_ids):
            if native not in names:  # a mail, or older than the week that provider ids are kept
                older = await self._messages.find(
                    {"delivery.native_ids": native}, limit=4, session=session
                )
                found |= {message.id: message for message in older}
        ours = [m for m in found.values() if m.inbox_id == inbox_id and m.delivery is not None]
        return await self.current(ours, session)

    async def current(self, messages: Sequence[Message], session: Session) -> list[Message]:
        """Messages with their true deliveries."""
        pending = await self._outbox.by_ids([one.id for one in messages], session=session)
        return [_current(one, pending.get(one.id)) for one in messages]

    async def messages(self, ids: Sequence[MessageId], session: Session) -> list[Message]:
        """Messages by id, with their true deliveries."""
        found = await self._messages.by_ids(ids, session=session)
        return await self.current(list(found.values()), session)

    async def in_state(
        self, ticket_id: TicketId, state: DeliveryState, session: Session
    ) -> list[Message]:
        """Outbound messages of a ticket that are told to be in this state."""
        found = await self._messages.find(
            {"ticket_id": ticket_id, "delivery.state": state},
            limit=WATERMARK_LIMIT,
            session=session,
        )
        return await self.current(found, session) if found else found

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


def _unchanged(id: MessageId, delivery: Delivery) -> dict[str, Any]:
    """The document as it was read. A fence of 0 is not stored."""
    return {
        "_id": id,
        "delivery.state": delivery.state,
        "delivery.fence": delivery.fence or None,
    }


def _pending(message: Message, thread_key: str) -> Pending:
    return Pending(
        id=message.id,
        conversation_id=message.conversation_id,
        inbox_id=message.inbox_id,
        thread_key=thread_key,
        sequence=message.sequence,
        delivery=delivery_of(message),
    )


def _current(message: Message, pending: Pending | None) -> Message:
    """The delivery in the outbox is the true one; without one, nothing is left to do."""
    if pending is not None:
        return msgspec.structs.replace(message, delivery=pending.delivery)
    if message.delivery is None or message.delivery.due_at is None:
        return message
    done = msgspec.structs.replace(message.delivery, due_at=None)
    return msgspec.structs.replace(message, delivery=done)
