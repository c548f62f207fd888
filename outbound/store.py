"""The queries of outbound. What is unfinished stands in ``outbox``; a message is read together with
it, and has ``delivery.due_at`` exactly while it stands there.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo.errors import BulkWriteError

from connectors.contract import InboxId
from connectors.events import SenderId
from normalizer.model import ConversationId, Delivery, DeliveryState, Message, MessageId, TicketId
from outbound.errors import Taken
from outbound.model import Claim, Heard, Overdue, Pending, ProviderId, Receipt, Since
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
DUPLICATE_KEY = 11000  # MongoDB error code
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
        self._events = mongo.collection("events", Event)

    async def message(self, id: MessageId, session: Session | None = None) -> Message | None:
        """One message with its true delivery."""
        found = await self._messages.get(id, session)
        if found is None or found.delivery is None:
            return found
        return _current(found, await self._outbox.get(id, session))

    async def load(self, pendings: Sequence[Pending]) -> list[Message | None]:
        """The messages of places in the queue; None for what is gone."""
        found = await self._messages.by_ids([one.id for one in pendings])
        return [_current(found[one.id], one) if one.id in found else None for one in pendings]

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

    async def tickets(self, ids: Iterable[TicketId], session: Session) -> dict[TicketId, Ticket]:
        """Tickets by id."""
        found = await self._tickets.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def conversations(
        self, ids: Iterable[ConversationId], session: Session
    ) -> dict[ConversationId, Conversation]:
        """Conversations by id."""
        found = await self._conversations.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

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
                return {one.ticket_id: _of(one, found) for one in sinces}
        recent: dict[TicketId, tuple[Heard, ...]] = {}
        for one in sinces:
            where = {"ticket_id": one.ticket_id, "occurred_at": {"$gte": one.moment}}
            recent[one.ticket_id] = _of(one, await self._heard(where, RECENT_LIMIT, session))
        return recent

    async def _heard(
        self, where: dict[str, Any], limit: int, session: Session
    ) -> list[dict[str, Any]]:
        cursor = self._messages.raw.find(where, HEARD, session=session)
        return await cursor.sort([("occurred_at", -1)]).limit(limit).to_list(limit)

    async def insert_replies(
        self, replies: Sequence[tuple[Message, str]], session: Session
    ) -> None:
        """New outbound messages, with their thread keys, and their places in the queue.

        Their search tokens are written when they are settled, in the one rewrite that they get
        anyway. Taken when a message of such an id exists: the transaction is lost then.
        """
        plain = [msgspec.structs.replace(message, tokens=()) for message, _ in replies]
        try:
            await self._messages.insert_many(plain, session=session)
        except BulkWriteError as error:
            codes = {one.get("code") for one in (error.details or {}).get("writeErrors", [])}
            if codes == {DUPLICATE_KEY}:
                raise Taken from error
            raise
        await self._outbox.insert_many(
            [_pending(message, thread_key) for message, thread_key in replies], session=session
        )

    async def update_ticket(
        self, before: Ticket, after: Ticket, session: Session | None = None
    ) -> None:
        """Write what differs between the two; the version grows."""
        grown = msgspec.structs.replace(after, version=before.version + 1)
        await self._tickets.update(*_change(before, grown), session=session)

    async def update_tickets(
        self, changes: Sequence[tuple[Ticket, Ticket]], session: Session
    ) -> None:
        """As ``update_ticket`` for many, whose versions have grown already."""
        if len(changes) == 1:
            await self._tickets.update(*_change(*changes[0]), session=session)
        else:
            await self._tickets.update_each(
                [_change(before, after) for before, after in changes], session=session
            )

    async def add_participants(
        self, conversation: Conversation, points: Sequence[str], session: Session
    ) -> Conversation:
        """People in copy: they may answer by reference from now on."""
        everyone = tuple(dict.fromkeys((*conversation.participants, *points)))[:PARTICIPANTS]
        if everyone != conversation.participants:
            await self._conversations.update(
                {"_id": conversation.id},
                {"$set": {"participants": everyone}, "$inc": {"version": 1}},
                session=session,
            )
        return msgspec.structs.replace(conversation, participants=everyone)

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

    async def queues(self, ids: Sequence[ConversationId]) -> list[list[Pending]]:
        """The unfinished replies of each conversation, in their order."""
        limit = QUEUE_LIMIT
        found = await self._outbox.find({"conversation_id": {"$in": list(ids)}}, limit=limit)
        if len(found) == limit and len(ids) > 1:
            return [(await self.queues([id]))[0] for id in ids]
        queues: dict[ConversationId, list[Pending]] = {id: [] for id in ids}
        for one in sorted(found, key=lambda one: (one.sequence, one.id)):
            queues[one.conversation_id].append(one)
        return [queues[id] for id in ids]

    async def swap(
        self, before: Pending, after: Pending, *, due_by: datetime | None = None
    ) -> bool:
        """Claim or postpone: the queue's own business, unless somebody was quicker."""
        return await self._outbox.update(*_swap(before, after, due_by)) == 1

    async def claim(self, claims: Sequence[Claim]) -> list[bool]:
        """Which of them are ours now; each by a condition of its own."""
        if len(claims) == 1:
            return [await self.swap(claims[0].before, claims[0].after, due_by=claims[0].at)]
        changes = [_swap(one.before, one.after, one.at) for one in claims]
        if await self._outbox.update_each(changes) == len(claims):
            return [True] * len(claims)
        stored = await self._outbox.by_ids([one.after.id for one in claims])
        return [_holds(stored.get(one.after.id), one.after) for one in claims]

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
        change = {"$set": _published(message, delivery)}
        if not await self._messages.update(where, change, session=session):
            return False
        if before.due_at is None and delivery.due_at is not None:
            queued = msgspec.structs.replace(message, delivery=delivery)
            await self._outbox.insert(_pending(queued, thread_key), session=session)
        return True

    async def finish(
        self, finished: Sequence[tuple[Message, Delivery]], session: Session
    ) -> set[MessageId]:
        """As ``publish`` for many with nothing left to do; the ids of those that were written."""
        if len(finished) == 1:
            message, delivery = finished[0]
            return {message.id} if await self.publish(message, delivery, session) else set()
        pending = await self._outbox.by_ids([one.id for one, _ in finished], session=session)
        ours = [(m, d) for m, d in finished if _same_claim(pending.get(m.id), delivery_of(m))]
        if ours:
            ids = [message.id for message, _ in ours]
            await self._outbox.delete({"_id": {"$in": ids}}, session=session)
            changes = [({"_id": m.id}, {"$set": _published(m, d)}) for m, d in ours]
            await self._messages.update_each(changes, session=session)
        return {message.id for message, _ in ours}

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


def _published(message: Message, delivery: Delivery) -> dict[str, Any]:
    change: dict[str, Any] = {"delivery": to_document(delivery)}
    if not message.tokens and delivery.state != "cancelled":
        change["tokens"] = tokens(
            message.reply_text or message.text, *(file.name for file in message.files)
        )
    return change


def _change(before: Ticket, after: Ticket) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between the two, for who finds the ticket as it was."""
    old, new = to_document(before), to_document(after)
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    gone = {key: "" for key in old if key not in new}
    unset = {"$unset": gone} if gone else {}
    return {"_id": before.id, "version": before.version}, {"$set": changed, **unset}


def _of(since: Since, found: Sequence[dict[str, Any]]) -> tuple[Heard, ...]:
    """The ticket's share of what was read, newest first."""
    return tuple(
        msgspec.convert(one, Heard)
        for one in found
        if one["ticket_id"] == since.ticket_id and one["occurred_at"] >= since.moment
    )[:RECENT_LIMIT]


def _swap(
    before: Pending, after: Pending, due_by: datetime | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    where = _unchanged(before.id, before.delivery)
    if due_by is not None:
        where["delivery.due_at"] = {"$lte": due_by}
    fields = {"admitted": after.admitted, "claimant": after.claimant}
    return where, {"$set": {"delivery": to_document(after.delivery), **fields}}


def _holds(stored: Pending | None, claimed: Pending) -> bool:
    return (
        stored is not None
        and stored.claimant == claimed.claimant
        and _same_claim(stored, claimed.delivery)
    )


def _same_claim(stored: Pending | None, delivery: Delivery) -> bool:
    """As ``_unchanged`` asks the database."""
    return stored is not None and (stored.delivery.state, stored.delivery.fence) == (
        delivery.state,
        delivery.fence,
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
