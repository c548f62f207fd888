"""A worker process that is killed with a send under way; the provider counts."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from storage.embedded import EmbeddedStores
from tests.outbound.peer import Peer, PeerSender
from tests.outbound.world import World

WORKER = """
import asyncio, sys
from storage.mongo import Mongo
from tests.outbound.peer import PeerSender
from tests.outbound.world import SMS, World

async def main(mongo_url, database, redis_url, peer_url, idempotent):
    mongo = Mongo(mongo_url, database)
    sender = PeerSender(peer_url, idempotent=idempotent == "True")
    await World(mongo, redis_url, sender, SMS).worker.deliver("conv")

asyncio.run(main(*sys.argv[1:]))
"""


async def killed_in_the_middle(stores: EmbeddedStores, world: World, peer: Peer) -> None:
    """Another process claims, sends, and dies before it hears the answer."""
    peer.hold.clear()
    sender = world.sender
    assert isinstance(sender, PeerSender)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, stores.mongo_url, world.mongo.db.name, stores.redis_url,
        peer.url, str(sender.idempotent),
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    async with asyncio.timeout(30):
        await peer.got_one.wait()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    peer.hold.set()


@pytest.mark.parametrize(
    ("idempotent", "state", "received"), [(False, "uncertain", 1), (True, "sent", 2)]
)
async def test_kill_9_while_sending(
    stores: EmbeddedStores,
    sms: World,
    peer: Peer,
    *,
    idempotent: bool,
    state: str,
    received: int,
) -> None:
    """Never a blind resend; where the provider drops repeats, the same id goes again."""
    sms.sender = PeerSender(peer.url, idempotent=idempotent)
    message = await sms.say("It ships today.")
    await killed_in_the_middle(stores, sms, peer)
    await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == "sending"  # its lease still lives
    await sms.pass_time(message, 91)
    await sms.worker.deliver(message.conversation_id)
    if idempotent:
        await sms.pass_time(message, 60)
        await sms.worker.deliver(message.conversation_id)
    assert await sms.state(message) == state
    assert peer.arrived == {message.id: received}
