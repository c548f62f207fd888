"""Tasks that end: cancelled until they do.

Before Python 3.12 asyncio.wait_for, which the database driver uses, may swallow a cancellation that
meets its result; a TaskGroup then waits for ever. Here whoever does not end is asked again.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable

log = logging.getLogger(__name__)

ASK_AGAIN_S = 0.25
TRIES = 60

Task = asyncio.Task[None]


async def cancelled(tasks: Iterable[Task]) -> None:
    """Cancel and wait, within bounds; what they raise was logged where it happened."""
    left = set(tasks)
    for _ in range(TRIES):
        left = {task for task in left if not task.done()}
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=ASK_AGAIN_S)
    names = sorted(task.get_name() for task in left)
    log.error("loops did not end", extra={"loops": names})


async def together(*works: Coroutine[None, None, None]) -> None:
    """Run all until one fails (which is raised) or this is cancelled; then end the others."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await cancelled(tasks)
