"""The saved views, from memory: who counts tickets asks for them with every event."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from storage.collection import Collection
from ticketing.remembered import Remembered
from ticketing.views.fields import Custom
from ticketing.views.meaning import PLAIN, Site, current, meant
from ticketing.views.model import SavedView

FRESH_S = 2.0
MAX_VIEWS = 1_000
KnownSite = Callable[[], Awaitable[Site]]


async def plain_site() -> Site:
    """One that decided nothing of its own."""
    return PLAIN


class SavedViews:
    """All of them, at most ``FRESH_S`` old; ``forget`` after a change of one's own."""

    def __init__(
        self,
        views: Collection[SavedView],
        site: KnownSite = plain_site,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._views = views
        self._site = site
        self._known = Remembered(self._read, FRESH_S, clock)

    async def by_id(self) -> Mapping[str, SavedView]:
        """As people see them, in the order of the rail."""
        site = await self._site()
        return {id: current(view, site) for id, view in (await self._known.now()).items()}

    async def all(self) -> Sequence[SavedView]:
        """As a list."""
        return list((await self.by_id()).values())

    async def meant(self) -> Sequence[SavedView]:
        """As tickets are asked."""
        site = await self._site()
        return [meant(view, site) for view in (await self._known.now()).values()]

    async def site(self) -> Site:
        """What their conditions are read by."""
        return await self._site()

    async def fields(self) -> Custom:
        """The site's own fields, by id."""
        return (await self._site()).custom

    def forget(self) -> None:
        """Read anew at the next question."""
        self._known.forget()

    async def _read(self) -> Mapping[str, SavedView]:
        found = await self._views.find({}, limit=MAX_VIEWS)
        return {view.id: view for view in sorted(found, key=_order)}


def _order(view: SavedView) -> tuple[int, str, str]:
    return view.position, view.name, view.id
