"""Queries of the workers: where pullers stopped, which files are still to be fetched."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connectors.contract import InboxId
from normalizer.model import File, Message, MessageId
from storage.blobs import Blobs
from storage.collection import to_document
from storage.events import Actor, Event, EventLog, event_id
from storage.migrations import Index
from storage.mongo import Mongo, Session
from ticketing.model import Inbox

INDEXES = (
    # a file's state is stored only while it is not "stored"
    Index(
        collection="messages",
        keys=(("files.state", 1),),
        name="files_not_stored",
        partial={"files.state": {"$gte": ""}},
    ),
)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Everything up to ``cursor`` is in the journal; ``updated_at`` is when something last came."""

    id: InboxId = msgspec.field(name="_id")
    cursor: str = ""
    updated_at: datetime | None = None
    failing_since: datetime | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose files are not all here."""

    id: MessageId
    received_at: datetime


class CursorStore:
    """One document per inbox; written by the holder of the inbox's lease alone."""

    def __init__(self, mongo: Mongo) -> None:
        self._cursors = mongo.collection("cursors", Cursor)

    async def load(self, inbox_id: InboxId) -> str:
        """ "" at the very first time."""
        found = await self._cursors.get(inbox_id)
        return found.cursor if found else ""

    async def save(self, inbox_id: InboxId, cursor: str, now: datetime) -> None:
        """Called only after the journal has everything up to it."""
        await self._set(inbox_id, {"cursor": cursor, "updated_at": now})

    async def heard(self, inbox: Inbox, now: datetime) -> None:
        """The provider was asked, and all that it had is in the journal."""
        gone = {"failing_since": "", "error": "", "refused": ""}
        await self._set(inbox.id, {"heard_at": now, "version": inbox.version}, gone)

    async def failed(self, inbox: Inbox, error: str, *, refused: bool, now: datetime) -> None:
        """It could not be asked; since when is kept from the first failure on."""
        found = await self._cursors.get(inbox.id)
        since = found.failing_since if found else None
        failure = {"failing_since": since or now, "error": error, "refused": refused}
        await self._set(inbox.id, {**failure, "version": inbox.version})

    async def _set(
        self, inbox_id: InboxId, values: Mapping[str, object], gone: Mapping[str, str] | None = None
    ) -> None:
        change = {"$set": dict(values)} | ({"$unset": dict(gone)} if gone else {})
        await self._cursors.update({"_id": inbox_id}, change, upsert=True)


class MediaStore:
    """Messages with files, as far as fetching needs them."""

    def __init__(self, mongo: Mongo, events: EventLog) -> None:
        self._mongo = mongo
        self._events = events
        self._messages = mongo.collection("messages", Message)

    async def message(self, id: MessageId) -> Message | None:
        """One message."""
        return await self._messages.get(id)

    async def with_pending_files(self, limit: int) -> list[Waiting]:
        """Messages with something still to fetch."""
        wanted = {"_id": 1, "received_at": 1}
        cursor = self._messages.raw.find({"files.state": "pending"}, wanted).limit(limit)
        return [
            Waiting(id=found["_id"], received_at=found["received_at"])
            for found in await cursor.to_list(limit)
        ]

    async def replace_file(
        self, message: Message, changed: File, blobs: Blobs, now: datetime
    ) -> None:
        """Put the file in the place of the pending one, and tell."""
        fact = Event(
            id=event_id(message.id, "message.changed", f"file {changed.id} {changed.state}"),
            kind="message.changed",
            ticket_id=message.ticket_id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            inbox_id=message.inbox_id,
            actor=Actor(kind="system", id="", name="Parley"),
            at=now,
        )

        async def work(session: Session) -> None:
            pending = {"$elemMatch": {"id": changed.id, "state": "pending"}}
            done = await self._messages.update(
                {"_id": message.id, "files": pending},
                {"$set": {"files.$": to_document(changed)}},
                session=session,
            )
            if not done:
                return  # another job was first, or the words were taken back meanwhile
            if changed.sha256:
                await blobs.touch(session, [changed.sha256])
            await self._events.append(session, [fact])

        await self._mongo.transaction(work)
