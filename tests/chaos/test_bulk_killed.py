"""Bulk jobs go on after kill -9, and change each ticket once."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from storage.embedded import EmbeddedStores
from storage.mongo import Mongo
from tests.ticketing.bulk.world import MIRA, World
from ticketing.bulk.model import Counts, Listed

pytestmark = pytest.mark.chaos
WORKER = Path(__file__).with_name("bulk_worker.py")
TICKETS = int(os.environ.get("PARLEY_BULK_TICKETS", "600"))
# Each kill may hold the tickets of a slice for a minute, as long as the server keeps a dead
# client's transaction.
KILLS = int(os.environ.get("PARLEY_BULK_KILLS", "1"))


async def worker(stores: EmbeddedStores, mongo: Mongo) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(WORKER),
        stores.mongo_url,
        mongo.db.name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(WORKER.parents[2])},
    )


async def test_killed_in_the_middle_each_ticket_is_changed_once(
    stores: EmbeddedStores, mongo: Mongo
) -> None:
    world = World(mongo)
    ids = await world.seed(TICKETS)
    job = await world.begin(Listed())
    for kill in range(1, KILLS + 1):
        running = await worker(stores, mongo)
        assert running.stdin is not None
        assert running.stdout is not None
        while int(await running.stdout.readline()) < TICKETS * kill // (KILLS + 1):
            running.stdin.write(b"on\n")
        running.stdin.write(b"on\n")  # one slice more, however late the kill comes
        await asyncio.sleep(0.011 * kill)  # somewhere within a slice
        running.kill()
        await running.wait()
    middle = await world.jobs.get(MIRA, job.id)
    assert middle.state == "running"
    assert len(await world.changes()) == middle.done
    runner = world.runner()
    while await runner.turn() or await world.store.open_jobs():  # noqa: ASYNC110  the job waits
        await asyncio.sleep(0.01)
    found = await world.jobs.get(MIRA, job.id)
    assert (found.state, found.counts) == ("done", Counts(changed=TICKETS))
    assert await world.changes() == dict.fromkeys(ids, 1)
    assert {(one.version, one.status) for one in await world.tickets()} == {(2, "solved")}
