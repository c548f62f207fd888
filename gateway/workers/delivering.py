"""Deliveries as their bells ring: without the queue's detour, which costs more than the look."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from gateway.metrics import WORKER_RUNS
from gateway.tasks import cancelled
from gateway.workers.loops import Bell
from normalizer.model import ConversationId

log = logging.getLogger(__name__)

AT_ONCE = 256  # many times what one inbox may have at work (outbound/crowd.py)
MAX_WAITING = 2_000  # beyond it the sweeper rings again
LISTEN_S = 60.0

Deliver = Callable[[ConversationId], Awaitable[None]]


class Deliveries:
    """One task for each conversation that was rung for, a bounded number at work at once."""

    def __init__(self, deliver: Deliver, bell: Bell) -> None:
        self._deliver = deliver
        self._bell = bell
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; sends under way are the deliverer's to end."""
        try:
            while True:
                self._begin(await self._bell.heard(LISTEN_S))
        finally:
            await cancelled(self._tasks)

    def _begin(self, rung: Iterable[str]) -> None:
        for names in rung:
            for name in names.split(","):
                if name and len(self._tasks) < MAX_WAITING:
                    task = asyncio.create_task(self._one(ConversationId(name)))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _one(self, conversation_id: ConversationId) -> None:
        try:
            async with self._room:
                await self._deliver(conversation_id)
        except Exception:
            WORKER_RUNS.labels("deliver", "failed").inc()
            log.exception("a delivery failed", extra={"conversation_id": conversation_id})
        else:
            WORKER_RUNS.labels("deliver", "worked").inc()
