"""Bulk jobs, slice after slice."""

from gateway.workers.loops import Bell
from ticketing.bulk.runner import BulkRunner

LOOK_S = 5.0


async def run_bulk(runner: BulkRunner, bell: Bell) -> None:
    """While there are jobs; without any it waits to be rung for. Ends by cancellation."""
    while True:
        if not await runner.turn():
            await bell.heard(LOOK_S)
