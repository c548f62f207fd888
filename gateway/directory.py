"""Which inboxes there are, from memory: an edge asks for each request, the database rarely."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

import msgspec

from connectors.contract import Account, Closable, Connector, InboxId, Relayed, Sender
from connectors.errors import ConnectorError
from connectors.http import Http
from connectors.manifest import Manifest
from connectors.registry import Registry
from gateway.store import EdgeStore
from gateway.tokens import TokenVault
from normalizer.trust.anchors import NOBODY, Anchors
from outbound.model import Outlet
from storage.keyring import KeyRing
from storage.pubsub import Pubsub
from ticketing.errors import LineUnknown
from ticketing.ingest.model import Line
from ticketing.model import Agent, Inbox

log = logging.getLogger(__name__)

FRESH_S = 5.0
# A flood of unknown addresses reads the database at most this often.
LOOK_AGAIN_S = 1.0
CLOSE_WITHIN_S = 5.0
# Published whenever an inbox was saved.
INBOXES = "parley:inboxes"


class Directory(Protocol):
    """What the edges ask."""

    async def inbox(self, inbox_id: str) -> Inbox | None:
        """An active inbox."""

    async def inbox_for(self, address: str) -> InboxId | None:
        """The active inbox that takes mail for ``address``."""


class Snapshot(msgspec.Struct, frozen=True):
    """All active inboxes at one moment."""

    inboxes: Mapping[str, Inbox]
    by_address: Mapping[str, InboxId]
    own: frozenset[str]
    taken_at: float


class Made(NamedTuple):
    """A connector, and of which version of its inbox and of its channel's file it was made."""

    version: int
    revision: int
    connector: Connector


class InboxDirectory:
    """A snapshot that is renewed every few seconds, and connectors made once per version."""

    def __init__(
        self,
        *,
        store: EdgeStore,
        agents: Callable[[], Awaitable[list[Agent]]],
        registry: Registry,
        keyring: KeyRing,
        http: Http,
        tokens: TokenVault,
        public_url: str,
        anchors: Anchors = NOBODY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._agents = agents
        self._registry = registry
        self._keyring = keyring
        self._http = http
        self._tokens = tokens
        self._public_url = public_url
        self._anchors = anchors
        self._clock = clock
        self._snapshot = Snapshot({}, {}, frozenset(), float("-inf"))
        self._renewing = asyncio.Lock()
        self._connectors: dict[InboxId, Made] = {}
        self._forgotten = 0
        self._closing: set[asyncio.Task[None]] = set()

    async def inbox(self, inbox_id: str) -> Inbox | None:
        """An active inbox; one made a moment ago in another process is found too."""
        snapshot = await self._fresh(FRESH_S)
        if inbox_id not in snapshot.inboxes:
            snapshot = await self._fresh(LOOK_AGAIN_S)
        return snapshot.inboxes.get(inbox_id)

    async def inbox_for(self, address: str) -> InboxId | None:
        """By address or alias, whatever stands after a plus sign; DirectoryUnavailable."""
        wanted = bare_address(address)
        snapshot = await self._fresh(FRESH_S)
        if wanted not in snapshot.by_address:
            snapshot = await self._fresh(LOOK_AGAIN_S)
        return snapshot.by_address.get(wanted)

    async def active(self) -> list[Inbox]:
        """All active inboxes."""
        return list((await self._fresh(FRESH_S)).inboxes.values())

    async def lines(self) -> Mapping[InboxId, tuple[Inbox, Manifest]]:
        """All active inboxes with their manifests, by id."""
        return {
            one.id: (one, self._registry.manifest(one.channel))
            for one in await self.active()
            if self._registry.knows(one.channel)
        }

    def manifest(self, channel: str) -> Manifest:
        """What a channel can; UnknownChannel."""
        return self._registry.manifest(channel)

    async def connector(self, inbox_id: InboxId) -> Connector:
        """The inbox's connector. Raises LineUnknown, SettingsInvalid, UnknownChannel."""
        inbox = await self.inbox(inbox_id)
        if inbox is None:
            raise LineUnknown(inbox_id)
        return self.connect(inbox)

    async def line(self, inbox_id: InboxId) -> Line | None:
        """What ingest needs of an inbox; None when it is gone, switched off, or unusable."""
        inbox = await self.inbox(inbox_id)
        if inbox is None:
            return None
        try:
            connector = self.connect(inbox)
        except ConnectorError:
            log.exception("an inbox cannot be used", extra={"inbox_id": inbox_id})
            return None
        return Line(
            inbox=inbox,
            connector=connector,
            own=self._snapshot.own,
            origin=self._public_url,
            anchors=self._trusting(connector),
        )

    def _trusting(self, connector: Connector) -> Anchors:
        """The site's anchors, and the relays that the inbox names itself."""
        if not isinstance(connector, Relayed) or not connector.authserv_ids:
            return self._anchors
        return replace(self._anchors, relays=self._anchors.relays | connector.authserv_ids)

    async def outlet(self, inbox_id: InboxId) -> Outlet | None:
        """The inbox as a way out; None when it is gone or switched off. ConnectorError."""
        inbox = await self.inbox(inbox_id)
        if inbox is None:
            return None
        connector = self.connect(inbox)
        return Outlet(
            inbox=inbox,
            manifest=self._registry.manifest(inbox.channel),
            sender=connector if isinstance(connector, Sender) else None,
        )

    async def own(self) -> frozenset[str]:
        """Addresses of active inboxes and of agents, in lower case."""
        return (await self._fresh(FRESH_S)).own

    def connect(self, inbox: Inbox) -> Connector:
        """As ``connector``, for a record at hand."""
        made = self._connectors.get(inbox.id)
        revision = self._registry.revision(inbox.channel)
        if made is not None and made.version >= inbox.version and made.revision == revision:
            return made.connector
        connector = self.made(inbox)
        self._drop(inbox.id)
        self._connectors[inbox.id] = Made(inbox.version, revision, connector)
        return connector

    def made(self, inbox: Inbox) -> Connector:
        """A connector of the caller's own, who retires it."""
        return self._registry.connect(self.account(inbox), self._http)

    def retire(self, connector: Connector) -> None:
        """Close its connections in the background."""
        if isinstance(connector, Closable):
            task = asyncio.create_task(_closed(connector))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close every connector's connections; the process ends."""
        for inbox_id in list(self._connectors):
            self._drop(inbox_id)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_WITHIN_S)

    def account(self, inbox: Inbox) -> Account:
        """The inbox as its connector sees it, secrets opened."""
        return Account(
            inbox_id=inbox.id,
            channel=inbox.channel,
            name=inbox.name,
            address=inbox.address,
            hook_url=f"{self._public_url}/hooks/{inbox.channel}/{inbox.id}",
            settings=self._registry.parse_settings(inbox.channel, self.settings(inbox)),
            tokens=self._tokens.of(inbox.id),
        )

    def settings(self, inbox: Inbox) -> dict[str, object]:
        """An inbox's settings, opened."""
        if not inbox.sealed_settings:
            return {}
        plain = self._keyring.open(inbox.sealed_settings, context=_context(inbox.id))
        opened: dict[str, object] = msgspec.json.decode(plain)
        return opened

    def seal(self, inbox_id: InboxId, settings: Mapping[str, object]) -> bytes:
        """Settings as they are stored."""
        sealed: bytes = self._keyring.seal(
            msgspec.json.encode(dict(settings)), context=_context(inbox_id)
        )
        return sealed

    async def follow(self, pubsub: Pubsub) -> None:
        """Look again whenever another process saved an inbox. Ends by cancellation."""
        async for _ in pubsub.subscribe(INBOXES, ready=self.forget):
            self.forget()

    def forget(self) -> None:
        """Read anew at the next question: somebody changed an inbox."""
        self._forgotten += 1
        self._snapshot = _stale(self._snapshot)

    async def _fresh(self, age: float) -> Snapshot:
        if self._clock() - self._snapshot.taken_at < age:
            return self._snapshot
        async with self._renewing:
            if self._clock() - self._snapshot.taken_at >= age:
                forgotten = self._forgotten
                self._snapshot = await self._take()
                self._drop_old(self._snapshot.inboxes)
                if forgotten != self._forgotten:  # what was read may be older than the change
                    self._snapshot = _stale(self._snapshot)
        return self._snapshot

    def _drop_old(self, inboxes: Mapping[str, Inbox]) -> None:
        """Connectors of inboxes that changed, are switched off, or gone."""
        for inbox_id, made in list(self._connectors.items()):
            inbox = inboxes.get(inbox_id)
            if inbox is None or inbox.version > made.version:
                self._drop(inbox_id)

    def _drop(self, inbox_id: InboxId) -> None:
        dropped = self._connectors.pop(inbox_id, None)
        if dropped is not None:
            self.retire(dropped.connector)

    async def _take(self) -> Snapshot:
        inboxes: dict[str, Inbox] = {
            one.id: one for one in await self._store.all_inboxes() if one.active
        }
        by_smtp = {one.id for one in self._registry.manifests() if "smtp" in one.transports}
        addresses = {
            bare_address(address): one
            for one in inboxes.values()
            for address in (one.address, *one.aliases)
            if "@" in address
        }
        taking = {a: one.id for a, one in addresses.items() if one.channel in by_smtp}
        agents = {one.email for one in await self._agents()}
        return Snapshot(inboxes, taking, frozenset(addresses.keys() | agents), self._clock())


def bare_address(address: str) -> str:
    """Lower case, without a plus tag: ``Support+T0K@X.example`` is ``support@x.example``."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _stale(snapshot: Snapshot) -> Snapshot:
    return msgspec.structs.replace(snapshot, taken_at=float("-inf"))


async def _closed(connector: Closable) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await connector.close()
    except Exception:
        log.warning("a connector did not close", exc_info=True)


def _context(inbox_id: InboxId) -> bytes:
    return b"inbox-settings:" + inbox_id.encode()
