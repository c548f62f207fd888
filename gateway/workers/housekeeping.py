"""What somebody must do now and then: one leased owner for all of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from gateway.metrics import WORKER_RUNS, WORKER_SECONDS
from gateway.tasks import together

log = logging.getLogger(__name__)


class Chore(msgspec.Struct, frozen=True):
    """``do`` every ``every_s`` seconds, for at most ``limit_s``."""

    name: str
    every_s: float
    limit_s: float
    do: Callable[[], Awaitable[object]]


async def keep_house(chores: Sequence[Chore]) -> None:
    """Each chore in its own rhythm; a failed one has its next turn. Ends by cancellation."""
    await together(*(_repeat(chore) for chore in chores))


async def _repeat(chore: Chore) -> None:
    while True:
        try:
            with WORKER_SECONDS.labels(chore.name).time():
                async with asyncio.timeout(chore.limit_s):
                    await chore.do()
        except Exception:
            WORKER_RUNS.labels(chore.name, "failed").inc()
            log.exception("a chore failed", extra={"chore": chore.name})
        else:
            WORKER_RUNS.labels(chore.name, "worked").inc()
        await asyncio.sleep(chore.every_s)
