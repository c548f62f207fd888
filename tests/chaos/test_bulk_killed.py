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
KILLS = 3


async def worker(stores: EmbeddedStores, mongo: Mongo) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(WORKER),
        stores.mongo_url,
        mongo.db.name,
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
        assert running.stdout is not None
        while int(await running.stdout.readline() or TICKETS) < TICKETS * kill // (KILLS + 1):
            pass
        await asyncio.sleep(0.011 * kill)  # somewhere within a slice
        running.kill()
        await running.wait()
    middle = await world.jobs.get(MIRA, job.id)
    assert middle.state == "running"
    assert len(await world.changes()) == middle.done
    await world.run()
    found = await world.jobs.get(MIRA, job.id)
    assert (found.state, found.counts) == ("done", Counts(changed=TICKETS))
    assert await world.changes() == dict.fromkeys(ids, 1)
    assert {(one.version, one.status) for one in await world.tickets()} == {(2, "solved")}
