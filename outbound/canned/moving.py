"""Canned replies as a site's configuration takes them along: see ``ticketing.portable``."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from outbound.canned.model import CannedReply, CannedWish
from outbound.canned.policy import SHARED, TEAM, checked, scope_of, team_of
from outbound.canned.store import MOST_KEPT, CannedStore
from storage.mongo import Session
from ticketing.errors import Invalid
from ticketing.permissions import Viewer
from ticketing.portable.model import PortableReply


class MovingReplies:
    """``ticketing.portable.replies.Replies``."""

    def __init__(self, store: CannedStore) -> None:
        self._store = store

    async def given(
        self, teams: Collection[str], session: Session | None
    ) -> Sequence[PortableReply]:
        """Those of these teams, and those of everybody, by id."""
        keepers = [SHARED, *(TEAM + id for id in sorted(teams))]
        found = await self._store.kept(keepers, session)
        return sorted(map(_portable, found), key=lambda one: one.id)

    async def take(
        self, session: Session, viewer: Viewer, wanted: Sequence[PortableReply], now: datetime
    ) -> None:
        """Save those that are not so yet. Raises Invalid."""
        known = await self._store.by_ids((one.id for one in wanted), session)
        fresh = [
            _taken(one, known.get(one.id), viewer, now)
            for one in wanted
            if one.id not in known or _portable(known[one.id]) != one
        ]
        await self._store.put(fresh, session)
        for keeper in {one.keeper for one in fresh}:
            if len(await self._store.kept([keeper], session)) > MOST_KEPT:
                raise Invalid("canned", f"at most {MOST_KEPT} of a team, or of everybody")


def _portable(found: CannedReply) -> PortableReply:
    return PortableReply(
        id=found.id,
        name=found.name,
        shortcut=found.shortcut,
        team_id=team_of(found) or "",
        texts=found.texts,
    )


def _taken(
    wanted: PortableReply, before: CannedReply | None, viewer: Viewer, now: datetime
) -> CannedReply:
    place = f"canned/{wanted.id}"
    if before is not None and scope_of(before) == "personal":
        raise Invalid(place, "somebody here has a reply of their own of this id")
    if not wanted.id:
        raise Invalid("canned", "each has an id")
    try:
        wish = checked(
            CannedWish(
                scope="team" if wanted.team_id else "shared",
                team_id=wanted.team_id,
                name=wanted.name,
                shortcut=wanted.shortcut,
                texts=wanted.texts,
            )
        )
    except Invalid as error:
        raise Invalid(f"{place}.{error.field}", error.reason) from error
    blank = CannedReply(
        id=wanted.id,
        version=0,
        keeper="",
        name="",
        texts={},
        created_at=now,
        updated_at=now,
        updated_by=viewer.agent_id,
    )
    known = before or blank
    return replace(
        known,
        version=known.version + 1,
        keeper=TEAM + wish.team_id if wish.team_id else SHARED,
        name=wish.name,
        shortcut=wish.shortcut,
        texts=wish.texts,
        updated_at=now,
        updated_by=viewer.agent_id,
    )
