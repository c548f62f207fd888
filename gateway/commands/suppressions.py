"""``parley blocked list``, ``add`` and ``remove``."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from config.settings import load
from gateway.endpoints import reachable
from gateway.schema import MIGRATIONS
from outbound.suppression.handlers import Suppressions
from outbound.suppression.model import Suppression
from storage.ids import utc_now
from storage.migrations import Migrator
from storage.mongo import Mongo
from ticketing.errors import Invalid

PAGE = 100
Work = Callable[[Suppressions], Awaitable[int]]


def show(_arguments: argparse.Namespace) -> int:
    """One line each, newest first: address, kind, until, reason."""
    return asyncio.run(_run(_show))


def add(arguments: argparse.Namespace) -> int:
    """1 when one of them is no mail address."""

    async def work(suppressions: Suppressions) -> int:
        for address in arguments.addresses:
            try:
                await suppressions.add(
                    address,
                    kind="added",
                    reason=arguments.reason,
                    days=arguments.days,
                    now=utc_now(),
                )
            except Invalid as error:
                print(f"parley: {address}: {error}", file=sys.stderr)
                return 1
        return 0

    return asyncio.run(_run(work))


def remove(arguments: argparse.Namespace) -> int:
    """1 when one of them was not listed."""

    async def work(suppressions: Suppressions) -> int:
        missing = [one for one in arguments.addresses if not await suppressions.remove(one)]
        for address in missing:
            print(f"parley: {address} is not on the list", file=sys.stderr)
        return 1 if missing else 0

    return asyncio.run(_run(work))


async def _run(work: Work) -> int:
    async with _suppressions() as suppressions:
        return await work(suppressions)


@asynccontextmanager
async def _suppressions() -> AsyncIterator[Suppressions]:
    async with reachable(load()) as settings:
        mongo = Mongo(settings.mongo_url, settings.mongo_database)
        try:
            await Migrator(mongo, MIGRATIONS).run()
            yield Suppressions(mongo, timedelta(days=settings.suppress_days))
        finally:
            await mongo.close()


async def _show(suppressions: Suppressions) -> int:
    page = await suppressions.page("", PAGE)
    while page:
        for one in page:
            print(_line(one))
        page = await suppressions.page(page[-1].id, PAGE)
    return 0


def _line(one: Suppression) -> str:
    until = f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "-"
    return f"{one.address:40} {one.kind:12} {until:10} {one.reason}".rstrip()
