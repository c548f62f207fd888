"""Commands on inboxes: make, change, check. Settings are read by the channel's own Struct."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec

from connectors.contract import (
    Connector,
    Health,
    HealthChecker,
    HookRegistrar,
    InboxId,
    MayPull,
    Puller,
)
from connectors.errors import ConnectorError, SettingsInvalid, UnknownChannel
from connectors.registry import Registry
from gateway.directory import InboxDirectory, bare_address
from gateway.errors import Refused
from gateway.pull_health import of_failure, with_pulls
from gateway.store import EdgeStore, InboxHealth
from outbound.texts import check_templates, check_texts
from storage.ids import new_id
from ticketing.model import Inbox

UNKNOWN = Health(ok=None, detail="this channel cannot be checked")
CHECK_WITHIN_S = 25.0
CHECKS_AT_ONCE = 8
# What a provider was told of, or what its answer depends on.
CONNECTION = ("active", "address", "sealed_settings")
Announce = Callable[[], Awaitable[object]]


class InboxCommands:
    """Each checks, writes, and makes every process's directory look again.

    Providers that are told where our webhook is are told on saving; their refusal is the inbox's
    health and never fails the command.
    """

    def __init__(
        self,
        *,
        store: EdgeStore,
        directory: InboxDirectory,
        registry: Registry,
        announce: Announce,
    ) -> None:
        self._store = store
        self._directory = directory
        self._registry = registry
        self._announce = announce

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
        self._directory.retire(self._directory.made(made))  # raises what its settings lack
        if not await self._store.inboxes.insert(made):
            raise Refused(409, "taken", "there is an inbox of this id")
        await self._saved(made, now)
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
        check_texts(changed.signatures, "signatures")
        check_texts(changed.acknowledgements, "acknowledgements")
        check_texts(changed.too_large, "too_large")
        check_templates(changed.templates)
        await self._free(changed.channel, changed.address, inbox_id, changed.aliases)
        if not await self._store.change_inbox(changed):
            raise Refused(409, "stale", "somebody else changed this inbox")
        same = all(getattr(found, name) == getattr(changed, name) for name in CONNECTION)
        await self._saved(changed, None if same else now)
        return changed

    async def check(self, inbox: Inbox, now: datetime, *, register: bool = False) -> InboxHealth:
        """Ask the provider now (told anew where our webhook is), and remember the answer."""
        checked = await self._asked(inbox, register=register and inbox.active)
        if inbox.active and self._pulls(inbox):
            checked = with_pulls(checked, await self._store.pulls.get(inbox.id), inbox, now)
        return await self._remember(inbox, checked, now)

    async def check_all(self, now: datetime) -> None:
        """Every active inbox, a few at a time. A login that is refused is not tried here too:
        providers lock accounts that knock with a wrong password.
        """
        room = asyncio.Semaphore(CHECKS_AT_ONCE)

        async def one(inbox: Inbox) -> None:
            async with room:
                if not await self.note_pulls(inbox, now):
                    await self.check(inbox, now)

        await asyncio.gather(*(one(inbox) for inbox in await self._directory.active()))

    async def note_pulls(self, inbox: Inbox, now: datetime) -> bool:
        """Remember what the worker that asks the provider found; whether its login is refused."""
        state = await self._store.pulls.get(inbox.id)
        failure = of_failure(state, inbox, now)
        if failure is not None:
            await self._remember(inbox, failure, now)
        return failure is not None and state is not None and state.refused

    async def _remember(self, inbox: Inbox, checked: Health, now: datetime) -> InboxHealth:
        health = InboxHealth(
            id=inbox.id,
            ok=checked.ok,
            detail=checked.detail,
            advice=checked.advice,
            checked_at=now,
        )
        await self._store.health.replace_many([health])
        return health

    async def _saved(self, inbox: Inbox, connected_at: datetime | None) -> None:
        """Every process looks again; ``connected_at`` None: its provider needs no word of it."""
        self._directory.forget()
        await self._announce()
        if connected_at is None:
            return
        if inbox.active and self._registers(inbox):
            await self.check(inbox, connected_at, register=True)
        else:
            await self._store.health.delete({"_id": inbox.id})  # it was about other settings

    def _registers(self, inbox: Inbox) -> bool:
        connector = self._directory.made(inbox)
        self._directory.retire(connector)
        return isinstance(connector, HookRegistrar)

    def _pulls(self, inbox: Inbox) -> bool:
        try:
            connector = self._directory.connect(inbox)
        except ConnectorError:
            return False
        return isinstance(connector, Puller) and not (
            isinstance(connector, MayPull) and not connector.pulls
        )

    async def _asked(self, inbox: Inbox, *, register: bool) -> Health:
        """With a connector of its own: a check never waits for, or disturbs, a mailbox's line."""
        try:
            connector = self._directory.made(inbox)
        except SettingsInvalid as error:
            return Health(ok=False, detail=str(error), advice=f"correct {error.field!r}")
        except ConnectorError as error:
            return Health(ok=False, detail=str(error), advice="see the channel's documentation")
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                return await _ask(connector, register=register)
        except TimeoutError:
            return Health(ok=None, detail=f"no answer within {CHECK_WITHIN_S:g} seconds")
        except ConnectorError as error:
            return Health(ok=False, detail=str(error), advice="see the channel's documentation")
        finally:
            self._directory.retire(connector)

    async def _free(
        self, channel: str, address: str, inbox_id: InboxId, aliases: tuple[str, ...] = ()
    ) -> None:
        """Two inboxes never take mail for one address, whichever way it comes."""
        family = self._family(channel)
        wanted = {bare_address(one) for one in (address, *aliases) if "@" in one}
        for other in await self._store.all_inboxes():
            theirs = {bare_address(one) for one in (other.address, *other.aliases) if "@" in one}
            same = other.id != inbox_id and self._family(other.channel) == family
            if same and wanted & theirs:
                raise Refused(409, "taken", "another inbox has this address", field="address")

    def _family(self, channel: str) -> str:
        """Its own name for a channel that is no longer installed."""
        try:
            return self._registry.manifest(channel).family
        except UnknownChannel:
            return channel


async def _ask(connector: Connector, *, register: bool) -> Health:
    if register and isinstance(connector, HookRegistrar):
        registered = await connector.register()
        if not registered.ok:
            return registered
    return await connector.check() if isinstance(connector, HealthChecker) else UNKNOWN
