"""Writes of one transaction: in one command, and as servers before MongoDB 8 are sent them."""

import asyncio

import pytest
from msgspec import Struct, field
from pymongo.errors import DuplicateKeyError

from storage import writes
from storage.collection import Collection
from storage.mongo import Mongo, Session
from storage.writes import Sent, Writes


class Thing(Struct, frozen=True, kw_only=True):
    id: str = field(name="_id")
    size: int = 1


@pytest.fixture(params=["one command", "an older server", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "an older server":
        monkeypatch.setattr(Mongo, "wire_version", 21)
    if request.param == "many":
        monkeypatch.setattr(writes, "FEW", 0)
    return str(request.param)


@pytest.fixture
async def things(mongo: Mongo, way: str) -> tuple[Collection[Thing], Collection[Thing]]:
    made = []
    for name in ("things", "others"):
        await mongo.db.create_collection(name)
        made.append(mongo.collection(name, Thing))
        await made[-1].insert(Thing(id="old"))
    return made[0], made[1]


async def test_several_collections_change_together_and_say_how_much(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    here, there = things

    async def work(session: Session) -> Sent:
        batch = Writes(mongo, session)
        batch.insert(here, [Thing(id="a"), Thing(id="b")])
        batch.update(here, {"_id": "a"}, {"$set": {"size": 2}})
        batch.update(here, {"_id": "old", "size": 7}, {"$set": {"size": 2}})
        batch.delete(there, {"_id": "old", "size": 1})
        return await batch.send()

    assert await mongo.transaction(work, reads=False) == Sent(modified=1, deleted=1)
    assert await here.by_ids(["a", "b", "old"]) == {
        "a": Thing(id="a", size=2),
        "b": Thing(id="b"),
        "old": Thing(id="old"),
    }
    assert await there.get("old") is None


async def test_whole_documents_and_many_at_once(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    here, there = things

    async def work(session: Session) -> Sent:
        batch = Writes(mongo, session)
        batch.replace(here, [Thing(id="old", size=5), Thing(id="new", size=6)])
        batch.replace(here, [Thing(id="new", size=7)])
        batch.update(there, {"_id": "made"}, {"$set": {"size": 8}}, upsert=True)
        batch.update_many(there, {"_id": {"$in": ["old", "made"]}}, {"$inc": {"size": 1}})
        return await batch.send()

    await mongo.transaction(work, reads=False)
    assert await here.find({}, sort=[("_id", 1)], limit=9) == [
        Thing(id="new", size=7),
        Thing(id="old", size=5),
    ]
    assert await there.find({}, sort=[("_id", 1)], limit=9) == [
        Thing(id="made", size=9),
        Thing(id="old", size=2),
    ]


async def test_what_is_aborted_wrote_nothing(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    here, there = things

    async def work(session: Session) -> None:
        batch = Writes(mongo, session)
        batch.insert(here, [Thing(id="a")])
        batch.delete(there, {"_id": "old"})
        await batch.send()
        raise LookupError

    with pytest.raises(LookupError):
        await mongo.transaction(work, reads=False)
    assert await here.get("a") is None
    assert await there.get("old") == Thing(id="old")


async def test_a_taken_key_is_an_error_of_its_own(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    here, there = things

    async def work(session: Session) -> None:
        batch = Writes(mongo, session)
        batch.insert(there, [Thing(id="a")])
        batch.insert(here, [Thing(id="old", size=2)])
        await batch.send()

    with pytest.raises(DuplicateKeyError):
        await mongo.transaction(work, reads=False)
    assert await there.get("a") is None


async def test_writers_that_meet_all_get_through(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    """A conflict keeps its label, by which the transaction runs anew; no version is asked for."""
    here, there = things

    async def increment(session: Session) -> None:
        found = await here.get("old", session)
        assert found is not None
        batch = Writes(mongo, session)
        batch.update(here, {"_id": "old"}, {"$set": {"size": found.size + 1}})
        batch.update(there, {"_id": "old"}, {"$inc": {"size": 1}})
        await batch.send()

    await asyncio.gather(*(mongo.transaction(increment) for _ in range(6)))
    assert await here.get("old") == await there.get("old") == Thing(id="old", size=7)


async def test_writes_of_one_collection_may_begin_a_transaction_that_reads(
    mongo: Mongo, things: tuple[Collection[Thing], Collection[Thing]]
) -> None:
    here, _ = things

    async def work(session: Session) -> Sent:
        batch = Writes(mongo, session)
        batch.insert(here, [Thing(id="a")])
        batch.update(here, {"_id": "old"}, {"$set": {"size": 4}})
        return await batch.send()

    assert await mongo.transaction(work) == Sent(modified=1, deleted=0)


async def test_nothing_to_write_asks_nobody(mongo: Mongo) -> None:
    async def work(session: Session) -> Sent:
        return await Writes(mongo, session).send()

    assert await mongo.transaction(work, reads=False) == Sent(0, 0)
