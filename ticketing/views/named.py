"""What of the catalogue roles and saved views name, and the same with another in its place."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from storage.collection import Collection
from storage.mongo import Session
from ticketing.catalogue.model import Kind
from ticketing.roles.model import FieldRule, Role
from ticketing.roles.store import RoleStore
from ticketing.views.fields import CUSTOM
from ticketing.views.meaning import Site, current
from ticketing.views.model import SavedView
from ticketing.views.saved import MAX_VIEWS

OWN = "somebody's own view"
HARDER: tuple[FieldRule, ...] = ("hidden", "masked", "read_only")
_NOBODY = "\0"
_ASKED: Mapping[Kind, str] = {"type": "type", "category": "category"}


class Named:
    """As ``catalogue.handlers.Elsewhere``."""

    def __init__(self, roles: RoleStore, views: Collection[SavedView]) -> None:
        self._roles = roles
        self._views = views

    async def names(self, session: Session, kind: Kind, id: str) -> list[str]:
        """Who names it, as somebody may read it who sees nobody's own views."""
        roles, views = await self._naming(session, kind, id)
        told = [f"the role {one.name or one.id}" for one in roles]
        told += [f"the view {one.name}" for one in views if one.reach != "personal"]
        return [*told, *([OWN] if any(one.reach == "personal" for one in views) else [])]

    async def rename(self, session: Session, kind: Kind, old: str, new: str, now: datetime) -> None:
        """They name the other from now on."""
        roles, views = await self._naming(session, kind, old)
        renamed_roles = [renamed_role(one, kind, old, new) for one in roles]
        renamed_views = [renamed_view(one, kind, old, new) for one in views]
        await self._roles.roles.replace_many(
            (replace(one, version=one.version + 1, updated_at=now) for one in renamed_roles),
            session=session,
        )
        await self._views.replace_many(
            (replace(one, version=one.version + 1, updated_at=now) for one in renamed_views),
            session=session,
        )

    async def _naming(
        self, session: Session, kind: Kind, id: str
    ) -> tuple[list[Role], list[SavedView]]:
        roles = await self._roles.all_roles(session)
        views = await self._views.find({}, limit=MAX_VIEWS, session=session)
        return (
            [one for one in roles if renamed_role(one, kind, id, _NOBODY) != one],
            [one for one in views if renamed_view(one, kind, id, _NOBODY) != one],
        )


def renamed_role(role: Role, kind: Kind, old: str, new: str) -> Role:
    """Of two rules for one field the harder holds."""
    if kind == "type" and role.type_ids is not None:
        ids = dict.fromkeys(new if id == old else id for id in role.type_ids)
        return replace(role, type_ids=tuple(ids))
    name = CUSTOM + old
    if kind != "field" or name not in role.fields:
        return role
    rules = {one: rule for one, rule in role.fields.items() if one != name}
    both = {role.fields[name], rules.get(CUSTOM + new, role.fields[name])}
    return replace(role, fields={**rules, CUSTOM + new: min(both, key=HARDER.index)})


def renamed_view(view: SavedView, kind: Kind, old: str, new: str) -> SavedView:
    """Its columns, too."""
    if kind == "field":
        columns = dict.fromkeys(
            CUSTOM + new if one == CUSTOM + old else one for one in view.columns
        )
        renamed = replace(view, columns=tuple(columns))
        return _turned(renamed, Site(fields={old: new}))
    asked = _ASKED.get(kind)
    return _turned(view, Site(heirs={asked: {old: new}})) if asked else view


def _turned(view: SavedView, site: Site) -> SavedView:
    return replace(current(view, site), built=view.built)
