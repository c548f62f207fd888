"""How many bytes all mailboxes of this process may be fetching at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Budget:
    """First come, first served: somebody large is not overtaken for ever by many small."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def of(self, size: int) -> AsyncIterator[None]:
        """``size`` bytes while the body runs; what is larger than all there is gets all of it."""
        share = min(size, self._most)
        await self._acquire(share)
        try:
            yield
        finally:
            self._release(share)

    async def _acquire(self, share: int) -> None:
        if not self._waiting and self._used + share <= self._most:
            self._used += share
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((share, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._release(0)  # whoever stood behind may fit
            else:
                self._release(share)
            raise

    def _release(self, share: int) -> None:
        self._used -= share
        while self._waiting:
            wanted, turn = self._waiting[0]
            if not turn.done() and self._used + wanted > self._most:
                return
            self._waiting.popleft()
            if not turn.done():
                self._used += wanted
                turn.set_result(None)


FETCHES = Budget(64_000_000)
