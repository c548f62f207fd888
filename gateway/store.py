"""Queries of what the edge itself keeps: inboxes, their health, drafts and uploads."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
from pymongo.errors import PyMongoError

from connectors.contract import InboxId
from connectors.events import MediaKind
from gateway.errors import DirectoryUnavailable
from normalizer.model import AgentId, ConversationId, TicketId
from storage.ids import derived_id
from storage.migrations import Index
from storage.mongo import Mongo
from ticketing.model import Inbox

MOST_INBOXES = 5_000
MOST_DRAFTS = 500
DraftMode = Literal["reply", "note"]

INDEXES = (
    Index(collection="uploads", keys=(("expires_at", 1),), name="expiry", expire_after_s=0),
    Index(collection="drafts", keys=(("ticket_id", 1),), name="ticket"),
)


class InboxHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The last check of an inbox; ``ok`` None: this channel cannot know."""

    id: InboxId = msgspec.field(name="_id")
    ok: bool | None
    detail: str
    advice: str
    checked_at: datetime


class PullState(msgspec.Struct, frozen=True, kw_only=True):
    """How the worker that asks an inbox's provider fares; of version ``version`` of the inbox.

    ``updated_at``: when something last came. ``refused``: it was the login.
    """

    id: InboxId = msgspec.field(name="_id")
    version: int = 0
    updated_at: datetime | None = None
    heard_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    refused: bool = False


class SealedToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token of an inbox; ``id`` is ``inbox_id|name``."""

    id: str = msgspec.field(name="_id")
    sealed: bytes
    renewed_at: datetime


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's unfinished words on one ticket; ``id`` derives from (agent, ticket, mode)."""

    id: str = msgspec.field(name="_id")
    agent_id: AgentId
    ticket_id: TicketId
    mode: DraftMode
    text: str
    html: str | None = None
    cc: tuple[str, ...] | None = None
    bcc: tuple[str, ...] | None = None
    conversation_id: ConversationId | None
    rev: int
    updated_at: datetime


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for its reply; ``expires_at`` lets the orphan collector have it."""

    id: str = msgspec.field(name="_id")
    agent_id: AgentId
    sha256: str
    name: str
    media_type: str
    size: int
    kind: MediaKind
    expires_at: datetime


def draft_id(agent_id: AgentId, ticket_id: TicketId, mode: DraftMode) -> str:
    """One draft of each mode by each agent."""
    return derived_id("draft", agent_id, ticket_id, mode)


class EdgeStore:
    """Every read is by key or bounded."""

    def __init__(self, mongo: Mongo) -> None:
        self.inboxes = mongo.collection("inboxes", Inbox)
        self.health = mongo.collection("inbox_health", InboxHealth)
        self.pulls = mongo.collection("cursors", PullState)
        self.tokens = mongo.collection("tokens", SealedToken)
        self.drafts = mongo.collection("drafts", Draft)
        self.uploads = mongo.collection("uploads", Upload)

    async def all_inboxes(self) -> list[Inbox]:
        """Every inbox, the inactive ones too. Raises DirectoryUnavailable."""
        try:
            return await self.inboxes.find({}, sort=(("_id", 1),), limit=MOST_INBOXES)
        except PyMongoError as error:
            raise DirectoryUnavailable("the database does not answer") from error

    async def all_health(self) -> dict[InboxId, InboxHealth]:
        """The last checks."""
        return {one.id: one for one in await self.health.find({}, limit=MOST_INBOXES)}

    async def tokens_of(self, inbox_id: InboxId) -> list[SealedToken]:
        """An inbox's access tokens: their ids begin with its own."""
        first, beyond = f"{inbox_id}|", f"{inbox_id}}}"
        return await self.tokens.find({"_id": {"$gte": first, "$lt": beyond}}, limit=20)

    async def change_inbox(self, changed: Inbox) -> bool:
        """Save, when nobody else did since ``changed.version - 1``."""
        where = {"_id": changed.id, "version": changed.version - 1}
        document = msgspec.to_builtins(changed, builtin_types=(datetime, bytes))
        fields = {name: value for name, value in document.items() if name != "_id"}
        absent = {
            field.encode_name: ""
            for field in msgspec.structs.fields(Inbox)
            if field.encode_name not in document
        }
        change = {"$set": fields} | ({"$unset": absent} if absent else {})
        return await self.inboxes.update(where, change) == 1

    async def save_draft(self, draft: Draft) -> bool:
        """False when another tab saved first: ``draft.rev`` is one above what it grew from."""
        if draft.rev == 1 and await self.drafts.insert(draft):
            return True
        change = {
            "$set": {
                "text": draft.text,
                "html": draft.html,
                "cc": draft.cc,
                "bcc": draft.bcc,
                "conversation_id": draft.conversation_id,
                "rev": draft.rev,
                "updated_at": draft.updated_at,
            }
        }
        return await self.drafts.update({"_id": draft.id, "rev": draft.rev - 1}, change) == 1

    async def drafts_on(self, ticket_ids: Iterable[str]) -> list[Draft]:
        """Everybody's unfinished words on these tickets."""
        found = [await self.drafts.find({"ticket_id": id}, limit=MOST_DRAFTS) for id in ticket_ids]
        return [draft for page in found for draft in page]

    async def move_draft(self, draft: Draft, ticket_id: TicketId) -> None:
        """To another ticket, after what its writer has there; twice is once."""
        id = draft_id(draft.agent_id, ticket_id, draft.mode)
        there = await self.drafts.get(id)
        if there is None:
            moved = msgspec.structs.replace(draft, id=id, ticket_id=ticket_id)
            await self.drafts.replace_many([moved])
        elif not there.text.endswith(draft.text):
            text = f"{there.text}\n\n{draft.text}" if there.text else draft.text
            where = {"_id": id, "rev": there.rev}
            await self.drafts.update(where, {"$set": {"text": text, "rev": there.rev + 1}})
        await self.drafts.delete({"_id": draft.id})

    async def uploads_of(self, agent_id: AgentId, ids: list[str]) -> list[Upload]:
        """Those of ``ids`` that are the agent's, in that order."""
        found = await self.uploads.by_ids(ids)
        return [found[id] for id in ids if id in found and found[id].agent_id == agent_id]
