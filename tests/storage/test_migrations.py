import asyncio

import pytest

from storage.errors import MigrationFailed
from storage.health import check
from storage.ids import utc_now
from storage.migrations import (
    Index,
    Migration,
    Migrator,
    Progress,
    drop_index,
    ensure_indexes,
)
from storage.mongo import Mongo
from storage.schema import STORAGE_MIGRATIONS


async def test_each_runs_once_in_the_order_of_numbers(mongo: Mongo) -> None:
    ran: list[int] = []

    def step(number: int) -> Migration:
        async def up(_mongo: Mongo, _progress: Progress) -> None:
            ran.append(number)

        return Migration(number=number, name="step", up=up)

    assert await Migrator(mongo, [step(20), step(3)]).run() == ["0003_step", "0020_step"]
    assert await Migrator(mongo, [step(3), step(20), step(21)]).run() == ["0021_step"]
    assert ran == [3, 20, 21]


async def test_processes_that_start_together_run_it_once(mongo: Mongo) -> None:
    ran: list[int] = []

    async def up(_mongo: Mongo, _progress: Progress) -> None:
        ran.append(1)
        await asyncio.sleep(0.05)

    migrations = [Migration(number=1, name="once", up=up)]
    async with asyncio.timeout(20):
        await asyncio.gather(Migrator(mongo, migrations).run(), Migrator(mongo, migrations).run())
    assert ran == [1]


async def test_a_long_one_resumes_where_it_stopped(mongo: Mongo) -> None:
    seen: list[int] = []

    async def up(_mongo: Mongo, progress: Progress) -> None:
        start = int(progress.cursor or 0)
        for number in range(start, 4):
            if number == 2 and start == 0:
                raise ConnectionResetError("power cut")
            seen.append(number)
            await progress.save(str(number + 1))

    migrator = Migrator(mongo, [Migration(number=1, name="long", up=up)])
    with pytest.raises(MigrationFailed, match="0001_long"):
        await migrator.run()
    assert await migrator.run() == ["0001_long"]
    assert seen == [0, 1, 2, 3]


def test_one_number_is_not_for_two(mongo: Mongo) -> None:
    twice = [ensure_indexes(1, "a", ()), ensure_indexes(1, "b", ())]
    with pytest.raises(ValueError, match="one number"):
        Migrator(mongo, twice)


async def test_indexes_are_made_as_described(mongo: Mongo) -> None:
    index = Index(
        collection="things",
        keys=(("inbox_id", 1), ("key", 1)),
        name="one_open",
        unique=True,
        partial={"open": True},
    )
    await Migrator(mongo, [ensure_indexes(1, "indexes", [index])]).run()
    made = (await mongo.db.things.index_information())["one_open"]
    assert made["unique"] is True
    assert made["partialFilterExpression"] == {"open": True}


async def test_an_index_of_old_goes_where_it_is(mongo: Mongo) -> None:
    kept = Index(collection="things", keys=(("b", 1),), name="by_b")
    gone = Index(collection="things", keys=(("a", 1),), name="by_a")
    for index in (kept, gone):
        await index.ensure(mongo)
    steps = [drop_index(1, "gone", "things", "by_a"), drop_index(2, "never", "things", "by_c")]
    await Migrator(mongo, steps).run()
    assert set(await mongo.db.things.index_information()) == {"_id_", "by_b"}


async def test_storages_own_indexes_serve_the_backlog(mongo: Mongo) -> None:
    await Migrator(mongo, STORAGE_MIGRATIONS).run()
    await mongo.db.journal.insert_one({"_id": "x", "due": 3})
    plan = await mongo.db.command("explain", {"find": "journal", "filter": {"due": 3}})
    assert "'due'" in str(plan["queryPlanner"]["winningPlan"])
    for where in ({"due": -1}, {"due": {"$gte": 0}}):
        plan = await mongo.db.command("explain", {"find": "journal", "filter": where})
        assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"]), where


async def test_an_older_site_keeps_what_is_quarantined_and_what_is_untold(mongo: Mongo) -> None:
    """As the first layout had it: a flag on each event, an index on each state."""
    old = (
        Index(
            collection="journal", name="backlog", keys=(("due", 1),), partial={"due": {"$gte": 0}}
        ),
        Index(
            collection="journal",
            name="quarantined",
            keys=(("state", 1),),
            partial={"state": "quarantined"},
        ),
        Index(
            collection="events",
            name="unrelayed",
            keys=(("relayed", 1),),
            partial={"relayed": False},
        ),
    )
    await Migrator(mongo, [ensure_indexes(1, "storage_indexes", old)]).run()
    await mongo.db.journal.insert_many(
        [{"_id": "aside", "state": "quarantined"}, {"_id": "done", "state": "done"}]
    )
    moment = utc_now()
    await mongo.db.events.insert_many(
        [
            {"_id": "told", "relayed": True, "at": moment},
            {"_id": "untold", "relayed": False, "at": moment},
        ]
    )
    assert await Migrator(mongo, STORAGE_MIGRATIONS).run() == ["0002_leaner_indexes"]
    assert [one["_id"] async for one in mongo.db.journal.find({"due": -1})] == ["aside"]
    assert [one["event_ids"] async for one in mongo.db.untold_events.find()] == [["untold"]]
    left = [*await mongo.db.journal.index_information(), *await mongo.db.events.index_information()]
    assert {"due", "backlog", "quarantined", "unrelayed"}.intersection(left) == {"due"}


async def test_health_is_good_with_stores_and_advises_without(mongo: Mongo, redis_url: str) -> None:
    assert [each.name for each in await check(mongo, redis_url) if each.ok] == [
        "mongodb",
        "transactions",
        "clock",
        "redis",
    ]
    *_, cache = await check(mongo, "redis://127.0.0.1:9/0")
    assert not cache.ok
    assert "PARLEY_REDIS_URL" in cache.advice
