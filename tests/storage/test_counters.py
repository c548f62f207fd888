import asyncio

from storage.counters import BLOCK, Counters
from storage.mongo import Mongo


async def test_numbers_begin_at_one_and_never_repeat(mongo: Mongo) -> None:
    here, there = Counters(mongo), Counters(mongo)
    numbers = await asyncio.gather(
        *(c.next("ticket") for _ in range(BLOCK + 5) for c in (here, there))
    )
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) == 1
    assert max(numbers) <= 4 * BLOCK


async def test_one_process_counts_without_gaps(mongo: Mongo) -> None:
    counters = Counters(mongo)
    numbers = [await counters.next("ticket") for _ in range(BLOCK * 2 + 1)]
    assert numbers == list(range(1, BLOCK * 2 + 2))


async def test_blocks_follow_each_other_by_name(mongo: Mongo) -> None:
    counters = Counters(mongo)
    assert await counters.block("a", 5) == range(1, 6)
    assert await counters.block("a", 2) == range(6, 8)
    assert await counters.block("b", 1) == range(1, 2)
