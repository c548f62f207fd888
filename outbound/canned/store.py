"""Queries of canned replies; every read is bounded."""

from collections.abc import Iterable, Sequence

from outbound.canned.model import CannedReply
from storage.collection import to_document
from storage.migrations import Index
from storage.mongo import Mongo, Session

MOST_KEPT = 500  # by one keeper

INDEXES = (Index(collection="canned_replies", name="by_keeper", keys=(("keeper", 1),)),)


class CannedStore:
    """By id, or all of some keepers."""

    def __init__(self, mongo: Mongo) -> None:
        self._replies = mongo.collection("canned_replies", CannedReply)

    async def get(self, id: str, session: Session | None = None) -> CannedReply | None:
        """One."""
        return await self._replies.get(id, session)

    async def by_ids(self, ids: Iterable[str], session: Session) -> dict[str, CannedReply]:
        """Those of the ids that there are."""
        return await self._replies.by_ids(ids, session=session)

    async def put(self, replies: Iterable[CannedReply], session: Session) -> None:
        """As they are now."""
        await self._replies.replace_many(replies, session=session)

    async def kept(
        self, keepers: Sequence[str], session: Session | None = None
    ) -> list[CannedReply]:
        """All of these keepers; one more than there may be shows that there are too many."""
        found = [
            await self._replies.find({"keeper": keeper}, limit=MOST_KEPT + 1, session=session)
            for keeper in keepers
        ]
        return [one for each in found for one in each]

    async def insert(self, made: CannedReply) -> None:
        """A new one."""
        await self._replies.insert(made)

    async def replace(self, changed: CannedReply) -> bool:
        """Save, when nobody else did since ``changed.version - 1``."""
        document = to_document(changed)
        fields = {name: value for name, value in document.items() if name != "_id"}
        gone = {} if "shortcut" in fields else {"$unset": {"shortcut": ""}}
        where = {"_id": changed.id, "version": changed.version - 1}
        return await self._replies.update(where, {"$set": fields, **gone}) == 1

    async def remove(self, id: str) -> None:
        """Also when it is gone."""
        await self._replies.delete({"_id": id})
