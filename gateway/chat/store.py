"""What a visitor may read: their own open conversation, notes and unsent replies left out."""

from connectors.contract import InboxId
from normalizer.model import ConversationId, Message, MessageId
from storage.mongo import Mongo
from ticketing.ingest.model import open_key
from ticketing.model import Conversation

MOST_MESSAGES = 200
SENT = frozenset({"sent", "delivered", "read"})


class ChatStore:
    """Every read is by a unique key or bounded."""

    def __init__(self, mongo: Mongo) -> None:
        self._messages = mongo.collection("messages", Message)
        self._conversations = mongo.collection("conversations", Conversation)

    async def conversation(self, inbox_id: InboxId, visitor_id: str) -> Conversation | None:
        """The visitor's open conversation."""
        return await self._conversations.find_one({"open_key": open_key(inbox_id, visitor_id)})

    async def conversation_of(self, id: ConversationId) -> Conversation | None:
        """By id."""
        return await self._conversations.get(id)

    async def message(self, id: MessageId) -> Message | None:
        """One message, if its visitor may read it."""
        found = await self._messages.get(id)
        return found if found is not None and readable(found) else None

    async def taken_back(self, id: MessageId) -> Message | None:
        """A message of ours that its visitor may have seen and may read no more."""
        found = await self._messages.get(id)
        gone = found is not None and found.direction == "out" and found.deleted_at is not None
        return found if gone else None

    async def amended(self, conversation: Conversation) -> list[Message]:
        """Of the latest messages ours that were changed or taken back, oldest first."""
        found = await self._latest(conversation)
        return [
            one for one in found if one.direction == "out" and (one.edited_at or one.deleted_at)
        ]

    async def history(self, conversation: Conversation) -> list[Message]:
        """The latest messages that the visitor may read, oldest first."""
        return [one for one in await self._latest(conversation) if readable(one)]

    async def _latest(self, conversation: Conversation) -> list[Message]:
        where = {"ticket_id": conversation.ticket_id, "conversation_id": conversation.id}
        found = await self._messages.find(
            where, sort=(("occurred_at", -1), ("_id", -1)), limit=MOST_MESSAGES
        )
        return found[::-1]


def readable(message: Message) -> bool:
    """Never a note or an act, never what may still be undone, never what was taken back."""
    if message.direction in ("note", "act") or message.deleted_at is not None:
        return False
    return message.direction == "in" or bool(message.delivery and message.delivery.state in SENT)
