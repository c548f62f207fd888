"""Queries of work on tickets."""

from datetime import UTC, datetime

from normalizer.model import TicketId
from storage.migrations import Index
from ticketing.store import Collections

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# The filter is a range, and so are the queries: else the embedded server does not use it.
INDEXES = (
    Index(
        collection="tickets",
        name="by_snooze",
        keys=(("snoozed_until", 1),),
        partial={"snoozed_until": {"$gte": EPOCH}},
    ),
)


class WorkStore:
    """Few at a time."""

    def __init__(self, collections: Collections) -> None:
        self._tickets = collections.tickets

    async def asleep_until(self, now: datetime, limit: int) -> list[TicketId]:
        """Tickets whose time has come by ``now``."""
        where = {"snoozed_until": {"$gte": EPOCH, "$lte": now}}
        cursor = self._tickets.raw.find(where, {"_id": 1}).limit(limit)
        return [TicketId(found["_id"]) for found in await cursor.to_list(limit)]
