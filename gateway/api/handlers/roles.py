"""Roles and teams: thin; ``ticketing.roles`` decides."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET, Struct

from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import roles as s
from gateway.auth.sessions import Sessions
from gateway.auth.store import AuthStore
from ticketing.handlers import Commands
from ticketing.model import Agent
from ticketing.permissions import ACTIONS, BUILT_IN
from ticketing.redaction import CHANGEABLE
from ticketing.roles.current import CurrentAccess
from ticketing.roles.handlers import RoleChange, RoleCommands, TeamChange, TeamCommands
from ticketing.roles.model import Role, Team


class RolesApi:
    """A change is in force in every process before it is answered here."""

    def __init__(
        self,
        *,
        roles: RoleCommands,
        teams: TeamCommands,
        access: CurrentAccess,
        people: AuthStore,
        sessions: Sessions,
        commands: Commands,
    ) -> None:
        self._roles = roles
        self._teams = teams
        self._access = access
        self._people = people
        self._sessions = sessions
        self._commands = commands

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listRoles": self.list_roles,
            "createRole": self.create_role,
            "changeRole": self.change_role,
            "deleteRole": self.delete_role,
            "listTeams": self.list_teams,
            "createTeam": self.create_team,
            "changeTeam": self.change_team,
            "deleteTeam": self.delete_team,
            "revealField": self.reveal,
        }

    async def list_roles(self, call: Call[None, None]) -> Result:
        """Built-in ones first, then by name."""
        access = await self._access.now()
        holders = Counter(one.role for one in await self._people.all_agents())
        order = list(BUILT_IN)
        found = sorted(
            access.roles.values(),
            key=lambda role: (order.index(role.id) if role.id in order else len(order), role.name),
        )
        return s.RoleList(
            items=[_role(role, holders[role.id]) for role in found],
            permissions=list(ACTIONS),
            fields=sorted(CHANGEABLE),
        )

    async def create_role(self, call: Call[s.NewRole, None]) -> Result:
        """422 names what is wrong."""
        made = await self._roles.create(RoleChange(**_given(call.body)), call.now)
        await self._sessions.changed()
        call.note("role", made.id, made.name, after=made)
        return _role(made, 0)

    async def change_role(self, call: Call[s.RoleChange, None]) -> Result:
        """In force at once for everybody who holds it."""
        wish, version = RoleChange(**_given(call.body)), _version(call.body.version)
        before, after = await self._roles.change(call.params["id"], wish, version, call.now)
        await self._sessions.changed()
        call.note("role", after.id, after.name, before=before, after=after)
        holders = [one for one in await self._people.all_agents() if one.role == after.id]
        return _role(after, len(holders))

    async def delete_role(self, call: Call[None, s.ReplaceQuery]) -> Result:
        """422 while somebody holds it and nothing takes its place."""
        gone = await self._roles.delete(call.params["id"], call.query.replace_with)
        await self._sessions.changed()
        call.note("role", gone.id, gone.name, before=gone)
        return None

    async def list_teams(self, call: Call[None, None]) -> Result:
        """By name, those that were replaced too: old tickets name them."""
        access = await self._access.now()
        agents = await self._people.all_agents()
        found = sorted(access.teams.values(), key=lambda team: (team.name, team.id))
        return s.TeamList(items=[_team(team, agents) for team in found])

    async def create_team(self, call: Call[s.NewTeam, None]) -> Result:
        """With its first members."""
        made = await self._teams.create(TeamChange(**_given(call.body)), call.now)
        await self._sessions.changed()
        call.note("team", made.id, made.name, after=made)
        return _team(made, await self._people.all_agents())

    async def change_team(self, call: Call[s.TeamChange, None]) -> Result:
        """In force at once for its members."""
        wish, version = TeamChange(**_given(call.body)), _version(call.body.version)
        before, after = await self._teams.change(call.params["id"], wish, version, call.now)
        await self._sessions.changed()
        call.note("team", after.id, after.name, before=before, after=after)
        if call.body.member_ids is not UNSET:
            call.note("team members", after.id, after.name, after=call.body)
        return _team(after, await self._people.all_agents())

    async def delete_team(self, call: Call[None, s.ReplaceQuery]) -> Result:
        """422 while it has members or had tickets and nothing takes its place."""
        gone = await self._teams.delete(call.params["id"], call.query.replace_with, call.now)
        await self._sessions.changed()
        call.note("team", gone.id, gone.name, before=gone)
        return None

    async def reveal(self, call: Call[s.Reveal, None]) -> Result:
        """The history tells of it."""
        field = call.body.field
        value = await self._commands.reveal(call.viewer, call.params["id"], field, call.now)
        return s.Revealed(field=field, value=list(value) if isinstance(value, tuple) else value)


def _given(body: Struct) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name in body.__struct_fields__
        if name != "version" and (value := getattr(body, name)) is not UNSET
    }


def _version(given: object) -> int | None:
    return given if isinstance(given, int) else None


def _role(found: Role, people: int) -> s.Role:
    return s.Role(
        id=found.id,
        version=found.version,
        name=found.name,
        built_in=found.id in BUILT_IN,
        permissions=list(found.permissions),
        reach=found.reach,
        organisation_ids=_list(found.organisation_ids),
        type_ids=_list(found.type_ids),
        fields=dict(found.fields),
        people=people,
    )


def _list(ids: tuple[str, ...] | None) -> list[str] | None:
    return None if ids is None else list(ids)


def _team(found: Team, agents: Iterable[Agent]) -> s.Team:
    return s.Team(
        id=found.id,
        version=found.version,
        name=found.name,
        inbox_ids=list(found.inbox_ids),
        members=[views.agent_ref(one) for one in agents if found.id in one.team_ids],
        replaced_by=found.replaced_by or None,
        updated_at=views.maybe_time(found.updated_at),
    )
