"""Commands of administrators on roles and teams: each is one transaction, and says what was before.

What is in use goes only by naming what takes its place; somebody can always administer.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from connectors.contract import InboxId
from storage.ids import new_id
from storage.mongo import Session
from ticketing.errors import Invalid, NotFound, Refused, Stale
from ticketing.model import Agent
from ticketing.permissions import BUILT_IN, Viewer, allowed
from ticketing.roles.current import access_of
from ticketing.roles.model import FieldRule, Reach, Role, Team
from ticketing.roles.policy import check_role
from ticketing.roles.store import RoleStore

FIRST = 1


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; None lifts a list."""

    name: str | UnsetType = UNSET
    permissions: tuple[str, ...] | UnsetType = UNSET
    reach: Reach | UnsetType = UNSET
    organisation_ids: tuple[str, ...] | UnsetType | None = UNSET
    type_ids: tuple[str, ...] | UnsetType | None = UNSET
    fields: dict[str, FieldRule] | UnsetType = UNSET


class TeamChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; ``member_ids`` are agents."""

    name: str | UnsetType = UNSET
    inbox_ids: tuple[InboxId, ...] | UnsetType = UNSET
    member_ids: tuple[str, ...] | UnsetType = UNSET


class RoleCommands:
    """Roles."""

    def __init__(self, store: RoleStore) -> None:
        self._store = store

    async def create(self, wish: RoleChange, now: datetime) -> Role:
        """A role of the site's own."""

        made_id = new_id(now)

        async def work(session: Session) -> Role:
            blank = Role(id=made_id, version=FIRST, name="", updated_at=now)
            made = replace(blank, **_given(wish))
            check_role(made, await self._others(session, made))
            await self._store.roles.insert(made, session=session)
            return made

        return await self._store.mongo.transaction(work)

    async def change(
        self, id: str, wish: RoleChange, version: int | None, now: datetime
    ) -> tuple[Role, Role]:
        """(before, after). Raises NotFound, Stale, Refused, Invalid."""

        async def work(session: Session) -> tuple[Role, Role]:
            before = await self._role(session, id)
            if version is not None and version != before.version:
                raise Stale(before.version)
            _check_built_in(id, wish)
            after = replace(before, **_given(wish), version=before.version + 1, updated_at=now)
            check_role(after, await self._others(session, after))
            await self._store.roles.replace_many([after], session=session)
            await self._still_administered(session)
            return before, after

        return await self._store.mongo.transaction(work)

    async def delete(self, id: str, replace_with: str) -> Role:
        """Its holders get the other role in the same transaction."""

        async def work(session: Session) -> Role:
            before = await self._role(session, id)
            if id in BUILT_IN:
                raise Refused(f"{before.name} is built in: give its people another role instead")
            holders = await self._store.holders(id, session)
            if holders and not replace_with:
                raise Invalid("replace_with", f"{len(holders)} people hold it: name their new role")
            if replace_with:
                await self._role(session, _other("role", id, replace_with))
                await self._store.give_role(id, replace_with, session)
            await self._store.roles.delete({"_id": id}, session=session)
            await self._still_administered(session)
            return before

        return await self._store.mongo.transaction(work)

    async def _role(self, session: Session, id: str) -> Role:
        known = access_of(await self._store.all_roles(session)).roles
        if id not in known:
            raise NotFound("role", id)
        return known[id]

    async def _others(self, session: Session, role: Role) -> list[Role]:
        known = access_of(await self._store.all_roles(session)).roles
        return [one for one in known.values() if one.id != role.id]

    async def _still_administered(self, session: Session) -> None:
        access = access_of(await self._store.all_roles(session))
        people: Iterable[Agent] = await self._store.agents_of(session)
        viewers = (Viewer.of(one, access=access) for one in people if one.active)
        if not any(allowed(viewer, "administer") for viewer in viewers):
            raise Refused("then nobody could administer this site")


class TeamCommands:
    """Teams."""

    def __init__(self, store: RoleStore) -> None:
        self._store = store

    async def create(self, wish: TeamChange, now: datetime) -> Team:
        """A team and its first members."""

        made_id = new_id(now)

        async def work(session: Session) -> Team:
            blank = Team(id=made_id, version=FIRST, name="", updated_at=now)
            made = await self._changed(session, blank, wish)
            await self._store.teams.insert(made, session=session)
            return made

        return await self._store.mongo.transaction(work)

    async def change(
        self, id: str, wish: TeamChange, version: int | None, now: datetime
    ) -> tuple[Team, Team]:
        """(before, after). Raises NotFound, Stale, Invalid."""

        async def work(session: Session) -> tuple[Team, Team]:
            before = await self._team(session, id)
            if version is not None and version != before.version:
                raise Stale(before.version)
            changed = await self._changed(session, before, wish)
            after = replace(changed, version=before.version + 1, updated_at=now)
            await self._store.teams.replace_many([after], session=session)
            return before, after

        return await self._store.mongo.transaction(work)

    async def delete(self, id: str, replace_with: str, now: datetime) -> Team:
        """Its members and tickets are the other team's from then on: tickets are not rewritten,
        their team is known by the name of the one before.
        """

        async def work(session: Session) -> Team:
            before = await self._team(session, id)
            members = await self._store.members(id, session)
            if (members or before.used) and not replace_with:
                what = f"{len(members)} members" if members else "tickets"
                raise Invalid("replace_with", f"it has {what}: name the team that takes them")
            if not replace_with:
                await self._store.teams.delete({"_id": id}, session=session)
                return before
            heir = await self._team(session, _other("team", id, replace_with))
            gone = replace(before, replaced_by=heir.id, version=before.version + 1, updated_at=now)
            used = replace(heir, used=heir.used or before.used, version=heir.version + 1)
            await self._store.teams.replace_many([gone, used], session=session)
            await self._store.move_members(id, heir.id, session)
            return before

        return await self._store.mongo.transaction(work)

    async def _changed(self, session: Session, team: Team, wish: TeamChange) -> Team:
        name = team.name if wish.name is UNSET else " ".join(wish.name.split())
        others = [one for one in await self._store.all_teams(session) if one.id != team.id]
        if not name or any(_same(one.name, name) and not one.replaced_by for one in others):
            raise Invalid("name", "another team has this name" if name else "a team needs a name")
        inbox_ids = team.inbox_ids if wish.inbox_ids is UNSET else wish.inbox_ids
        await self._store.check_inboxes(inbox_ids, session)
        if wish.member_ids is not UNSET:
            await self._store.set_members(team.id, wish.member_ids, session)
        return replace(team, name=name, inbox_ids=tuple(dict.fromkeys(inbox_ids)))

    async def _team(self, session: Session, id: str) -> Team:
        found = await self._store.teams.get(id, session)
        if found is None or found.replaced_by:
            raise NotFound("team", id)
        return found


def _given(wish: RoleChange) -> dict[str, object]:
    return {
        name: value
        for name in wish.__struct_fields__
        if (value := getattr(wish, name)) is not UNSET
    }


def _check_built_in(id: str, wish: RoleChange) -> None:
    if id == "admin":
        raise Refused("administrators may and see everything: make another role")
    if id in BUILT_IN and (wish.name is not UNSET or wish.permissions is not UNSET):
        raise Refused("a built-in role keeps its name and permissions: make another role")


def _other(kind: str, id: str, replace_with: str) -> str:
    if id == replace_with:
        raise Invalid("replace_with", f"a {kind} cannot take its own place")
    return replace_with


def _same(one: str, two: str) -> bool:
    return one.casefold() == two.casefold()
