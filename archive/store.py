"""The queries of archive: documents as they are stored, so that nothing a newer writer added is
lost. Reads go by slices of time, because the embedded server reads every match of a query before
it applies a limit.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.mongo import Mongo

Document = Mapping[str, Any]

PAGE = 100
FIRST_SLICE = timedelta(hours=1)
SHORTEST = timedelta(milliseconds=1)
LONGEST = timedelta(days=366)
NOT_ARCHIVED = {"tokens": 0}  # words that older sites kept in a message for searching, made from it


class ArchiveStore:
    """Reads only."""

    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.db

    async def messages(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Document]]:
        """Messages received in [since, until), oldest first, about a page at a time."""
        width, start = FIRST_SLICE, since
        while start < until:
            end = min(start + width, until)
            page = await self._received(start, end)
            if len(page) > PAGE and end - start > SHORTEST:
                width = max((end - start) / 2, SHORTEST)
                continue
            if len(page) > PAGE:
                async for part in self._same_moment(start, end):
                    yield part
            elif page:
                yield page
            if len(page) < PAGE // 2:
                width = min(width * 2, LONGEST)
            start = end

    async def by_ids(self, collection: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Documents by id, sorted; those that are gone are absent."""
        cursor = self._db[collection].find({"_id": {"$in": list(ids)}}, NOT_ARCHIVED)
        return sorted(await cursor.to_list(len(ids)), key=lambda found: str(found["_id"]))

    async def events(
        self, ticket_id: str, since: datetime, until: datetime
    ) -> AsyncIterator[dict[str, Any]]:
        """Everything that happened to a ticket in the time, oldest first."""
        cursor = self._db["events"].find(
            {"ticket_id": ticket_id, "at": {"$gte": since, "$lt": until}},
            sort=[("at", 1), ("_id", 1)],
            batch_size=PAGE,
        )
        async with cursor:
            async for event in cursor:
                yield event

    async def _received(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """One document more than a page shows that the slice is too long."""
        cursor = self._db["messages"].find(
            {"received_at": {"$gte": start, "$lt": end}},
            NOT_ARCHIVED,
            sort=[("received_at", 1)],
            limit=PAGE + 1,
        )
        page = await cursor.to_list(PAGE + 1)
        return sorted(page, key=lambda found: (found["received_at"], found["_id"]))

    async def _same_moment(
        self, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[Document]]:
        """More messages of one millisecond than fit into a page: by id."""
        last = ""
        while True:
            where = {"received_at": {"$gte": start, "$lt": end}, "_id": {"$gt": last}}
            cursor = self._db["messages"].find(where, NOT_ARCHIVED, sort=[("_id", 1)], limit=PAGE)
            page = await cursor.to_list(PAGE)
            if not page:
                return
            yield page
            last = page[-1]["_id"]
