"""Who the agents are, from memory: every row of a list names one."""

import time
from collections.abc import Mapping

from gateway.auth.store import AuthStore
from ticketing.model import Agent

FRESH_S = 5.0


class People:
    """All agents by id, at most a few seconds old."""

    def __init__(self, store: AuthStore) -> None:
        self._store = store
        self._agents: dict[str, Agent] = {}
        self._read_at = float("-inf")

    async def all(self) -> Mapping[str, Agent]:
        """Inactive ones too."""
        if time.monotonic() - self._read_at > FRESH_S:
            self._agents = {one.id: one for one in await self._store.all_agents()}
            self._read_at = time.monotonic()
        return self._agents
