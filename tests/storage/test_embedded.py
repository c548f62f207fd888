import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis.asyncio as redis
from pymongo.errors import PyMongoError

from storage.embedded import EmbeddedStores
from storage.errors import DirectoryInUse, StoreStartFailed
from storage.mongo import Mongo

OWNER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import EmbeddedStores
async def main():
    stores = EmbeddedStores(Path(sys.argv[1]))
    await stores.start()
    print(*(child.pid for child in stores.children.values()), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_both_answer_and_data_survives_a_restart(tmp_path: Path) -> None:
    first = EmbeddedStores(tmp_path)
    await first.start()
    mongo = Mongo(first.mongo_url, "house")
    await mongo.db.things.insert_one({"_id": "kept"})
    async with redis.from_url(first.redis_url) as cache:
        assert await cache.ping()
    await mongo.close()
    await first.stop()

    second = EmbeddedStores(tmp_path)
    await second.start()
    mongo = Mongo(second.mongo_url, "house")
    try:
        assert await mongo.db.things.find_one() == {"_id": "kept"}
    finally:
        await mongo.close()
        await second.stop()


async def test_what_is_killed_comes_back_with_what_it_confirmed(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path)
    await stores.start()
    mongo = Mongo(stores.mongo_url, "house")
    cache = redis.from_url(stores.redis_url)
    try:
        await mongo.db.things.insert_one({"_id": 1})
        before = {child.pid for child in stores.children.values()}
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            while await _down(mongo, cache):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert await mongo.db.things.find_one() == {"_id": 1}
        assert before.isdisjoint({child.pid for child in stores.children.values()})
    finally:
        await cache.aclose()
        await mongo.close()
        await stores.stop()


async def _down(mongo: Mongo, cache: redis.Redis) -> bool:
    try:
        await mongo.ping()
        await cache.ping()
    except (PyMongoError, redis.RedisError):
        return True
    return False


async def test_nobody_else_on_the_machine_reads_the_data(tmp_path: Path) -> None:
    home = tmp_path / "site" / "var"
    stores = EmbeddedStores(home)
    await stores.start(supervised=False)
    await stores.stop()
    directories = [home, *(one for one in home.iterdir() if one.is_dir())]
    assert {one.stat().st_mode & 0o077 for one in directories} == {0}


async def test_a_directory_has_one_owner(stores: EmbeddedStores) -> None:
    with pytest.raises(DirectoryInUse, match=str(os.getpid())):
        await EmbeddedStores(stores.data_dir, lock_wait=0).start()


async def test_killing_the_owner_takes_its_stores_along(tmp_path: Path) -> None:
    owner = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pids = (await asyncio.to_thread(owner.stdout.readline)).split()
    assert len(pids) == 2
    owner.kill()
    owner.wait()
    owner.stdout.close()

    heir = EmbeddedStores(tmp_path)
    await heir.start()  # only once no orphan holds the lock any more
    await heir.stop()


async def test_a_store_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "secantus").write_text("a file where the directory should be")
    with pytest.raises(StoreStartFailed, match="secantus"):
        await EmbeddedStores(tmp_path).start()
    # and the lock is free again
    (tmp_path / "secantus").unlink()
    again = EmbeddedStores(tmp_path, lock_wait=0)
    await again.start()
    await again.stop()


async def test_transactions_commit_whole_or_not_at_all(mongo: Mongo) -> None:
    async def two_then_fail(session: object) -> None:
        await mongo.db.things.insert_one({"_id": 1}, session=session)  # type: ignore[arg-type]
        raise LookupError

    await mongo.db.create_collection("things")
    with pytest.raises(LookupError):
        await mongo.transaction(two_then_fail)
    assert await mongo.db.things.find_one() is None
