"""Keeping saved views: checked when they are saved, and again whenever they are read."""

from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from normalizer.model import AgentId
from storage.collection import Collection
from storage.ids import derived_id, new_id, truncate
from storage.mongo import Session
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.permissions import Viewer
from ticketing.store import Collections, settle
from ticketing.views.fields import Custom, field_of
from ticketing.views.matching import first_wrong
from ticketing.views.model import (
    ME,
    Condition,
    Dated,
    NoneOf,
    Reach,
    SavedView,
    Scope,
    Sort,
    ViewId,
)
from ticketing.views.reach import changeable_by, unreadable, usable_by
from ticketing.views.saved import SavedViews

MAX_VIEWS = 500  # each is asked of every ticket that changes
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MAX_POSITION = 100_000
KEPT = ("id", "version", "owner_id", "built", "built_as", "created_at", "updated_at")


class ViewWish(msgspec.Struct, frozen=True, kw_only=True):
    """A view as somebody wants it; ``position`` None: behind all others."""

    name: str
    reach: Reach
    team_id: str = ""
    scope: Scope = "open"
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    sort: Sort = "activity"
    columns: tuple[str, ...] = ()
    position: int | None = None


class ViewCommands:
    """Every change is one transaction; who counts hears of it within seconds."""

    def __init__(self, collections: Collections, saved: SavedViews) -> None:
        self._mongo = collections.mongo
        self._views: Collection[SavedView] = self._mongo.collection("saved_views", SavedView)
        self._saved = saved

    async def create(self, viewer: Viewer, wish: ViewWish, key: str, now: datetime) -> SavedView:
        """The new view; the one made before when ``key`` says that this is the same attempt."""
        known = await self._saved.by_id()
        id = ViewId(derived_id("view", viewer.agent_id, key) if key else new_id(now))
        if id in known:
            return known[id]
        if len(known) >= MAX_VIEWS:
            raise Refused(f"there are {MAX_VIEWS} views already: delete some first")
        last = max((view.position for view in known.values()), default=0)
        made = replace(
            _laid_out(wish),
            id=id,
            owner_id=viewer.agent_id,
            position=last + 1 if wish.position is None else wish.position,
            created_at=now,
            updated_at=now,
        )
        await self._check(viewer, made)
        await self._views.insert(made)
        self._saved.forget()
        return made

    async def change(
        self, viewer: Viewer, id: str, wish: ViewWish, version: int, now: datetime
    ) -> tuple[SavedView, SavedView]:
        """The view before and after; Stale when ``version`` is an old one."""

        async def work(session: Session) -> tuple[SavedView, SavedView]:
            before = self._changeable(viewer, await self._views.get(id, session), id)
            if before.version != version:
                raise Stale(before.version)
            position = before.position if wish.position is None else wish.position
            same = {name: getattr(before, name) for name in KEPT}
            after = replace(_laid_out(wish), **same, position=position)
            if after == before:
                return before, before
            await self._check(viewer, after)
            after = replace(after, version=before.version + 1, updated_at=now)
            if _asks(before) != _asks(after):
                after = replace(after, built_as="")
            elif before.built == before.version:
                after = replace(after, built=after.version)
            await self._views.replace_many([after], session=session)
            return before, after

        changed = await settle(self._mongo, work)
        self._saved.forget()
        return changed

    async def delete(self, viewer: Viewer, id: str) -> SavedView:
        """For everybody; where tickets stood in it is forgotten with the next recount."""

        async def work(session: Session) -> SavedView:
            gone = self._changeable(viewer, await self._views.get(id, session), id)
            await self._views.delete({"_id": gone.id}, session=session)
            return gone

        gone = await settle(self._mongo, work)
        self._saved.forget()
        return gone

    def _changeable(self, viewer: Viewer, view: SavedView | None, id: str) -> SavedView:
        if view is None or not usable_by(viewer, view):
            raise NotFound("view", id)
        if not changeable_by(viewer, view):
            raise Forbidden("curate")
        return view

    async def _check(self, viewer: Viewer, view: SavedView) -> None:
        if not changeable_by(viewer, view):
            raise Forbidden("curate")
        if view.reach == "team" and view.team_id not in viewer.team_ids:
            raise Invalid("team_id", "name a team of yours")
        custom = await self._saved.fields()
        if wrong := first_wrong(view.conditions, custom):
            raise Invalid(*wrong)
        if hidden := unreadable(viewer, view, custom):
            raise Invalid(hidden, f"there is no field {hidden!r}, or it is gone")
        _check_values(view, custom)


def _laid_out(wish: ViewWish) -> SavedView:
    """Without what only the record knows."""
    return SavedView(
        id=ViewId(""),
        version=1,
        name=wish.name.strip(),
        reach=wish.reach,
        owner_id=AgentId(""),
        team_id=wish.team_id if wish.reach == "team" else "",
        scope=wish.scope,
        all_of=tuple(_stored(one) for one in wish.all_of),
        any_of=tuple(_stored(one) for one in wish.any_of),
        sort=wish.sort,
        columns=wish.columns,
        created_at=EARLIEST,
        updated_at=EARLIEST,
    )


def _stored(condition: Condition) -> Condition:
    """As the database gives it back."""
    if not isinstance(condition, Dated):
        return condition
    for moment in (condition.since, condition.until):
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise Invalid(condition.field, "a moment between 1971 and 9000")
    return replace(
        condition,
        since=condition.since and truncate(condition.since),
        until=condition.until and truncate(condition.until),
    )


def _check_values(view: SavedView, custom: Custom) -> None:
    if not view.name:
        raise Invalid("name", "give it a name")
    for condition in view.conditions:
        if isinstance(condition, NoneOf) and ME in condition.values:
            raise Invalid(condition.field, '"me" can only be asked for, not excluded')
    for column in view.columns:
        if field_of(column, custom) is None:
            raise Invalid("columns", f"there is no field {column!r}")


def _asks(view: SavedView) -> tuple[object, ...]:
    """What decides which tickets stand in it."""
    return view.scope, view.all_of, view.any_of
