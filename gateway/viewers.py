"""What an agent may now, for work that is done in their name while they do not ask themselves."""

from gateway.auth.store import AuthStore
from normalizer.model import AgentId
from ticketing.permissions import Origin, Viewer
from ticketing.roles.current import CurrentAccess


class Viewers:
    """Asked anew each time: rights may have gone since the wish."""

    def __init__(self, auth: AuthStore, access: CurrentAccess) -> None:
        self._auth = auth
        self._access = access

    async def of(self, agent_id: AgentId, origin: Origin | None = None) -> Viewer | None:
        """None for somebody who no longer works here."""
        agent = await self._auth.agents.get(agent_id)
        if agent is None or not agent.active:
            return None
        return await self._access.viewer(agent, origin)
