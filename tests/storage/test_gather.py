"""What is asked for together is done together; what fails, fails alone."""

import asyncio
from collections.abc import Sequence

import pytest
from pymongo.errors import ConnectionFailure

from storage.gather import Gather


class Desk:
    """Doubles numbers; keeps the batches that it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()

    async def work(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        await self.go.wait()
        if 13 in items:
            raise LookupError("13")
        if 99 in items:
            raise ConnectionFailure("away")
        return [ValueError(str(item)) if item < 0 else 2 * item for item in items]


async def test_a_lone_one_goes_at_once_and_a_crowd_goes_together() -> None:
    desk = Desk()
    gather = Gather(desk.work, most=3)
    first = asyncio.create_task(gather(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    crowd = [asyncio.create_task(gather(n)) for n in range(2, 7)]
    await asyncio.sleep(0)
    desk.go.set()
    assert await asyncio.gather(first, *crowd) == [2, 4, 6, 8, 10, 12]
    assert desk.batches == [[1], [2, 3, 4], [5, 6]]


async def test_each_has_its_own_error_and_none_fails_for_another() -> None:
    desk = Desk()
    desk.go.set()
    gather = Gather(desk.work)
    results = await asyncio.gather(*(gather(n) for n in (1, -1, 13, 4)), return_exceptions=True)
    assert [repr(one) for one in results] == ["2", "ValueError('-1')", "LookupError('13')", "8"]
    assert desk.batches == [[1, -1, 13, 4], [1], [-1], [13], [4]]


async def test_without_a_database_nobody_is_tried_alone() -> None:
    desk = Desk()
    desk.go.set()
    gather = Gather(desk.work)
    results = await asyncio.gather(*(gather(n) for n in (1, 99)), return_exceptions=True)
    assert [type(one) for one in results] == [ConnectionFailure] * 2
    assert desk.batches == [[1, 99]]


async def test_who_hangs_up_leaves_the_others_alone() -> None:
    desk = Desk()
    gather = Gather(desk.work)
    tasks = [asyncio.create_task(gather(n)) for n in (1, 2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    desk.go.set()
    assert await tasks[1] == 4
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
