"""Views and their counts."""

from collections.abc import Mapping

from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import views as v
from gateway.api.views import time
from ticketing.permissions import Viewer
from ticketing.redaction import readable
from ticketing.views.counting import COUNTED, Tally, ViewCounts
from ticketing.views.fields import BUILT_IN, CUSTOM, Custom, Kind, field_of
from ticketing.views.handlers import ViewCommands, ViewWish
from ticketing.views.matching import ASKS, first_wrong
from ticketing.views.model import SavedView
from ticketing.views.reach import changeable_by, unreadable, usable_by
from ticketing.views.saved import SavedViews

UNCOUNTED = ("solved", "all")


class ViewsApi:
    """Everybody keeps their own; what others see too is kept by who may curate."""

    def __init__(self, *, commands: ViewCommands, saved: SavedViews, counts: ViewCounts) -> None:
        self._commands = commands
        self._saved = saved
        self._counts = counts

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listViews": self.list,
            "listViewFields": self.fields,
            "createView": self.create,
            "changeView": self.change,
            "deleteView": self.delete,
        }

    async def list(self, call: Call[None, None]) -> Result:
        """Counts of what the viewer sees."""
        viewer = call.viewer
        tally = await self._counts.tally(viewer)
        custom = await self._saved.fields()
        saved = [one for one in await self._saved.all() if usable_by(viewer, one)]
        return v.ViewList(
            items=view_items(tally), saved=[_shown(viewer, one, tally, custom) for one in saved]
        )

    async def fields(self, call: Call[None, None]) -> Result:
        """Those that the viewer may read."""
        custom = await self._saved.fields()
        names = (*BUILT_IN, *(CUSTOM + id for id in custom))
        found = [field for name in names if (field := field_of(name, custom))]
        return v.ViewFields(
            items=[
                v.ViewField(name=one.name, kind=one.kind, ops=_ops(one.kind))
                for one in found
                if readable(call.viewer, one.record)
            ]
        )

    async def create(self, call: Call[v.NewView, None]) -> Result:
        """The new one."""
        made = await self._commands.create(call.viewer, _wish(call.body), call.key, call.now)
        call.note("view", made.id, made.name, after=made)
        return await self._one(call.viewer, made)

    async def change(self, call: Call[v.ViewChange, None]) -> Result:
        """The changed one."""
        before, after = await self._commands.change(
            call.viewer, call.params["id"], _wish(call.body), call.body.version, call.now
        )
        call.note("view", after.id, after.name, before=before, after=after)
        return await self._one(call.viewer, after)

    async def delete(self, call: Call[None, None]) -> Result:
        """For everybody who had it."""
        gone = await self._commands.delete(call.viewer, call.params["id"])
        call.note("view", gone.id, gone.name, before=gone)
        return None

    async def _one(self, viewer: Viewer, view: SavedView) -> v.SavedView:
        tally = await self._counts.tally(viewer)
        return _shown(viewer, view, tally, await self._saved.fields())


def view_items(tally: Tally) -> list[v.View]:
    """The built-in views."""
    return [
        *(v.View(id=name, count=tally.built_in.get(name)) for name in COUNTED),
        v.View(id="solved", count=None),
        v.View(id="all", count=None),
    ]


def saved_counts(tally: Tally) -> list[v.SavedCount]:
    """The counts of saved views."""
    return [v.SavedCount(id=id, count=count) for id, count in tally.saved.items()]


def _shown(viewer: Viewer, view: SavedView, tally: Tally, custom: Custom) -> v.SavedView:
    same = {
        name: getattr(view, name)
        for name in ("id", "name", "reach", "team_id", "owner_id", "scope", "sort", "position")
    }
    return v.SavedView(
        **same,
        all_of=list(view.all_of),
        any_of=list(view.any_of),
        columns=list(view.columns),
        count=tally.saved.get(view.id),
        broken=_broken(viewer, view, custom),
        editable=changeable_by(viewer, view),
        version=view.version,
        created_at=time(view.created_at),
        updated_at=time(view.updated_at),
    )


def _broken(viewer: Viewer, view: SavedView, custom: Custom) -> v.ViewBroken | None:
    if wrong := first_wrong(view.conditions, custom):
        return v.ViewBroken(field=wrong[0], reason=wrong[1])
    if hidden := unreadable(viewer, view, custom):
        return v.ViewBroken(field=hidden, reason="your role does not show it to you")
    return None


def _ops(kind: Kind) -> list[str]:
    return sorted(str(one.__struct_config__.tag) for one in ASKS[kind])


def _wish(body: v.NewView) -> ViewWish:
    return ViewWish(
        name=body.name,
        reach=body.reach,
        team_id=body.team_id or "",
        scope=body.scope,
        all_of=body.all_of,
        any_of=body.any_of,
        sort=body.sort,
        columns=body.columns,
        position=body.position,
    )
