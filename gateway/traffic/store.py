"""Queries of traffic: days are added to by every process, and only ever added to."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import InboxId
from gateway.traffic.model import InboxDay, Silence, day_id
from gateway.traffic.policy import DAYS
from storage.migrations import Index
from storage.mongo import Mongo

MOST_INBOXES = 5_000
KEPT = timedelta(days=60)

INDEXES = (
    Index(collection="inbox_days", keys=(("kept_until", 1),), name="expiry", expire_after_s=0),
)


class TrafficStore:
    """Every read is by key."""

    def __init__(self, mongo: Mongo) -> None:
        self._days = mongo.collection("inbox_days", InboxDay)
        self._silent = mongo.collection("inbox_silences", Silence)

    async def add(self, changes: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        """``$inc`` and ``$max`` by day."""
        for id, change in changes.items():
            kept = {"kept_until": now + KEPT}
            await self._days.update({"_id": id}, {**change, "$set": kept}, upsert=True)

    async def days(self, inbox_id: InboxId, now: datetime) -> dict[str, InboxDay]:
        """The last two weeks and today."""
        wanted = [day_id(inbox_id, (now - timedelta(days=back)).date()) for back in range(DAYS)]
        return await self._days.by_ids(wanted)

    async def silences(self) -> dict[InboxId, Silence]:
        """What was told and has not ended."""
        return {one.inbox_id: one for one in await self._silent.find({}, limit=MOST_INBOXES)}

    async def tell(self, began: Iterable[Silence], ended: Iterable[InboxId]) -> None:
        """Remember what was told."""
        await self._silent.replace_many(began)
        await self._silent.delete({"_id": {"$in": list(ended)}})
