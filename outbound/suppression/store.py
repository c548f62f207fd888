"""Queries of the suppression list."""

from collections.abc import Iterable, Sequence

from outbound.suppression.model import Suppression, ids_of
from storage.migrations import Index
from storage.mongo import Mongo, Session

INDEXES = (
    Index(collection="suppressions", name="newest", keys=(("at", -1), ("_id", 1))),
    Index(collection="suppressions", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
)


class SuppressionStore:
    """By address, or the newest first; every read is bounded."""

    def __init__(self, mongo: Mongo) -> None:
        self._listed = mongo.collection("suppressions", Suppression)

    async def of(
        self, addresses: Iterable[str], session: Session | None = None
    ) -> list[Suppression]:
        """What is listed of these, the expired that nobody removed yet included."""
        ids = [id for address in addresses for id in ids_of(address)]
        return list((await self._listed.by_ids(ids, session=session)).values())

    async def put(self, entries: Sequence[Suppression], session: Session | None = None) -> None:
        """Add, or renew."""
        await self._listed.replace_many(entries, session=session)

    async def get(self, id: str) -> Suppression | None:
        """One entry."""
        return await self._listed.get(id)

    async def newest(self, offset: Suppression | None, limit: int) -> list[Suppression]:
        """A page, on from ``offset``."""
        where = {} if offset is None else {"at": {"$lte": offset.at}}
        # entries of one millisecond are one batch of bounces: read over them
        found = await self._listed.find(where, sort=(("at", -1), ("_id", 1)), limit=limit + 100)
        after = [one for one in found if offset is None or _later(one, offset)]
        return after[:limit]

    async def remove(self, id: str) -> bool:
        """Whether it was there."""
        return await self._listed.delete({"_id": id}) == 1


def _later(one: Suppression, offset: Suppression) -> bool:
    return one.at < offset.at or (one.at == offset.at and one.id > offset.id)
