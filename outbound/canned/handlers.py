"""Commands and queries of canned replies; every one takes the viewer."""

from datetime import datetime

from msgspec.structs import replace

from outbound.canned.model import CannedReply, CannedWish
from outbound.canned.policy import (
    checked,
    fitting,
    keeper_of,
    keepers_of,
    require_keeping,
    scope_of,
    seen,
)
from outbound.canned.store import MOST_KEPT, CannedStore
from storage.ids import new_id
from storage.mongo import Mongo
from ticketing.errors import Refused, Stale
from ticketing.permissions import Viewer


class CannedReplies:
    """What is kept, and who may change it."""

    def __init__(self, mongo: Mongo) -> None:
        self._store = CannedStore(mongo)

    async def find(self, viewer: Viewer, q: str, limit: int) -> list[CannedReply]:
        """Those that fit, best first."""
        return fitting(await self._store.kept(keepers_of(viewer)), q)[:limit]

    async def get(self, viewer: Viewer, id: str) -> CannedReply:
        """Raises NotFound."""
        return seen(viewer, await self._store.get(id), id)

    async def create(self, viewer: Viewer, wish: CannedWish, now: datetime) -> CannedReply:
        """A new one. Raises Forbidden, Invalid, and Refused when there are too many."""
        require_keeping(viewer, wish.scope)
        wish = checked(wish)
        keeper = keeper_of(viewer, wish)
        if len(await self._store.kept([keeper])) >= MOST_KEPT:
            raise Refused(f"there are {MOST_KEPT} already: delete some first")
        made = CannedReply(
            id=new_id(now),
            version=1,
            keeper=keeper,
            name=wish.name,
            shortcut=wish.shortcut,
            texts=wish.texts,
            created_at=now,
            updated_at=now,
            updated_by=viewer.agent_id,
        )
        await self._store.insert(made)
        return made

    async def change(
        self, viewer: Viewer, id: str, wish: CannedWish, version: int, now: datetime
    ) -> tuple[CannedReply, CannedReply]:
        """As a whole: before and after. Raises Stale when ``version`` is an old one."""
        before = await self.get(viewer, id)
        for scope in {scope_of(before), wish.scope}:
            require_keeping(viewer, scope)
        wish = checked(wish)
        after = replace(
            before,
            version=version + 1,
            keeper=keeper_of(viewer, wish),
            name=wish.name,
            shortcut=wish.shortcut,
            texts=wish.texts,
            updated_at=now,
            updated_by=viewer.agent_id,
        )
        if not await self._store.replace(after):
            raise Stale((await self.get(viewer, id)).version)
        return before, after

    async def delete(self, viewer: Viewer, id: str) -> CannedReply:
        """What is gone now. Raises NotFound, Forbidden."""
        found = await self.get(viewer, id)
        require_keeping(viewer, scope_of(found))
        await self._store.remove(id)
        return found
