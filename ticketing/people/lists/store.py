"""The queries of lists that come in."""

from collections.abc import Sequence

from storage.collection import Collection
from storage.migrations import Index
from storage.mongo import Session
from ticketing.people.lists.model import BUSY, Import, ImportId, LineError, Slice
from ticketing.store import Collections

MOST_IMPORTS = 100
MOST_ERRORS = 10_000  # kept by line; the rest is only counted
DIGITS = 9

INDEXES = (
    Index(collection="contact_imports", name="by_state", keys=(("state", 1), ("updated_at", 1))),
)


class ListStore:
    """Jobs, their slices and errors."""

    def __init__(self, collections: Collections) -> None:
        mongo = collections.mongo
        self.imports: Collection[Import] = mongo.collection("contact_imports", Import)
        self.slices: Collection[Slice] = mongo.collection("contact_import_slices", Slice)
        self._errors: Collection[LineError] = mongo.collection("contact_import_errors", LineError)

    async def latest(self) -> list[Import]:
        """Newest first."""
        return await self.imports.find({}, sort=[("_id", -1)], limit=MOST_IMPORTS)

    async def busy(self) -> list[Import]:
        """What somebody should be at work on."""
        found: list[Import] = []
        for state in BUSY:
            found += await self.imports.find({"state": state}, limit=MOST_IMPORTS)
        return found

    async def add_errors(self, errors: Sequence[LineError], session: Session) -> None:
        """Upserted: a line that is read again says the same."""
        await self._errors.replace_many(errors, session=session)

    async def errors(self, id: ImportId, after: int, limit: int) -> list[LineError]:
        """In the order of lines, behind ``after``."""
        where = {"_id": {"$gt": error_id(id, after), "$lt": f"{id}}}"}}
        return await self._errors.find(where, sort=[("_id", 1)], limit=limit)

    async def forget_errors(self, id: ImportId, session: Session) -> None:
        """A new run reports anew."""
        await self._errors.delete({"_id": {"$gt": f"{id}|", "$lt": f"{id}}}"}}, session=session)

    async def forget_slices(self, id: ImportId, session: Session) -> None:
        """As ``forget_errors``."""
        await self.slices.delete({"_id": {"$gt": f"{id}|", "$lt": f"{id}}}"}}, session=session)


def error_id(id: ImportId, line: int) -> str:
    """Sorts by line."""
    return f"{id}|{line:0{DIGITS}d}"


def slice_id(id: ImportId, number: int) -> str:
    """The key of a Slice."""
    return f"{id}|{number:0{DIGITS}d}"
