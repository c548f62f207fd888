"""kill -9 of the database while work is under way: what was confirmed is there, whole."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct, field
from pymongo.errors import PyMongoError

from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.embedded import EmbeddedStores
from storage.errors import JournalFull, JournalUnavailable, TransactionGaveUp
from storage.journal import PARTITIONS, Journal, NewRecord
from storage.keyring import KeyRing
from storage.migrations import Migrator
from storage.mongo import Mongo, Session
from storage.schema import STORAGE_MIGRATIONS
from storage.writes import Writes
from tests.storage.writing import written

pytestmark = pytest.mark.chaos


class One(Struct, frozen=True, kw_only=True):
    id: str = field(name="_id")


SENDERS = 12
ROUNDS = 3


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[EmbeddedStores]:
    stores = EmbeddedStores(tmp_path)
    await stores.start()
    yield stores
    await stores.stop()


@pytest.fixture
async def client(own: EmbeddedStores) -> AsyncIterator[Mongo]:
    mongo = Mongo(own.mongo_url, "house")
    await Migrator(mongo, STORAGE_MIGRATIONS).run()
    yield mongo
    await mongo.close()


async def kill_sometimes(own: EmbeddedStores, mongo: Mongo) -> None:
    """Each round: let them work, kill, wait until it answers again."""
    for _ in range(ROUNDS):
        await asyncio.sleep(random.uniform(0.3, 0.8))
        os.kill(own.children["mongo"].pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while not await answers(mongo):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def answers(mongo: Mongo) -> bool:
    try:
        await mongo.ping()
    except PyMongoError:
        return False
    return True


def record(body: bytes) -> NewRecord:
    return NewRecord(
        inbox_id=f"inbox-{body[:3]!r}",
        channel="api",
        transport="webhook",
        received_at=datetime.now(UTC),
        request_id=body.decode(),
        body=body,
    )


async def test_every_acknowledged_record_is_there_once(own: EmbeddedStores, client: Mongo) -> None:
    bell = Doorbell(own.redis_url)
    journal = Journal(client, KeyRing([b"k" * 32]), Blobs(client), bell)
    acknowledged: dict[str, bytes] = {}
    refused = 0

    stop = asyncio.Event()  # not by cancelling: Python 3.11 may lose that inside pymongo

    async def send(sender: int) -> None:
        nonlocal refused
        for number in range(100_000):
            if stop.is_set():
                return
            body = f"{sender}-{number}".encode()
            try:
                acknowledged[await journal.append(record(body))] = body
            except (JournalUnavailable, JournalFull):
                refused += 1
                await asyncio.sleep(0.05)

    senders = [asyncio.create_task(send(number)) for number in range(SENDERS)]
    await kill_sometimes(own, client)
    stop.set()
    await asyncio.gather(*senders)
    await journal.close()

    stored: dict[str, bytes] = {}
    for partition in range(PARTITIONS):
        while page := await journal.pending(partition):
            ids = [found.id for found in page]
            await written(client, partial(journal.mark_done, ids=ids))
            stored |= {found.id: found.body for found in page}
    await bell.close()
    assert len(acknowledged) > 100
    assert acknowledged.items() <= stored.items()
    # what was not acknowledged may be stored too: at most what was under way at a kill
    assert len(stored) - len(acknowledged) <= refused + SENDERS


async def test_transactions_are_there_whole_or_not_at_all(
    own: EmbeddedStores, client: Mongo
) -> None:
    for name in ("left", "right"):
        await client.db.create_collection(name)
    left_ones, right_ones = client.collection("left", One), client.collection("right", One)
    confirmed: set[str] = set()

    stop = asyncio.Event()

    async def send(sender: int) -> None:
        for number in range(100_000):
            if stop.is_set():
                return
            id = f"{sender}-{number}"

            async def both(session: Session, id: str = id) -> None:
                if await client.db.left.find_one({"_id": id}, session=session) is None:
                    writes = Writes(client, session)
                    writes.insert(left_ones, [One(id=id)])
                    writes.insert(right_ones, [One(id=id)])
                    await writes.send()

            try:
                await client.transaction(both)
            except (PyMongoError, TransactionGaveUp):
                continue
            confirmed.add(id)

    senders = [asyncio.create_task(send(number)) for number in range(4)]
    await kill_sometimes(own, client)
    stop.set()
    await asyncio.gather(*senders)

    left = {found["_id"] async for found in client.db.left.find()}
    right = {found["_id"] async for found in client.db.right.find()}
    assert len(confirmed) > 50
    assert left == right
    assert confirmed <= left
