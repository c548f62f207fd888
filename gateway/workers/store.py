"""Queries of the workers: where pullers stopped."""

from datetime import datetime

import msgspec

from connectors.contract import InboxId
from storage.mongo import Mongo


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Everything up to ``cursor`` is in the journal."""

    id: InboxId = msgspec.field(name="_id")
    cursor: str
    updated_at: datetime


class CursorStore:
    """One cursor per inbox; written by the holder of the inbox's lease alone."""

    def __init__(self, mongo: Mongo) -> None:
        self._cursors = mongo.collection("cursors", Cursor)

    async def load(self, inbox_id: InboxId) -> str:
        """ "" at the very first time."""
        found = await self._cursors.get(inbox_id)
        return found.cursor if found else ""

    async def save(self, inbox_id: InboxId, cursor: str, now: datetime) -> None:
        """Called only after the journal has everything up to it."""
        change = {"$set": {"cursor": cursor, "updated_at": now}}
        await self._cursors.update({"_id": inbox_id}, change, upsert=True)
