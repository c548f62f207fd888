"""Events to their consumers after the commit; a sweeper tells what a crash left untold.

Consumers know an event by its id: they may be told twice, and in any order.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from storage.events import Event, EventLog
from ticketing import metrics

Handle = Callable[[Sequence[Event]], Awaitable[None]]

SETTLE_S = 0.25  # counters and marks are written once for all events of a quarter second
MAX_WAITING = 20_000  # beyond it the sweeper tells them
SWEEP = 500
IN_FLIGHT = timedelta(seconds=10)
_log = logging.getLogger(__name__)


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants to know. ``prompt`` ones hear at once, others a quarter second later."""

    name: str
    handle: Handle
    prompt: bool = True


class Relay:
    """``offer`` after a commit, ``run`` while the process lives, ``sweep`` by lease."""

    def __init__(self, log: EventLog, consumers: Sequence[Consumer]) -> None:
        self._log = log
        self._consumers = tuple(consumers)
        self._prompt: list[Event] = []
        self._settling: list[Event] = []
        self._came = asyncio.Event()

    def offer(self, events: Sequence[Event]) -> None:
        """Never waits and never fails: what finds no room is swept up later."""
        if len(self._prompt) + len(self._settling) + len(events) > MAX_WAITING:
            metrics.RELAYED.labels("overflow").inc(len(events))
            return
        self._prompt.extend(events)
        self._came.set()

    async def run(self) -> None:
        """Until cancelled; then tells what it holds."""
        task = asyncio.current_task()
        try:
            # the database driver can swallow a cancellation that meets the end of its reply
            while task is None or not task.cancelling():
                await self._came.wait()
                self._came.clear()
                await self._tell_prompt()
                if self._settling:
                    await self._linger()
                    await self.flush()
        finally:
            await self.flush()

    async def _linger(self) -> None:
        """A quarter second in which prompt consumers go on hearing at once."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLE_S
        while (left := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._came.wait()
            except TimeoutError:
                return
            self._came.clear()
            await self._tell_prompt()

    async def _tell_prompt(self) -> None:
        events, self._prompt = self._prompt, []
        if events:
            self._settling.extend(await self._tell(events, prompt=True))

    async def flush(self) -> None:
        """Tell everybody everything that was offered, and remember that it was told."""
        await self._tell_prompt()
        events, self._settling = self._settling, []
        if events:
            told = await self._tell(events, prompt=False)
            await self._mark(told)

    async def sweep(self, now: datetime) -> int:
        """Tell what is stored and untold, except what is likely under way; how many."""
        left = [event for event in await self._log.unrelayed(SWEEP) if event.at < now - IN_FLIGHT]
        if left:
            told = await self._tell(await self._tell(left, prompt=True), prompt=False)
            await self._mark(told)
            metrics.RELAYED.labels("swept").inc(len(told))
        return len(left)

    async def _mark(self, events: Sequence[Event]) -> None:
        if events:
            await self._log.mark_relayed([event.id for event in events])
            metrics.RELAYED.labels("told").inc(len(events))

    async def _tell(self, events: Sequence[Event], *, prompt: bool) -> Sequence[Event]:
        """The events, or none when a consumer failed: then the sweeper tells them all again."""
        whole = True
        for consumer in self._consumers:
            if consumer.prompt is prompt:
                whole &= await _told(consumer, events)
        return events if whole else ()


async def _told(consumer: Consumer, events: Sequence[Event]) -> bool:
    try:
        await consumer.handle(events)
    except Exception:
        metrics.RELAYED.labels("failed").inc(len(events))
        _log.exception(
            "a consumer failed",
            extra={"consumer": consumer.name, "event_ids": [event.id for event in events[:20]]},
        )
        return False
    return True
