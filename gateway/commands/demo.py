"""``parley demo``: tell the story, show the login, and stand in for the providers."""

import argparse
import asyncio

from config.logging import configure
from config.settings import Settings, load
from gateway.bootstrap.commands import composer
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.demo.seed import Seeder, receipt
from gateway.demo.store import DemoStore
from gateway.demo.story import load_story
from gateway.demo.world import World
from gateway.endpoints import reachable
from gateway.running import greeting, smtp_place
from gateway.supervisor import Stopping
from ticketing.handlers import Commands


def demo(arguments: argparse.Namespace) -> int:
    """Until it is told to stop; workers must be running."""
    settings = load()
    configure(settings.log_level)
    return asyncio.run(_demo())


async def _demo() -> int:
    stopping = Stopping()
    stopping.watch()
    async with reachable(load()) as settings, foundation(settings) as base:

        async def report(sid: str, state: str) -> None:
            await base.journal.append(receipt(sid, state))

        world = World(report, f"{settings.public_url}/hooks/telegram/demo-telegram")
        await world.start()
        relaying = asyncio.create_task(base.relay.run())
        try:
            seeder = _seeder(base)
            password = await seeder.password()
            await seeder.tell(password, world)
            print(greeting(settings, _rows(settings, password)), flush=True)
            await stopping.wait()
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)
            await world.stop()
    return 0


def _rows(settings: Settings, password: str) -> list[tuple[str, str]]:
    """How to be an agent, and how to be a customer."""
    story = load_story()
    mailbox = next(one.address for one in story.inboxes if one.channel == "email")
    return [
        ("login", story.agents[0].email),
        ("password", password),
        ("customers", f"{settings.public_url}/chat/demo-chat"),
        ("", f"mail to {mailbox} {smtp_place(settings)}"),
    ]


def _seeder(base: Foundation) -> Seeder:
    commands = Commands(base.collections, base.events, base.relay.offer)
    return Seeder(
        base=base,
        store=DemoStore(base.mongo),
        composer=composer(base),
        commands=commands,
        story=load_story(),
    )
