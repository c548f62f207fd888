"""A worker that does bulk jobs until it is killed: ``python bulk_worker.py MONGO_URL DATABASE``.

After each turn it prints how far it is, and waits for a line: it never runs ahead of its killer.
"""

import asyncio
import sys

from storage.mongo import Mongo
from tests.ticketing.bulk.world import World


async def work(url: str, database: str) -> None:
    world = World(Mongo(url, database))
    runner = world.runner()
    while True:
        if not await runner.turn():
            if not await world.store.open_jobs():
                return
            await asyncio.sleep(0.2)  # it waits after a failure: the killed one held its tickets
            continue
        print(world.told[-1].done if world.told else 0, flush=True)
        await asyncio.to_thread(sys.stdin.readline)


asyncio.run(work(sys.argv[1], sys.argv[2]))
