"""Who may what as it stands now, from memory: every request asks."""

from collections.abc import Awaitable, Callable, Iterable

from msgspec.structs import replace

from ticketing.model import Agent
from ticketing.permissions import BUILT_IN, Origin, Viewer
from ticketing.remembered import Remembered
from ticketing.roles.model import Access, Configured, Role, Team
from ticketing.roles.store import RoleStore

FRESH_S = 5.0
Configuration = Callable[[], Awaitable[Configured]]


async def nothing_configured() -> Configured:
    """Of a site without types and fields of its own."""
    return Configured()


class CurrentAccess:
    """At most a few seconds old, and read anew after ``forget``, which every process is told."""

    def __init__(self, store: RoleStore, configuration: Configuration = nothing_configured) -> None:
        self._store = store
        self._configuration = configuration
        self._access = Remembered(self._read, FRESH_S)

    def forget(self) -> None:
        """A role, a team or a field has changed."""
        self._access.forget()

    async def now(self) -> Access:
        """All roles and teams."""
        return await self._access.now()

    async def viewer(self, agent: Agent, origin: Origin | None = None) -> Viewer:
        """What this agent may see and do now."""
        return Viewer.of(agent, origin, await self.now())

    async def _read(self) -> Access:
        roles, teams = await self._store.all_roles(), await self._store.all_teams()
        return access_of(roles, teams, await self._configuration())


def access_of(
    roles: Iterable[Role], teams: Iterable[Team] = (), configured: Configured | None = None
) -> Access:
    """Built-in roles keep their permissions and their name, whatever is laid down of them."""
    known = dict(BUILT_IN)
    for role in roles:
        fixed = BUILT_IN.get(role.id)
        known[role.id] = (
            replace(role, name=fixed.name, permissions=fixed.permissions) if fixed else role
        )
    return Access(
        roles=known,
        teams={team.id: team for team in teams},
        configured=configured or Configured(),
    )
