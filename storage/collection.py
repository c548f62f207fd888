"""A collection of one Struct type: documents in and out are typed, filters stay MongoDB's own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from bson.binary import Binary
from pymongo import ReplaceOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

StructT = TypeVar("StructT", bound=msgspec.Struct)
ItemT = TypeVar("ItemT")
Filter = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
AT_ONCE = 50  # keys a query: the small server compares each with each


def to_document(value: msgspec.Struct) -> dict[str, Any]:
    """A Struct as BSON-ready builtins; a field named ``id`` is stored as ``_id`` by renaming.

    None, and fields left at their default with ``omit_defaults``, do not reach the database.
    """
    document: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime, bytes, Binary))
    return document


def portions(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    """As many keys at once as one query may ask for."""
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


class Collection(Generic[StructT]):
    """Typed reads and writes. Structs rename ``id`` to ``_id`` (``id: X = field(name="_id")``)."""

    def __init__(self, raw: AsyncCollection[dict[str, Any]], kind: type[StructT]) -> None:
        self.raw = raw
        self.kind = kind

    def decode(self, document: Mapping[str, Any]) -> StructT:
        """A stored document as its Struct; unknown fields are ignored (newer writers)."""
        return msgspec.convert(document, self.kind)

    async def get(self, id: str, session: AsyncClientSession | None = None) -> StructT | None:
        """The document with this ``_id``, or None."""
        return await self.find_one({"_id": id}, session=session)

    async def find_one(
        self, where: Filter, *, session: AsyncClientSession | None = None
    ) -> StructT | None:
        """Any one document that fits, or None."""
        found = await self.raw.find_one(dict(where), session=session)
        return None if found is None else self.decode(found)

    async def find(
        self,
        where: Filter,
        *,
        sort: Sort = (),
        limit: int,
        session: AsyncClientSession | None = None,
    ) -> list[StructT]:
        """At most ``limit`` documents (every read is bounded), in ``sort`` order."""
        cursor = self.raw.find(dict(where), session=session, limit=limit, batch_size=limit)
        if sort:
            cursor = cursor.sort(list(sort))
        return [self.decode(document) for document in await cursor.to_list(limit)]

    async def by_ids(
        self, ids: Iterable[str], *, session: AsyncClientSession | None = None
    ) -> dict[str, StructT]:
        """Documents by ``_id``, a portion of them at a time; those that do not exist are absent."""
        found: dict[str, StructT] = {}
        for some in portions(list(dict.fromkeys(ids))):
            cursor = self.raw.find({"_id": {"$in": list(some)}}, session=session)
            found.update((one["_id"], self.decode(one)) for one in await cursor.to_list(len(some)))
        return found

    async def insert(self, value: StructT, *, session: AsyncClientSession | None = None) -> bool:
        """True when inserted, False when a unique key was already taken (outside transactions).

        Inside a transaction a duplicate aborts it: read what is known first.
        """
        try:
            await self.raw.insert_one(to_document(value), session=session)
        except DuplicateKeyError:
            if session is not None:
                raise
            return False
        return True

    async def insert_many(
        self, values: Iterable[StructT], *, session: AsyncClientSession | None = None
    ) -> None:
        """One round trip for all; an empty iterable is none."""
        documents = [to_document(value) for value in values]
        if documents:
            await self.raw.insert_many(documents, session=session, ordered=True)

    async def replace_many(
        self, values: Iterable[StructT], *, session: AsyncClientSession | None = None
    ) -> None:
        """Upsert whole documents by ``_id`` in one round trip."""
        documents = [to_document(value) for value in values]
        if documents:
            writes = [ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in documents]
            await self.raw.bulk_write(writes, session=session, ordered=False)

    async def update(
        self,
        where: Filter,
        change: Mapping[str, Any],
        *,
        upsert: bool = False,
        session: AsyncClientSession | None = None,
    ) -> int:
        """Change at most one document; how many were changed (0 or 1, an upsert counts as 1)."""
        result = await self.raw.update_one(
            dict(where), dict(change), upsert=upsert, session=session
        )
        return result.modified_count + (1 if result.upserted_id is not None else 0)

    async def update_each(
        self,
        changes: Iterable[tuple[Filter, Mapping[str, Any]]],
        *,
        session: AsyncClientSession | None = None,
    ) -> int:
        """Many single-document changes in one round trip; how many were modified."""
        writes = [UpdateOne(dict(where), dict(change)) for where, change in changes]
        if not writes:
            return 0
        result = await self.raw.bulk_write(writes, session=session, ordered=False)
        return result.modified_count

    async def update_many(
        self,
        where: Filter,
        change: Mapping[str, Any],
        *,
        session: AsyncClientSession | None = None,
    ) -> int:
        """Change all that fit; how many were modified."""
        result = await self.raw.update_many(dict(where), dict(change), session=session)
        return result.modified_count

    async def delete(self, where: Filter, *, session: AsyncClientSession | None = None) -> int:
        """Delete all that fit; how many went."""
        return (await self.raw.delete_many(dict(where), session=session)).deleted_count
