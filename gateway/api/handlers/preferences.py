"""My preferences."""

from collections.abc import Mapping

import msgspec

from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import work as w
from ticketing.preferences.model import Preferences
from ticketing.preferences.policy import checked
from ticketing.preferences.store import PreferenceStore


class PreferencesApi:
    """Each agent's own; nobody sees another's."""

    def __init__(self, store: PreferenceStore) -> None:
        self._store = store

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"getPreferences": self.get, "savePreferences": self.save}

    async def get(self, call: Call[None, None]) -> Result:
        """The defaults where nothing was saved."""
        return _shown(await self._store.get(call.agent.id))

    async def save(self, call: Call[w.PreferencesChange, None]) -> Result:
        """All of them at once."""
        wanted = Preferences(**msgspec.structs.asdict(call.body))
        await self._store.save(call.agent.id, checked(wanted))
        return _shown(wanted)


def _shown(found: Preferences) -> w.MyPreferences:
    return w.MyPreferences(**msgspec.structs.asdict(found))
