"""A database in memory under the real collections: for ten thousand sequences of commands.

It knows the filters, updates and stages that ticketing uses, and refuses the rest. The same tests
run on the real store, in smaller numbers.
"""

import copy
from collections import Counter
from operator import ge, gt, le, lt

from pymongo import DeleteMany, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError

from storage.collection import Collection

COMPARE = {"$gte": ge, "$gt": gt, "$lte": le, "$lt": lt}


def values_at(document, path):
    """What stands there, as a filter sees it: an array's items and the array."""
    found = [document]
    for step in path.split("."):
        inner = [item for one in found for item in (one if _is_array(one) else [one])]
        found = [one[step] for one in inner if isinstance(one, dict) and step in one]
    return [item for one in found for item in ([*one, one] if _is_array(one) else [one])]


def _is_array(value):
    return isinstance(value, list | tuple)


def fits(document, where):
    return all(_fits(values_at(document, path), wanted) for path, wanted in where.items())


def _fits(values, wanted):
    if not isinstance(wanted, dict):
        return wanted in values or (wanted is None and not values)
    return all(_holds(values, name, bound) for name, bound in wanted.items())


def _holds(values, name, bound):
    if name == "$in":
        return any(value in bound for value in values) or (None in bound and not values)
    if name == "$ne":
        return bound not in values
    compare = COMPARE[name]
    return any(type(value) is type(bound) and compare(value, bound) for value in values)


def changed(document, change):
    after = copy.copy(document)
    for name, fields in change.items():
        for path, value in fields.items():
            _change(after, name, path, value)
    return after


def _change(document, name, path, value):
    head, _, rest = path.partition(".")
    if rest:
        document[head] = copy.copy(document.get(head, {}))
        _change(document[head], name, rest, value)
    elif name == "$set":
        document[head] = value
    elif name == "$inc":
        document[head] = document.get(head, 0) + value
    elif name == "$unset":
        document.pop(head, None)
    else:
        raise NotImplementedError(name)


class Cursor:
    def __init__(self, documents):
        self.documents = documents

    def sort(self, keys):
        for field, way in reversed(keys):
            self.documents.sort(key=lambda one: str(one.get(field, "")), reverse=way < 0)
        return self

    def limit(self, number):
        self.documents = self.documents[: number or None]
        return self

    async def to_list(self, number=None):
        return [dict(one) for one in self.documents[:number]]


class Result:
    def __init__(self, modified=0, deleted=0):
        self.modified_count = modified
        self.deleted_count = deleted
        self.upserted_id = None


class Raw:
    """As ``AsyncCollection``; documents are replaced and never changed in place."""

    def __init__(self, name, unique=()):
        self.name = name
        self.unique = unique
        self.documents = {}

    def _found(self, where):
        id = where.get("_id")
        if isinstance(id, str):
            one = self.documents.get(id)
            return [one] if one is not None and fits(one, where) else []
        return [one for one in self.documents.values() if fits(one, where)]

    def find(self, where, fields=None, *, session=None, limit=0, batch_size=0, sort=None):
        cursor = Cursor(self._found(where))
        return cursor.sort(list(sort)).limit(limit) if sort else cursor.limit(limit)

    async def find_one(self, where, session=None):
        return next(iter(self._found(where)), None)

    def _put(self, document):
        for field in self.unique:
            for value in values_at(document, field):
                for other in self.documents.values():
                    if other["_id"] != document["_id"] and value in values_at(other, field):
                        raise DuplicateKeyError(f"{self.name}.{field}: {value}")
        self.documents[document["_id"]] = document

    async def insert_one(self, document, session=None):
        if document["_id"] in self.documents:
            raise DuplicateKeyError(document["_id"])
        self._put(document)

    async def insert_many(self, documents, session=None, ordered=True):
        for one in documents:
            await self.insert_one(one)

    async def update_many(self, where, change, session=None):
        found = self._found(where)
        for one in found:
            self._put(changed(one, change))
        return Result(modified=len(found))

    async def update_one(self, where, change, upsert=False, session=None):
        found = self._found(where)[:1]
        for one in found:
            self._put(changed(one, change))
        if not found and upsert:
            self._put(changed({"_id": where["_id"]}, change))
        return Result(modified=len(found))

    async def delete_many(self, where, session=None):
        found = self._found(where)
        for one in found:
            del self.documents[one["_id"]]
        return Result(deleted=len(found))

    async def bulk_write(self, writes, session=None, ordered=True):
        modified = deleted = 0
        for one in writes:
            result = await self._write(one)
            modified += result.modified_count
            deleted += result.deleted_count
        return Result(modified, deleted)

    async def _write(self, one):
        if isinstance(one, InsertOne):
            await self.insert_one(one._doc)
        elif isinstance(one, ReplaceOne):
            self._put(one._doc)
            return Result(modified=1)
        elif isinstance(one, UpdateOne):
            return await self.update_one(one._filter, one._doc, upsert=bool(one._upsert))
        elif isinstance(one, UpdateMany):
            return await self.update_many(one._filter, one._doc)
        elif isinstance(one, DeleteMany):
            return await self.delete_many(one._filter)
        return Result()

    async def aggregate(self, stages, session=None):
        match, group = stages
        paths = group["$group"]["_id"]
        counted = Counter(
            tuple(
                next(iter(values_at(one, path.removeprefix("$"))), None) for path in paths.values()
            )
            for one in self._found(match["$match"])
        )
        return Cursor(
            [
                {
                    "_id": {k: v for k, v in zip(paths, key, strict=True) if v is not None},
                    "n": n,
                }
                for key, n in counted.items()
            ]
        )


UNIQUE = {"contacts": ("point_keys",), "conversations": ("open_key",), "tickets": ("number",)}


class MemoryMongo:
    """As ``storage.mongo.Mongo``; a transaction that raises leaves nothing."""

    wire_version = 0

    def __init__(self):
        self.raws = {}
        self.db = self

    def __getitem__(self, name):
        return self.raws.setdefault(name, Raw(name, UNIQUE.get(name, ())))

    def collection(self, name, kind):
        return Collection(self[name], kind)

    async def may_join_reads(self):
        return False

    async def transaction(self, work, reads=True):
        before = {name: dict(raw.documents) for name, raw in self.raws.items()}
        try:
            return await work(None)
        except BaseException:
            for name, raw in self.raws.items():
                raw.documents = before.get(name, {})
            raise


class MemoryCounters:
    """As ``storage.counters.Counters``."""

    def __init__(self):
        self.last = 0

    async def block(self, name, size):
        self.last += size
        return range(self.last - size + 1, self.last + 1)


def run(coroutine):
    """A coroutine that waits for nothing outside, to its end."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something")
