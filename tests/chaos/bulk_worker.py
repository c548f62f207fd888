"""A worker that does bulk jobs until it is killed: ``python bulk_worker.py MONGO_URL DATABASE``."""

import asyncio
import sys

from storage.mongo import Mongo
from tests.ticketing.bulk.world import World


async def work(url: str, database: str) -> None:
    world = World(Mongo(url, database))
    runner = world.runner()
    while await runner.turn():
        print(world.told[-1].done if world.told else 0, flush=True)


asyncio.run(work(sys.argv[1], sys.argv[2]))
