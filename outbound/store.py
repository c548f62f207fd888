"""The queries of outbound. What is unfinished stands in ``outbox``; a message is read together with
it, and has ``delivery.due_at`` exactly while it stands there.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo.errors import DuplicateKeyError

from connectors.contract import InboxId
from connectors.events import SenderId
from normalizer.model import ConversationId, Delivery, DeliveryState, Message, MessageId, TicketId
from outbound.errors import NotOurs, Taken
from outbound.model import Claim, Heard, Overdue, Pending, ProviderId, Queue, Receipt, Since
from outbound.progress import delivery_of
from outbound.records import (
    RECENT_LIMIT,
    change_of,
    current,
    holds,
    pending_of,
    provider_id,
    published,
    queues_of,
    same_claim,
    share_of,
    swapped,
    unchanged,
)
from storage.collection import to_document
from storage.events import Event, EventId, EventLog
from storage.ids import derived_id
from storage.mongo import Mongo, Session
from storage.writes import Writes
from ticketing.links.store import LinkStore
from ticketing.model import Conversation, Ticket
from ticketing.store import Collections

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NONE = Delivery(state="queued", changed_at=EPOCH)
QUEUE_LIMIT = 500
WATERMARK_LIMIT = 500
PEOPLE_LIMIT = 100
PARKED_LIMIT = 16
JOINED = 32  # places in the queue that are read with their messages
_WITH_TICKET = {
    "$lookup": {
        "from": "tickets",
        "localField": "ticket_id",
        "foreignField": "_id",
        "as": "ticket",
    }
}
_WITH_MESSAGE = {
    "$lookup": {"from": "messages", "localField": "_id", "foreignField": "_id", "as": "message"}
}
HEARD = {"ticket_id": 1, **dict.fromkeys(Heard.__struct_fields__[1:], 1)}


class OutboundStore:
    """Messages' delivery states, provider ids, and the tickets and conversations they touch."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self._messages = mongo.collection("messages", Message)
        self._outbox = mongo.collection("outbox", Pending)
        self._tickets = mongo.collection("tickets", Ticket)
        self._conversations = mongo.collection("conversations", Conversation)
        self._provider_ids = mongo.collection("provider_ids", ProviderId)
        self._events = EventLog(mongo)
        self._links = LinkStore(Collections(mongo))

    async def message(self, id: MessageId, session: Session | None = None) -> Message | None:
        """One message with its true delivery."""
        found = await self._messages.get(id, session)
        if found is None or found.delivery is None:
            return found
        return current(found, await self._outbox.get(id, session))

    async def load(self, pendings: Sequence[Pending]) -> list[Message | None]:
        """The messages of places in the queue; None for what is gone."""
        found = await self._messages.by_ids([one.id for one in pendings])
        return [current(found[one.id], one) if one.id in found else None for one in pendings]

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
        return await self._events.get(EventId(id), session)

    async def tickets(self, ids: Iterable[TicketId], session: Session) -> dict[TicketId, Ticket]:
        """Tickets by id."""
        found = await self._tickets.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def children(self, id: TicketId, session: Session) -> list[Ticket]:
        """A parent's children."""
        return await self._links.linked(id, "child", session)

    async def threads(
        self, ids: Iterable[ConversationId], session: Session
    ) -> tuple[dict[ConversationId, Conversation], dict[TicketId, Ticket]]:
        """Conversations by id, and their tickets, in one read."""
        cursor = await self._conversations.raw.aggregate(
            [{"$match": {"_id": {"$in": list(dict.fromkeys(ids))}}}, _WITH_TICKET], session=session
        )
        found = await cursor.to_list(None)
        conversations = [self._conversations.decode(one) for one in found]
        tickets = [self._tickets.decode(ticket) for one in found for ticket in one["ticket"]]
        return {one.id: one for one in conversations}, {one.id: one for one in tickets}

    async def recent(
        self, sinces: Sequence[Since], session: Session
    ) -> dict[TicketId, tuple[Heard, ...]]:
        """What occurred in tickets since then, newest first: one read where not too much has."""
        if len(sinces) > 1:
            together = {
                "ticket_id": {"$in": [one.ticket_id for one in sinces]},
                "occurred_at": {"$gte": min(one.moment for one in sinces)},
            }
            found = await self._heard(together, RECENT_LIMIT * len(sinces), session)
            if len(found) < RECENT_LIMIT * len(sinces):
                return {one.ticket_id: share_of(one, found) for one in sinces}
        recent: dict[TicketId, tuple[Heard, ...]] = {}
        for one in sinces:
            where = {"ticket_id": one.ticket_id, "occurred_at": {"$gte": one.moment}}
            recent[one.ticket_id] = share_of(one, await self._heard(where, RECENT_LIMIT, session))
        return recent

    async def _heard(
        self, where: dict[str, Any], limit: int, session: Session
    ) -> list[dict[str, Any]]:
        cursor = self._messages.raw.find(where, HEARD, session=session)
        return await cursor.sort([("occurred_at", -1)]).limit(limit).to_list(limit)

    async def compose(
        self,
        replies: Sequence[tuple[Message, str]],
        tickets: Sequence[tuple[Ticket, Ticket]],
        copied: Iterable[Conversation],
        events: Iterable[Event],
        session: Session,
        *,
        replacing: bool = False,
    ) -> None:
        """New outbound messages with their thread keys, their places in the queue, and what they
        change: tickets from and to, conversations with more participants.

        Taken when a message of such an id exists: the transaction is lost then.
        """
        batch = Writes(self.mongo, session)
        put = batch.replace if replacing else batch.insert
        put(self._messages, (message for message, _ in replies))
        batch.insert(self._outbox, (pending_of(message, key) for message, key in replies))
        for before, after in tickets:
            batch.update(self._tickets, {"_id": before.id}, change_of(before, after))
        for one in copied:
            change = {"$set": {"participants": one.participants}, "$inc": {"version": 1}}
            batch.update(self._conversations, {"_id": one.id}, change)
        self._events.add(batch, list(events))
        try:
            await batch.send()
        except DuplicateKeyError as error:
            raise Taken from error

    async def put(self, message: Message, session: Session) -> None:
        """A message that is not queued, instead of what it was before."""
        await self._messages.replace_many([message], session=session)

    async def amend(self, before: Message, after: Message, session: Session) -> None:
        """What differs between the two; never the delivery, which has its own guard."""
        old, new = to_document(before), to_document(after)
        wanted = {key: value for key, value in new.items() if old.get(key) != value}
        gone = {key: "" for key in old if key not in new}
        change = {"$set": wanted} | ({"$unset": gone} if gone else {})
        if wanted or gone:
            await self._messages.update({"_id": before.id}, change, session=session)

    async def heard_since(self, ticket_id: TicketId, moment: datetime, session: Session) -> bool:
        """Whether the customer wrote since, by arrival."""
        since = Since(ticket_id, moment - timedelta(days=1))  # their clock may lag
        recent = (await self.recent([since], session))[ticket_id]
        return any(
            one.direction == "in"
            and one.received_at > moment
            and not (one.mail and one.mail.auto_reply)
            for one in recent
        )

    async def update_ticket(self, before: Ticket, after: Ticket, session: Session) -> None:
        """Write what differs between the two; the version grows.

        ``before`` was read in this transaction: whoever wrote since makes it run anew, so that
        nothing but the id is asked for, which the embedded server finds fastest by far.
        """
        grown = msgspec.structs.replace(after, version=before.version + 1)
        change = change_of(before, grown)
        await self._tickets.update({"_id": before.id}, change, session=session)

    async def append(self, events: Iterable[Event], session: Session) -> None:
        """Facts, in the transaction of the change that they tell of.

        They are new: each write here is guarded by the state that it leaves, so that a rerun after
        an unknown commit writes nothing.
        """
        await self._events.append(session, list(events), fresh=True)

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

    async def queues(self, ids: Sequence[ConversationId]) -> list[Queue]:
        """The unfinished replies of each conversation; with the first one's message, where not
        too many wait.
        """
        where = {"conversation_id": {"$in": list(ids)}}
        cursor = await self._outbox.raw.aggregate(
            [{"$match": where}, {"$limit": JOINED + 1}, _WITH_MESSAGE]
        )
        found = await cursor.to_list(None)
        if len(found) > JOINED:
            return await self._long_queues(ids)
        messages = {
            one["_id"]: self._messages.decode(one["message"][0]) for one in found if one["message"]
        }
        return queues_of(ids, [self._outbox.decode(one) for one in found], messages)

    async def _long_queues(self, ids: Sequence[ConversationId]) -> list[Queue]:
        """As ``queues``, without messages."""
        where = {"conversation_id": {"$in": list(ids)}}
        found = await self._outbox.find(where, limit=QUEUE_LIMIT)
        if len(found) == QUEUE_LIMIT and len(ids) > 1:
            return [(await self._long_queues([id]))[0] for id in ids]
        return queues_of(ids, found, {})

    async def swap(
        self, before: Pending, after: Pending, *, due_by: datetime | None = None
    ) -> bool:
        """Claim or postpone: the queue's own business, unless somebody was quicker."""
        return await self._outbox.update(*swapped(before, after, due_by)) == 1

    async def claim(self, claims: Sequence[Claim]) -> list[bool]:
        """Which of them are ours now; each by a condition of its own."""
        if len(claims) == 1:
            return [await self.swap(claims[0].before, claims[0].after, due_by=claims[0].at)]
        changes = [swapped(one.before, one.after, one.at) for one in claims]
        if await self._outbox.update_each(changes) == len(claims):
            return [True] * len(claims)
        stored = await self._outbox.by_ids([one.after.id for one in claims])
        return [holds(stored.get(one.after.id), one.after) for one in claims]

    async def release(self, pending: Pending) -> None:
        """It holds its conversation no longer."""
        await self._outbox.delete(unchanged(pending.id, pending.delivery))

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
            where = unchanged(message.id, before)
        elif not await self._move(message, delivery, session):
            return False
        change = published(delivery)
        if not await self._messages.update(where, change, session=session):
            return False
        if before.due_at is None and delivery.due_at is not None:
            queued = msgspec.structs.replace(message, delivery=delivery)
            await self._outbox.insert(pending_of(queued, thread_key), session=session)
        return True

    async def finish(
        self,
        finished: Sequence[tuple[Message, Delivery]],
        events: Iterable[Event],
        session: Session,
    ) -> None:
        """As ``publish`` for some with nothing left to do, and their events, in one write.

        NotOurs when one is not as it was read: the transaction is lost then.
        """
        batch = Writes(self.mongo, session)
        for message, delivery in finished:
            batch.delete(self._outbox, unchanged(message.id, delivery_of(message)))
            batch.update(self._messages, {"_id": message.id}, published(delivery))
        self._events.add(batch, list(events))
        sent = await batch.send()
        if (sent.deleted, sent.modified) != (len(finished), len(finished)):
            raise NotOurs

    async def claimed(
        self, finished: Sequence[tuple[Message, Delivery]], session: Session
    ) -> list[tuple[Message, Delivery]]:
        """Those whose messages are still as they were read."""
        pending = await self._outbox.by_ids([one.id for one, _ in finished], session=session)
        return [(m, d) for m, d in finished if same_claim(pending.get(m.id), delivery_of(m))]

    async def finish_claimed(
        self,
        finished: Sequence[tuple[Message, Delivery]],
        events: Iterable[Event],
        session: Session,
    ) -> None:
        """As ``finish``, for what ``claimed`` has found in this transaction."""
        batch = Writes(self.mongo, session)
        batch.delete(self._outbox, {"_id": {"$in": [message.id for message, _ in finished]}})
        for message, delivery in finished:
            batch.update(self._messages, {"_id": message.id}, published(delivery))
        self._events.add(batch, list(events))
        await batch.send()

    async def _move(self, message: Message, delivery: Delivery, session: Session) -> bool:
        where = unchanged(message.id, delivery_of(message))
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
        return [current(one, pending.get(one.id)) for one in messages]

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
            [provider_id(id, native_id, now, receipts=receipts)], session=session
        )

    async def own(
        self, message: Message, native_ids: Sequence[str], now: datetime, session: Session
    ) -> list[Receipt]:
        """Note whose ids these are, and take the receipts that came before."""
        ids = {derived_id(message.inbox_id, native): native for native in native_ids}
        found = await self._provider_ids.by_ids(ids, session=session)
        await self._provider_ids.replace_many(
            [provider_id(id, native, now, message_id=message.id) for id, native in ids.items()],
            session=session,
        )
        return [receipt for one in found.values() for receipt in one.receipts]
