"""Numbers that people read (ticket numbers): taken in blocks, outside any transaction."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct, field
from pymongo import ReturnDocument

from storage.mongo import Mongo

BLOCK = 20


class _Counter(Struct, frozen=True, kw_only=True):
    id: str = field(name="_id")
    last: int


class Counters:
    """Never gives a number twice; a process that ends leaves a gap of the rest of its block."""

    def __init__(self, mongo: Mongo) -> None:
        self._counters = mongo.collection("counters", _Counter)
        self._left: dict[str, Iterator[int]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def block(self, name: str, size: int) -> range:
        """``size`` numbers in a row that are nobody else's; the first ever is 1."""
        last = await self._advance(name, size)
        while last is None:
            # made first and advanced after: an upsert that two processes do at once returns
            # nothing to one of them on the embedded server
            await self._counters.insert(_Counter(id=name, last=0))
            last = await self._advance(name, size)
        return range(last - size + 1, last + 1)

    async def next(self, name: str) -> int:
        """The next number of this process's block."""
        async with self._turns.setdefault(name, asyncio.Lock()):
            number = next(self._left.get(name, iter(())), None)
            if number is None:
                self._left[name] = iter(await self.block(name, BLOCK))
                number = next(self._left[name])
            return number

    async def _advance(self, name: str, size: int) -> int | None:
        after: dict[str, int] | None = await self._counters.raw.find_one_and_update(
            {"_id": name}, {"$inc": {"last": size}}, return_document=ReturnDocument.AFTER
        )
        return None if after is None else after["last"]
