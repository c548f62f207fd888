"""Queries of replies that wait for their time."""

from datetime import UTC, datetime

from normalizer.model import MessageId
from outbound.scheduled.model import ScheduledReply
from storage.migrations import Index
from storage.mongo import Mongo, Session

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
INDEXES = (Index(collection="scheduled_replies", name="by_time", keys=(("send_at", 1),)),)


class ScheduledStore:
    """By message, or those whose time has come."""

    def __init__(self, mongo: Mongo) -> None:
        self._waiting = mongo.collection("scheduled_replies", ScheduledReply)

    async def get(self, id: MessageId, session: Session | None = None) -> ScheduledReply | None:
        """What waits behind this message."""
        return await self._waiting.get(id, session)

    async def due(self, clock: datetime, limit: int) -> list[MessageId]:
        """Oldest first."""
        where = {"send_at": {"$gte": EPOCH, "$lte": clock}}
        cursor = self._waiting.raw.find(where, {"_id": 1}).sort([("send_at", 1)]).limit(limit)
        return [MessageId(found["_id"]) for found in await cursor.to_list(limit)]

    async def put(self, kept: ScheduledReply, session: Session) -> None:
        """A new one, or instead of the one that was read in this transaction."""
        await self._waiting.replace_many([kept], session=session)

    async def remove(self, id: MessageId, session: Session) -> None:
        """It waits no more."""
        await self._waiting.delete({"_id": id}, session=session)
