"""Makes a picture small in a process of its own: what takes too long or too much is ended."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from gateway.pictures import shrinking

LIMIT_S = 10.0


async def shrunk_apart(content: bytes, limit_s: float = LIMIT_S) -> bytes | None:
    """As ``shrinking.shrunk``; None also when the process is ended, by us or by its limits."""
    # its file, not its module: found from any working directory, and nothing else is imported
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", shrinking.__file__), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        made, _ = await asyncio.wait_for(process.communicate(content), limit_s)
    except TimeoutError:
        return None
    finally:
        await _ended(process)
    return made if made and process.returncode == 0 else None


async def _ended(process: Process) -> None:
    """Also when whoever waits is cancelled."""
    if process.returncode is None:
        process.kill()
        await process.wait()
