import asyncio

import pytest

from connectors.channels.email.budget import Budget


async def holder(budget: Budget, size: int, log: list[int], end: asyncio.Event) -> None:
    async with budget.of(size):
        log.append(size)
        await end.wait()


async def test_no_more_is_held_than_there_is_and_turns_are_kept() -> None:
    budget, log, end = Budget(10), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(holder(budget, size, log, end)) for size in (6, 99, 1, 3)]
    await asyncio.sleep(0.01)
    assert log == [6]
    end.set()
    await asyncio.gather(*tasks)
    assert log == [6, 99, 1, 3]


async def test_whoever_gives_up_waiting_leaves_the_place_to_others() -> None:
    budget, log, end = Budget(10), list[int](), asyncio.Event()
    first, large, small = (
        asyncio.create_task(holder(budget, size, log, end)) for size in (6, 9, 4)
    )
    await asyncio.sleep(0.01)
    large.cancel()
    with pytest.raises(asyncio.CancelledError):
        await large
    await asyncio.sleep(0.01)
    assert log == [6, 4]
    end.set()
    await asyncio.gather(first, small)
    async with asyncio.timeout(1), budget.of(10):
        assert log == [6, 4]
