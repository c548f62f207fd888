"""Looking again at every ticket that may stand anywhere, from where the last look was cut off."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from normalizer.model import TicketId
from storage.collection import Collection
from ticketing.model import Ticket
from ticketing.views.model import SavedView
from ticketing.views.places import Place

PAGE = 200
AT_A_TIME = 20_000  # ids that are sorted at once: the small server reads all that is left for it
FIRST = ""  # sorts before every id

LookAgain = Callable[[Sequence[TicketId]], Awaitable[int]]
Name = Literal["build", "recount"]


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """A view that is being worked out, as it was asked for."""

    id: str
    version: int
    means: str


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """How far one of this name came: through tickets first, then through the places of those that
    ended or went. ``after`` is the last id that was looked at, ``wrong`` how many of them were.
    """

    id: Name = msgspec.field(name="_id")
    aims: tuple[Aim, ...] = ()
    part: Literal["tickets", "places"] = "tickets"
    after: str = FIRST
    wrong: int = 0


class Walks:
    """One of each name at a time, under its owner's lease."""

    def __init__(
        self,
        walks: Collection[Walk],
        tickets: Collection[Ticket],
        places: Collection[Place],
        look_again: LookAgain,
    ) -> None:
        self._walks = walks
        self._tickets = tickets
        self._places = places
        self._look_again = look_again

    async def begun(self, name: Name) -> Walk | None:
        """One that was cut off."""
        return await self._walks.get(name)

    async def go(self, walk: Walk, views: Sequence[SavedView]) -> int:
        """From there to the end; how many tickets stood where they should not."""
        ended = any(view.scope == "all" for view in views)
        if walk.part == "tickets":
            where: dict[str, Any] = {} if ended else {"open": True}
            walk = await self._through(walk, self._tickets, where)
            walk = replace(walk, part="places", after=FIRST)
            await self._walks.replace_many([walk])
        walk = await self._through(walk, self._places, {})
        return walk.wrong

    async def end(self, walk: Walk) -> None:
        """The next one of this name begins at the beginning."""
        await self._walks.delete({"_id": walk.id})

    async def _through(
        self, walk: Walk, collection: Collection[Any], where: dict[str, Any]
    ) -> Walk:
        async for ids in _pages(collection, where, walk.after):
            wrong = walk.wrong + await self._look_again(ids)
            walk = replace(walk, after=ids[-1], wrong=wrong)
            await self._walks.replace_many([walk])
        return walk


async def _pages(
    collection: Collection[Any], where: dict[str, Any], after: str
) -> AsyncIterator[list[TicketId]]:
    while True:
        found = collection.raw.find({**where, "_id": {"$gt": after}}, {"_id": 1})
        some = await found.sort([("_id", 1)]).limit(AT_A_TIME).to_list(AT_A_TIME)
        ids = [TicketId(one["_id"]) for one in some]
        for start in range(0, len(ids), PAGE):
            yield ids[start : start + PAGE]
        if len(ids) < AT_A_TIME:
            return
        after = ids[-1]
