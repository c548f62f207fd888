"""What is remembered is read rarely, and never outlives the change that it was told of."""

import asyncio

import pytest

from ticketing.remembered import Remembered


class Store:
    """A value that is read slowly: a read ends when the test says so."""

    def __init__(self):
        self.value, self.reads, self.now = "old", 0, 100.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self):
        self.reads += 1
        found = self.value
        await self.gate.wait()
        if found == "broken":
            raise OSError(found)
        return found


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def remembered(store):
    return Remembered(store.read, 5.0, lambda: store.now)


async def test_it_is_read_again_when_it_is_too_old(store, remembered):
    assert await remembered.now() == "old"
    store.value, store.now = "new", 104.9
    assert await remembered.now() == "old"
    store.now = 105.0
    assert await remembered.now() == "new"
    assert store.reads == 2


async def test_what_is_forgotten_is_read_at_once(store, remembered):
    await remembered.now()
    store.value = "new"
    remembered.forget()
    assert await remembered.now() == "new"


async def test_a_read_that_a_change_overtakes_is_not_kept(store, remembered):
    store.gate.clear()
    slow = asyncio.create_task(remembered.now())
    await asyncio.sleep(0)
    store.value = "new"
    remembered.forget()
    late = asyncio.create_task(remembered.now())  # asked after the change: it waits its turn
    store.gate.set()
    assert await slow == "old"
    assert await late == "new"
    assert await remembered.now() == "new"


async def test_its_age_counts_from_the_beginning_of_the_read(store, remembered):
    store.gate.clear()
    slow = asyncio.create_task(remembered.now())
    await asyncio.sleep(0)
    store.value, store.now = "new", 104.0
    store.gate.set()
    await slow
    store.now = 105.0
    assert await remembered.now() == "new"


async def test_many_who_ask_at_once_read_once(store, remembered):
    assert await asyncio.gather(*(remembered.now() for _ in range(9))) == ["old"] * 9
    assert store.reads == 1


async def test_a_read_that_fails_leaves_nothing_behind(store, remembered):
    store.value = "broken"
    with pytest.raises(OSError, match="broken"):
        await remembered.now()
    store.value = "new"
    assert await remembered.now() == "new"
