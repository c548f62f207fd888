"""Whatever is asked for while one batch is under way goes into the next, together.

A lone item waits for nobody; a crowd shares round trips and commits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from pymongo.errors import ConnectionFailure

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

MOST = 64


class Gather(Generic[ItemT, ResultT]):
    """``work`` gives a result, or an exception to be raised, for each item in its order.

    When it raises itself, each item is tried alone, so that none fails for another's sake; unless
    the database is away. A cancelled caller leaves its item in the batch.
    """

    def __init__(
        self,
        work: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT | Exception]]],
        most: int = MOST,
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[ItemT, asyncio.Future[ResultT]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def __call__(self, item: ItemT) -> ResultT:
        """The item's own result."""
        done: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            results = await self._results([item for item, _ in batch])
            for (_, done), result in zip(batch, results, strict=True):
                _settle(done, result)

    async def _results(self, items: Sequence[ItemT]) -> Sequence[ResultT | Exception]:
        try:
            return await self._work(items)
        except Exception as error:
            if len(items) == 1 or _away(error):
                return [error] * len(items)
        return [(await self._results([item]))[0] for item in items]


def _settle(done: asyncio.Future[ResultT], result: ResultT | Exception) -> None:
    if done.done():
        return  # its caller hung up
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _away(error: Exception) -> bool:
    return isinstance(error, ConnectionFailure) or isinstance(error.__cause__, ConnectionFailure)
