"""Queries of the catalogue: two small collections, read whole and rarely."""

from storage.migrations import Index, ensure_indexes
from storage.mongo import Mongo, Session
from ticketing.catalogue.model import Catalogue, Entry, Revision

MOST = 5_000
REVISION = "catalogue"

INDEXES = (Index(collection="state_timers", name="by_due", keys=(("due_at", 1),)),)
CATALOGUE_MIGRATIONS = (ensure_indexes(220, "catalogue_indexes", INDEXES),)


class CatalogueStore:
    """Who changes grows the revision first: two changes at once conflict, and one runs anew."""

    def __init__(self, mongo: Mongo) -> None:
        self._entries = mongo.collection("catalogue", Entry)
        self._revisions = mongo.collection("catalogue_revisions", Revision)

    async def revision(self, session: Session | None = None) -> int:
        """0 before the first change."""
        found = await self._revisions.get(REVISION, session)
        return found.number if found else 0

    async def grow(self, session: Session) -> int:
        """The revision that this change makes."""
        grown = await self.revision(session) + 1
        await self._revisions.replace_many([Revision(id=REVISION, number=grown)], session=session)
        return grown

    async def read(self, revision: int, session: Session | None = None) -> Catalogue:
        """Everything, by ``kind/id``."""
        found = await self._entries.find({}, sort=[("_id", 1)], limit=MOST, session=session)
        return Catalogue(revision=revision, entries={one.id: one for one in found})

    async def save(self, session: Session, entries: list[Entry]) -> None:
        """New or changed."""
        await self._entries.replace_many(entries, session=session)

    async def drop(self, session: Session, id: str) -> None:
        """Without a trace."""
        await self._entries.delete({"_id": id}, session=session)
