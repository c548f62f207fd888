"""One document for each agent who has changed anything."""

import msgspec

from normalizer.model import AgentId
from storage.mongo import Mongo
from ticketing.preferences.model import Kept, Preferences
from ticketing.preferences.policy import understood


class PreferenceStore:
    """By agent."""

    def __init__(self, mongo: Mongo) -> None:
        self._kept = mongo.collection("preferences", Kept)

    async def get(self, agent_id: AgentId) -> Preferences:
        """The defaults where nothing was saved."""
        found = await self._kept.get(agent_id)
        return understood(found.values if found else {})

    async def save(self, agent_id: AgentId, wanted: Preferences) -> None:
        """As a whole."""
        values = msgspec.to_builtins(wanted)
        await self._kept.replace_many([Kept(id=agent_id, values=values)])
