"""What one transaction writes, sent together.

A few writes of several collections go in one command (``bulkWrite``, MongoDB 8): a round trip costs
both sides more than a small write does. Many go as one command per collection, which servers before
8.0 are always sent, and which the embedded one handles faster.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from pymongo import DeleteMany, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ClientBulkWriteException,
    DuplicateKeyError,
    OperationFailure,
)

from storage.collection import Collection, Filter, to_document
from storage.mongo import Mongo, Session

StructT = TypeVar("StructT", bound=msgspec.Struct)
Write = InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]] | UpdateOne | UpdateMany | DeleteMany
Make = Callable[[str | None], Write]  # given the namespace, where a command has several

FEW = 12  # measured: at 16 replies one command per collection is cheaper
BULK_WRITE = 25  # wire version of MongoDB 8.0
DUPLICATE_KEY = 11000  # MongoDB error code


class Sent(msgspec.Struct, frozen=True):
    """How many documents were changed, and how many went."""

    modified: int
    deleted: int


class Writes:
    """Collects writes in the order they are made within their collection; ``send`` sends them.

    Nothing is read back: what depends on a guard looks at the counts, and lets its transaction be
    aborted when they are wrong. A transaction that reads nothing before is begun without ``reads``.
    """

    def __init__(self, mongo: Mongo, session: Session) -> None:
        self._mongo = mongo
        self._session = session
        self._writes: list[tuple[str, Make]] = []

    def insert(self, collection: Collection[StructT], values: Iterable[StructT]) -> None:
        """New documents; ``send`` raises DuplicateKeyError when one is not."""
        for value in values:
            self._add(collection, _inserting(to_document(value)))

    def replace(self, collection: Collection[StructT], values: Iterable[StructT]) -> None:
        """Whole documents by ``_id``, whether they exist or not."""
        for value in values:
            self._add(collection, _replacing(to_document(value)))

    def update(
        self,
        collection: Collection[StructT],
        where: Filter,
        change: Mapping[str, Any],
        *,
        upsert: bool = False,
    ) -> None:
        """Change one document."""
        self._add(
            collection,
            lambda place: UpdateOne(dict(where), dict(change), upsert=upsert, namespace=place),
        )

    def update_many(
        self, collection: Collection[StructT], where: Filter, change: Mapping[str, Any]
    ) -> None:
        """Change all that fit."""
        self._add(collection, lambda place: UpdateMany(dict(where), dict(change), namespace=place))

    def delete(self, collection: Collection[StructT], where: Filter) -> None:
        """Delete all that fit."""
        self._add(collection, lambda place: DeleteMany(dict(where), namespace=place))

    async def send(self) -> Sent:
        """All of it, within the transaction. Raises DuplicateKeyError, or what the driver raises
        for the write alone, with the labels by which a transaction runs anew.
        """
        writes, self._writes = self._writes, []
        try:
            if self._fit_together(writes):
                return await self._together(writes)
            return await self._by_collection(writes)
        except ClientBulkWriteException as error:
            raise error.error or _cause(error) from error
        except BulkWriteError as error:
            raise _cause(error) from error

    def _add(self, collection: Collection[StructT], make: Make) -> None:
        self._writes.append((collection.raw.name, make))

    def _fit_together(self, writes: Sequence[tuple[str, Make]]) -> bool:
        several = len({name for name, _ in writes}) > 1
        return several and len(writes) <= FEW and self._mongo.wire_version >= BULK_WRITE

    async def _together(self, writes: Sequence[tuple[str, Make]]) -> Sent:
        database = self._mongo.db.name
        models = [make(f"{database}.{name}") for name, make in writes]
        result = await self._mongo.client.bulk_write(models, session=self._session)
        return Sent(result.modified_count, result.deleted_count)

    async def _by_collection(self, writes: Sequence[tuple[str, Make]]) -> Sent:
        grouped: dict[str, list[Write]] = {}
        for name, make in writes:
            grouped.setdefault(name, []).append(make(None))
        modified = deleted = 0
        for name, group in grouped.items():
            result = await self._mongo.db[name].bulk_write(group, session=self._session)
            modified += result.modified_count
            deleted += result.deleted_count
        return Sent(modified, deleted)


def _inserting(document: dict[str, Any]) -> Make:
    return lambda place: InsertOne(document, namespace=place)


def _replacing(document: dict[str, Any]) -> Make:
    where = {"_id": document["_id"]}
    return lambda place: ReplaceOne(where, document, upsert=True, namespace=place)


def _cause(error: OperationFailure) -> Exception:
    """What the driver would have raised for the write alone."""
    failed = (error.details or {}).get("writeErrors", [])
    if failed and all(one.get("code") == DUPLICATE_KEY for one in failed):
        return DuplicateKeyError(str(failed[0].get("errmsg")), DUPLICATE_KEY)
    return error
