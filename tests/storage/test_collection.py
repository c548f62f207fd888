import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import NewType
from unittest import mock

import pytest
from msgspec import Struct, field
from pymongo.errors import DuplicateKeyError

from storage.collection import AT_ONCE, Collection
from storage.ids import derived_id, new_id, truncate
from storage.mongo import Mongo, Session

ThingId = NewType("ThingId", str)
NOW = datetime(2026, 7, 1, 9, 0, 0, 123_000, tzinfo=UTC)


class Part(Struct, frozen=True, kw_only=True):
    data: bytes


class Thing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: ThingId = field(name="_id")
    size: int
    at: datetime = NOW
    parts: tuple[Part, ...] = ()
    note: str | None = None


@pytest.fixture
async def things(mongo: Mongo) -> Collection[Thing]:
    await mongo.db.create_collection("things")
    return mongo.collection("things", Thing)


def thing(id: str, size: int = 1, **fields: object) -> Thing:
    return Thing(id=ThingId(id), size=size, **fields)  # type: ignore[arg-type]


async def test_a_struct_comes_back_equal(things: Collection[Thing]) -> None:
    given = thing("a", at=NOW + timedelta(hours=1), parts=(Part(data=b"\x00"),), note="n")
    assert await things.insert(given)
    assert await things.get("a") == given
    assert await things.get("b") is None


async def test_defaults_are_not_stored_and_unknown_fields_are_ignored(
    things: Collection[Thing],
) -> None:
    await things.insert(thing("a"))
    assert await things.raw.find_one() == {"_id": "a", "size": 1}
    await things.update({"_id": "a"}, {"$set": {"of a newer version": 1}})
    assert await things.get("a") == thing("a")


async def test_a_taken_key_is_false_outside_and_an_error_inside_a_transaction(
    things: Collection[Thing], mongo: Mongo
) -> None:
    await things.insert(thing("a"))
    assert not await things.insert(thing("a", 2))
    with pytest.raises(DuplicateKeyError):
        await mongo.transaction(lambda session: things.insert(thing("a", 2), session=session))
    assert await things.get("a") == thing("a")


async def test_reads_are_sorted_and_bounded(things: Collection[Thing]) -> None:
    await things.insert_many(thing(str(n), n) for n in range(5))
    assert [t.size for t in await things.find({}, sort=[("size", -1)], limit=2)] == [4, 3]
    assert await things.by_ids(["3", "1", "x", "1"]) == {"3": thing("3", 3), "1": thing("1", 1)}
    assert await things.by_ids([]) == {}


async def test_changes_say_how_many(things: Collection[Thing]) -> None:
    await things.insert_many([])
    await things.insert_many(thing(str(n), n) for n in range(3))
    assert await things.update({"_id": "0", "size": 9}, {"$set": {"size": 1}}) == 0
    assert await things.update({"_id": "0"}, {"$set": {"size": 1}}) == 1
    assert await things.update({"_id": "9"}, {"$set": {"size": 1}}, upsert=True) == 1
    assert await things.update_many({"size": 1}, {"$inc": {"size": 1}}) == 3
    assert await things.update_each([({"_id": "0"}, {"$set": {"size": 7}})]) == 1
    assert await things.update_each([]) == 0
    await things.replace_many([thing("0", 8), thing("new", 8)])
    assert await things.delete({"size": 8}) == 2


async def test_writers_that_meet_all_get_through(things: Collection[Thing], mongo: Mongo) -> None:
    await things.insert(thing("a", 0))

    async def increment(session: Session) -> None:
        found = await things.get("a", session)
        assert found is not None
        await things.update({"_id": "a"}, {"$set": {"size": found.size + 1}}, session=session)

    await asyncio.gather(*(mongo.transaction(increment) for _ in range(6)))
    assert await things.get("a") == thing("a", 6)


async def test_the_databases_clock_is_aware(mongo: Mongo) -> None:
    assert abs(await mongo.server_time() - datetime.now(UTC)) < timedelta(seconds=5)


def test_ids_sort_by_time_and_derive_from_their_parts() -> None:
    ids = [new_id(NOW + timedelta(milliseconds=n)) for n in range(50)]
    assert ids == sorted(ids)
    assert len({new_id(NOW) for _ in range(1000)}) == 1000
    assert derived_id("ab", "c") == derived_id("ab", "c") != derived_id("a", "bc")
    east = timezone(timedelta(hours=8))
    assert truncate(datetime(2026, 7, 1, 17, 0, 0, 123_999, tzinfo=east)) == NOW


async def test_by_ids_asks_for_a_portion_at_a_time(things: Collection[Thing]) -> None:
    ids = [f"t{number:03d}" for number in range(2 * AT_ONCE + 1)]
    await things.insert_many(thing(id) for id in ids)
    watched = Collection(mock.Mock(wraps=things.raw), Thing)
    found = await watched.by_ids([*ids, *ids, "not there"])
    assert found.keys() == set(ids)
    asked = [call.args[0]["_id"]["$in"] for call in watched.raw.find.call_args_list]
    assert [len(some) for some in asked] == [AT_ONCE, AT_ONCE, 2]
