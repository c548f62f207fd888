"""Sends scheduled replies until it is killed: ``python scheduled_worker.py MONGO_URL DATABASE
REDIS_URL``. Prints a line for each that it queued, and waits for one: it never runs ahead of its
killer.
"""

import asyncio
import sys
from contextlib import suppress

from storage.errors import TransactionGaveUp
from storage.mongo import Mongo
from tests.outbound.peer import PeerSender
from tests.outbound.test_scheduled import scheduler
from tests.outbound.world import SMS, World


async def work(url: str, database: str, redis_url: str) -> None:
    world = World(Mongo(url, database), redis_url, PeerSender("", idempotent=False), SMS)
    sender = scheduler(world)
    while late := await sender.due(500):
        for id in late:
            with suppress(TransactionGaveUp):  # a dead sender is still in its transaction
                if await sender.send_due(id, await world.clock.now()):
                    print(id, flush=True)
                    await asyncio.to_thread(sys.stdin.readline)


asyncio.run(work(*sys.argv[1:4]))
