"""Commands on inboxes: make, change, check. Settings are read by the channel's own Struct."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connectors.contract import Health, HealthChecker, InboxId
from connectors.errors import ConnectorError, SettingsInvalid
from connectors.registry import Registry
from gateway.directory import InboxDirectory, bare_address
from gateway.errors import Refused
from gateway.store import EdgeStore, InboxHealth
from storage.ids import new_id
from ticketing.model import Inbox

UNKNOWN = Health(ok=None, detail="this channel cannot be checked")


class InboxCommands:
    """Each checks, writes, and makes this process's directory look again."""

    def __init__(self, *, store: EdgeStore, directory: InboxDirectory, registry: Registry) -> None:
        self._store = store
        self._directory = directory
        self._registry = registry

    async def create(
        self,
        *,
        channel: str,
        name: str,
        address: str,
        settings: Mapping[str, object],
        now: datetime,
        inbox_id: InboxId | None = None,
        undo_s: int = 10,
    ) -> Inbox:
        """SettingsInvalid, UnknownChannel, or Refused when the address is taken."""
        self._registry.parse_settings(channel, settings)
        id = inbox_id or InboxId(new_id(now))
        await self._free(channel, address, id)
        made = Inbox(
            id=id,
            version=1,
            channel=channel,
            name=name,
            address=address.strip().lower() if "@" in address else address.strip(),
            sealed_settings=self._directory.seal(id, settings),
            undo_s=undo_s,
            created_at=now,
            updated_at=now,
        )
        self._directory.connect(msgspec.structs.replace(made, version=0))
        if not await self._store.inboxes.insert(made):
            raise Refused(409, "taken", "there is an inbox of this id")
        self._directory.forget()
        return made

    async def change(self, inbox_id: InboxId, values: Mapping[str, object], now: datetime) -> Inbox:
        """``settings`` among the values are laid over those stored. 404 and 409 are Refused."""
        found = await self._store.inboxes.get(inbox_id)
        if found is None:
            raise Refused(404, "not-found", "there is no such inbox")
        changes = dict(values)
        given = changes.pop("settings", None)
        if given is not None:
            settings = {**self._directory.settings(found), **msgspec.convert(given, dict)}
            self._registry.parse_settings(found.channel, settings)
            changes["sealed_settings"] = self._directory.seal(inbox_id, settings)
        changed = msgspec.structs.replace(
            found, version=found.version + 1, updated_at=now, **changes
        )
        await self._free(changed.channel, changed.address, inbox_id, changed.aliases)
        if not await self._store.change_inbox(changed):
            raise Refused(409, "stale", "somebody else changed this inbox")
        self._directory.forget()
        return changed

    async def check(self, inbox: Inbox, now: datetime) -> InboxHealth:
        """Ask the provider now, and remember the answer."""
        try:
            connector = self._directory.connect(inbox)
            checked = await connector.check() if isinstance(connector, HealthChecker) else UNKNOWN
        except SettingsInvalid as error:
            checked = Health(ok=False, detail=str(error), advice=f"correct {error.field!r}")
        except ConnectorError as error:
            checked = Health(ok=False, detail=str(error), advice="see the channel's documentation")
        health = InboxHealth(
            id=inbox.id,
            ok=checked.ok,
            detail=checked.detail,
            advice=checked.advice,
            checked_at=now,
        )
        await self._store.health.replace_many([health])
        return health

    async def _free(
        self, channel: str, address: str, inbox_id: InboxId, aliases: tuple[str, ...] = ()
    ) -> None:
        """Two inboxes never take mail for one address."""
        wanted = {bare_address(one) for one in (address, *aliases) if "@" in one}
        for other in await self._store.all_inboxes():
            theirs = {bare_address(one) for one in (other.address, *other.aliases) if "@" in one}
            if other.id != inbox_id and other.channel == channel and wanted & theirs:
                raise Refused(409, "taken", "another inbox has this address", field="address")
