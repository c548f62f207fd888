"""Long work that a bell rings for: one worker has it at a time, for a while, and rings again."""

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from storage.doorbell import Doorbell
from storage.leases import Leases

TURN_S = 60.0
SLACK_S = 30.0
Going = Callable[[], bool]
Work = Callable[[str, Going], Awaitable[bool]]  # given an id and whether to go on; True: all done


class Turns(NamedTuple):
    """What turns are taken with."""

    leases: Leases
    doorbell: Doorbell
    owner: str


async def take_turn(turns: Turns, job: str, work: Work, id: str) -> None:
    """``work`` on ``id`` for a minute at most, unless another worker is at it."""
    lease = await turns.leases.acquire(f"{job}:{id}", turns.owner, TURN_S + SLACK_S)
    if lease is None:
        return
    until = time.monotonic() + TURN_S
    try:
        done = await work(id, lambda: time.monotonic() < until)
    finally:
        await lease.release()
    if not done:
        await turns.doorbell.enqueue(job, id)
