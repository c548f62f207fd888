import pytest
from msgspec import Struct, field
from pymongo.errors import OperationFailure

from storage.errors import TransactionGaveUp
from storage.joined import Lookup, read_joined
from storage.mongo import Mongo


class Doc(Struct, frozen=True, kw_only=True):
    id: str = field(name="_id")
    owner: str = ""
    names: tuple[str, ...] = ()


async def test_each_collection_is_read_by_its_keys_and_by_what_was_found(mongo: Mongo) -> None:
    boats, people = mongo.collection("boats", Doc), mongo.collection("people", Doc)
    await boats.insert_many([Doc(id="b1", owner="p1"), Doc(id="b2", owner="p2"), Doc(id="b3")])
    await people.insert_many([Doc(id="p1", names=("ada", "al")), Doc(id="p2", names=("bo",))])
    lookups = [
        Lookup(name="known", collection=boats, key="_id", by="ids", ids_only=True),
        Lookup(name="named", collection=people, key="names", by="names"),
        Lookup(name="owners", collection=people, key="_id", by="boats.owner"),
    ]
    lookups.insert(2, Lookup(name="boats", collection=boats, key="_id", by="ids"))
    asked = {"ids": ["b1", "b2", "nobody"], "names": ["al", "ada", "$names"]}
    found = await mongo.transaction(lambda session: read_joined(mongo, session, asked, lookups))
    assert sorted(one["_id"] for one in found["known"]) == ["b1", "b2"]
    assert all(set(one) == {"_id"} for one in found["known"])
    assert [one["_id"] for one in found["named"]] == ["p1"]
    assert sorted(one["_id"] for one in found["owners"]) == ["p1", "p2"]
    assert {one["_id"]: one["owner"] for one in found["boats"]} == {"b1": "p1", "b2": "p2"}


@pytest.mark.parametrize("key", ["$_id", "$$ROOT", "a.b", "", "$", "nul\x00 byte"])
async def test_a_key_is_a_literal_whatever_it_holds(mongo: Mongo, key: str) -> None:
    things = mongo.collection("things", Doc)
    await things.insert_many([Doc(id=key), Doc(id="other")])
    lookups = [Lookup(name="found", collection=things, key="_id", by="ids")]
    found = await mongo.transaction(lambda s: read_joined(mongo, s, {"ids": [key]}, lookups))
    assert [one["_id"] for one in found["found"]] == [key]


async def test_nothing_asked_is_nothing_found(mongo: Mongo) -> None:
    things = mongo.collection("things", Doc)
    await things.insert_many([Doc(id="a")])
    lookups = [
        Lookup(name="first", collection=things, key="owner", by="ids"),
        Lookup(name="then", collection=things, key="_id", by="first.owner"),
    ]
    found = await mongo.transaction(lambda s: read_joined(mongo, s, {"ids": []}, lookups))
    assert found == {"first": [], "then": []}


async def test_it_sees_what_its_own_transaction_wrote(mongo: Mongo) -> None:
    things = mongo.collection("things", Doc)
    await things.insert(Doc(id="before"))
    lookups = [Lookup(name="found", collection=things, key="_id", by="ids")]

    async def work(session: object) -> list[str]:
        await things.insert(Doc(id="own"), session=session)  # type: ignore[arg-type]
        await things.insert(Doc(id="foreign"))
        asked = {"ids": ["before", "own", "foreign"]}
        found = await read_joined(mongo, session, asked, lookups)  # type: ignore[arg-type]
        return sorted(one["_id"] for one in found["found"])

    assert await mongo.transaction(work) == ["before", "own"]


async def test_a_database_that_refuses_is_asked_once(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def refuse(*_: object, **__: object) -> None:
        nonlocal asked
        asked += 1
        raise OperationFailure("$documents is not allowed in a transaction", 263)

    monkeypatch.setattr(mongo.db, "aggregate", refuse)
    assert [await mongo.may_join_reads() for _ in range(2)] == [False, False]
    assert asked == 1


async def test_a_database_that_is_away_is_asked_again(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_work: object) -> None:
        raise TransactionGaveUp(10)

    with monkeypatch.context() as patch:
        patch.setattr(mongo, "transaction", away)
        with pytest.raises(TransactionGaveUp):
            await mongo.may_join_reads()
    assert await mongo.may_join_reads()
