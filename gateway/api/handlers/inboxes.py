"""Inboxes, channels and what could not be read."""

from collections.abc import Mapping

import msgspec

from connectors.contract import InboxId
from connectors.errors import ConnectorError
from connectors.manifest import Manifest
from connectors.registry import Registry
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import mail as m
from gateway.errors import Refused
from gateway.inboxes import InboxCommands
from gateway.store import EdgeStore, InboxHealth
from storage.journal import Journal, JournalId
from ticketing.model import Inbox, InboxTemplate
from ticketing.permissions import sees_inbox
from ticketing.views.counting import ViewCounts


class InboxApi:
    """Reading is for everybody, changing for administrators (see the table)."""

    def __init__(
        self,
        *,
        store: EdgeStore,
        commands: InboxCommands,
        registry: Registry,
        journal: Journal,
        counts: ViewCounts,
    ) -> None:
        self._store = store
        self._commands = commands
        self._registry = registry
        self._journal = journal
        self._counts = counts

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listInboxes": self.list_inboxes,
            "createInbox": self.create,
            "changeInbox": self.change,
            "getInboxTexts": self.texts,
            "checkInbox": self.check,
            "listChannels": self.list_channels,
            "listQuarantine": self.list_quarantine,
            "replayQuarantine": self.replay,
        }

    async def list_inboxes(self, call: Call[None, None]) -> Result:
        """Visible ones by name; the inactive too: old tickets belong to them."""
        viewer = call.viewer
        health = await self._store.all_health()
        counts = (await self._counts.tally(viewer)).by_inbox
        found = [one for one in await self._store.all_inboxes() if sees_inbox(viewer, one.id)]
        return s.InboxList(
            items=[
                self._shown(one, health.get(one.id), counts.get(one.id, 0))
                for one in sorted(found, key=lambda one: (one.name, one.id))
            ]
        )

    async def create(self, call: Call[r.NewInbox, None]) -> Result:
        """The channel's own Struct checks the settings."""
        wanted = call.body
        made = await self._commands.create(
            channel=wanted.channel,
            name=wanted.name,
            address=wanted.address,
            settings=wanted.settings,
            now=call.now,
        )
        call.note("inbox", made.id, made.name, after=made)
        return self._shown(made, await self._store.health.get(made.id), 0)

    async def change(self, call: Call[r.InboxChange, None]) -> Result:
        """Fields that are absent stay."""
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name in msgspec.structs.asdict(call.body)
            if (value := getattr(call.body, name)) is not msgspec.UNSET
        }
        if call.body.templates is not msgspec.UNSET:
            made = [InboxTemplate(name=one.name, texts=one.texts) for one in call.body.templates]
            values["templates"] = tuple(made)
        before = await self._store.inboxes.get(call.params["id"])
        changed = await self._commands.change(InboxId(call.params["id"]), values, call.now)
        call.note("inbox", changed.id, changed.name, before=before, after=changed)
        health = await self._store.health.get(changed.id)
        counts = (await self._counts.tally(call.viewer)).by_inbox
        return self._shown(changed, health, counts.get(changed.id, 0))

    async def texts(self, call: Call[None, None]) -> Result:
        """With their blanks, to be changed."""
        found = await self._store.inboxes.get(call.params["id"])
        if found is None:
            raise Refused(404, "not-found", "there is no such inbox")
        return m.InboxTexts(
            signatures=found.signatures,
            acknowledgements=found.acknowledgements,
            too_large=found.too_large,
            templates=[m.InboxTemplate(name=one.name, texts=one.texts) for one in found.templates],
        )

    async def check(self, call: Call[None, None]) -> Result:
        """Asks the provider, told anew where our webhook is; no customer hears of it."""
        found = await self._store.inboxes.get(call.params["id"])
        if found is None:
            raise Refused(404, "not-found", "there is no such inbox")
        health = await self._commands.check(found, call.now, register=True)
        return s.InboxHealth(ok=health.ok, detail=health.detail, advice=health.advice)

    async def list_channels(self, call: Call[None, None]) -> Result:
        """From the manifests, and each channel's settings."""
        return s.ChannelList(items=[self._channel(one) for one in self._registry.manifests()])

    async def list_quarantine(self, call: Call[None, r.QuarantineQuery]) -> Result:
        """Reasons and sizes, never bodies."""
        query = call.query
        inbox_id = None if query.inbox_id is msgspec.UNSET else query.inbox_id
        found = await self._journal.quarantined(
            inbox_id, query.limit + 1, JournalId(query.cursor) if query.cursor else None
        )
        page = found[: query.limit]
        return s.QuarantinePage(
            items=[views.quarantined(record) for record in page],
            next_cursor=page[-1].id if len(found) > query.limit else None,
        )

    async def replay(self, call: Call[r.Replay, None]) -> Result:
        """After a fix: pending again, with all attempts."""
        ids = [JournalId(one) for one in call.body.ids]
        return s.Replayed(replayed=await self._journal.replay(ids))

    def _shown(self, inbox: Inbox, health: InboxHealth | None, open_count: int) -> s.Inbox:
        try:
            manifest = self._registry.manifest(inbox.channel)
        except ConnectorError:
            manifest = views.missing_channel(inbox.channel)
        return views.inbox(inbox, manifest, health, open_count)

    def _channel(self, manifest: Manifest) -> s.Channel:
        return s.Channel(
            id=manifest.id,
            name=manifest.name,
            family=manifest.family,
            transports=list(manifest.transports),
            tier=manifest.tier,
            docs=manifest.docs,
            capabilities=views.capabilities(manifest),
            settings=[
                s.Setting(
                    name=field.name,
                    title=field.title,
                    description=field.description,
                    secret=field.secret,
                    required=field.required,
                    kind=field.kind,
                )
                for field in self._registry.setting_fields(manifest.id)
            ],
        )
