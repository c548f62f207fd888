"""What the demo remembers, and how it finds its way among tickets."""

from datetime import datetime

import msgspec

from normalizer.model import AgentId, Message
from storage.mongo import Mongo
from ticketing.model import Contact, Conversation, ReadMark, Ticket, read_mark_id

STATE = "demo"


class DemoState(msgspec.Struct, frozen=True, kw_only=True):
    """``sealed_password`` is that of the first login, so that it can be shown again."""

    id: str = msgspec.field(name="_id")
    sealed_password: bytes
    told: bool = False


class DemoStore:
    """The demo's data is small: plain queries."""

    def __init__(self, mongo: Mongo) -> None:
        self._state = mongo.collection("demo", DemoState)
        self._contacts = mongo.collection("contacts", Contact)
        self._tickets = mongo.collection("tickets", Ticket)
        self._conversations = mongo.collection("conversations", Conversation)
        self._messages = mongo.collection("messages", Message)
        self._reads = mongo.collection("reads", ReadMark)

    async def state(self) -> DemoState | None:
        """None before the first start."""
        return await self._state.get(STATE)

    async def save(self, state: DemoState) -> None:
        """Remember."""
        await self._state.replace_many([state])

    async def keep_contact(self, contact: Contact) -> None:
        """Nothing happens when one of the points is known."""
        await self._contacts.insert(contact)

    async def place(self, point: str) -> tuple[Ticket, Conversation] | None:
        """The latest ticket of a person, and the conversation on that very address."""
        contact = await self._contacts.find_one({"point_keys": point})
        if contact is None:
            return None
        found = await self._tickets.find(
            {"contact_id": contact.id, "merged_into": None},
            sort=(("activity_at", -1), ("_id", -1)),
            limit=1,
        )
        if not found:
            return None
        places = await self._conversations.find({"ticket_id": found[0].id}, limit=20)
        exact = [one for one in places if one.recipient == point]
        return (found[0], (exact or places)[0]) if places else None

    async def mark_read(self, agent_id: AgentId, before: datetime, now: datetime) -> None:
        """What the agent has seen: every ticket where nobody has written since ``before``."""
        quiet = await self._tickets.find({"last_in_at": {"$lt": before}}, limit=1_000)
        await self._reads.replace_many(
            ReadMark(id=read_mark_id(agent_id, one.id), in_count=one.in_count, at=now)
            for one in quiet
        )

    async def last_sent_mail(self, conversation: Conversation) -> str:
        """The Message-ID of our latest mail in a conversation; "" when there is none."""
        found = await self._messages.find(
            {"ticket_id": conversation.ticket_id, "direction": "out"},
            sort=(("occurred_at", -1), ("_id", -1)),
            limit=1,
        )
        return found[0].envelope.message_id if found and found[0].envelope else ""
