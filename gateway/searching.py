"""The index of words of this host: one process of those that run here keeps it."""

import asyncio
import logging

import msgspec

from gateway.backoff import Backoff
from gateway.workers.loops import Bell
from ticketing import metrics
from ticketing.search.following import Follower
from ticketing.search.shelf import Broken, Shelf, holding
from ticketing.search.store import SearchStore

log = logging.getLogger(__name__)

TRY_EVERY_S = 2.0
DISTRUST_AFTER = 5  # failures in a row


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """``patience_s``: how long nobody must have held the index before a process takes it."""

    patience_s: float = 0.0
    look_every_s: float = 5.0


WORKER = Habit()
# An edge answers people: it leaves the index to workers of its host. It hears no bell, for who
# rings takes a listener for a worker.
FALLBACK = Habit(patience_s=20.0, look_every_s=1.0)


class Keeper:
    """Keeps the index whenever its lock is free."""

    def __init__(self, store: SearchStore, shelf: Shelf, bell: Bell, habit: Habit = WORKER) -> None:
        self._store = store
        self._shelf = shelf
        self._bell = bell
        self._habit = habit
        self._failed = 0
        self._generation = ""

    async def run(self) -> None:
        """For ever; ends by cancellation."""
        backoff = Backoff(first_s=0.5, longest_s=30.0)
        free_s = 0.0
        while True:
            try:
                with holding(self._shelf.folder) as ours:
                    free_s = free_s + TRY_EVERY_S if ours else 0.0
                    if ours and free_s > self._habit.patience_s:
                        await self._keep(backoff)
            except Exception as error:
                self._note(error)
                log.exception("the index of words was not kept")
                await backoff.wait()
            else:
                await asyncio.sleep(TRY_EVERY_S)

    async def _keep(self, backoff: Backoff) -> None:
        follower = Follower(self._store, self._shelf)
        try:
            await follower.open()
            while True:
                began = asyncio.get_running_loop().time()
                more = await follower.step()
                backoff.reset()
                self._failed = 0
                if more:  # half of the time is everybody else's
                    await asyncio.sleep(asyncio.get_running_loop().time() - began)
                else:
                    await asyncio.sleep(follower.pause_s())
                    await self._bell.heard(self._habit.look_every_s)
        finally:
            self._generation = follower.generation
            follower.close()

    def _note(self, error: Exception) -> None:
        """What goes on failing on the index's side, not the store's, makes it be built anew."""
        metrics.SEARCH_FAILED.inc()
        if isinstance(error, Broken):
            self._failed += 1
        if self._failed >= DISTRUST_AFTER:
            self._failed = 0
            self._shelf.distrust(self._generation)
