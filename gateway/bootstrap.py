"""The one place where things are wired: by constructor arguments, nothing set later.

``foundation`` is what every process needs; ``edge`` and ``labour`` build on it.
"""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec

from config.keys import load_keys
from config.settings import Settings
from connectors.kit.egress import EgressClient
from connectors.registry import Registry
from gateway import notices
from gateway.anchors import anchors
from gateway.api import frames
from gateway.auth.sessions import PEOPLE
from gateway.auth.store import AuthStore
from gateway.consumers import BegunConsumer, DraftConsumer, LiveConsumer, MediaConsumer
from gateway.directory import INBOXES, InboxDirectory
from gateway.inboxes import InboxCommands
from gateway.store import EdgeStore
from gateway.tokens import TokenVault
from gateway.traffic.store import TrafficStore
from gateway.traffic.watching import TrafficConsumer
from normalizer.model import AgentId
from outbound.automatic.leaving import LeavingLinks
from outbound.clock import DatabaseClock
from outbound.compose import Composer
from outbound.file_links import FileLinks
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from storage.blobs import Blobs
from storage.counters import Counters
from storage.doorbell import Doorbell
from storage.events import EventLog
from storage.journal import Journal
from storage.keyring import KeyRing
from storage.leases import Leases
from storage.mongo import Mongo
from storage.pubsub import Pubsub
from storage.redis import Redis, connect
from ticketing.audit.recording import Recorder
from ticketing.audit.store import AuditStore
from ticketing.catalogue.elapsing import StateTimers
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.reading import CATALOGUE, Catalogues, configured
from ticketing.catalogue.store import CatalogueStore, TimerStore
from ticketing.links.handlers import Family
from ticketing.notifications.handlers import Notifications
from ticketing.notifications.store import BoardStore
from ticketing.people.directory import PeopleDirectory
from ticketing.people.store import PeopleStore
from ticketing.permissions import Viewer
from ticketing.portable.handlers import Portables
from ticketing.reading.partial import PartialTickets
from ticketing.reading.store import ReadingStore
from ticketing.relay import Consumer, Relay
from ticketing.reply_tokens import ReplyTokens
from ticketing.roles.current import CurrentAccess
from ticketing.roles.model import Configured
from ticketing.roles.store import RoleStore
from ticketing.store import Collections
from ticketing.transactions import Transactions
from ticketing.views.counting import ViewCounts
from ticketing.views.custom import known_fields
from ticketing.views.model import SavedView
from ticketing.views.saved import SavedViews


class Foundation(msgspec.Struct, frozen=True, kw_only=True):
    """Stores, keys, channels and inboxes of one process."""

    settings: Settings
    owner: str
    mongo: Mongo
    redis: Redis
    keyring: KeyRing
    blobs: Blobs
    doorbell: Doorbell
    journal: Journal
    events: EventLog
    counters: Counters
    leases: Leases
    pubsub: Pubsub
    registry: Registry
    http: EgressClient
    auth: AuthStore
    edge_store: EdgeStore
    tokens: TokenVault
    directory: InboxDirectory
    inboxes: InboxCommands
    collections: Collections
    reply_tokens: ReplyTokens
    file_links: FileLinks
    clock: DatabaseClock
    outbound: OutboundStore
    suppressions: Suppressions
    leaving: LeavingLinks
    views: SavedViews
    counts: ViewCounts
    access: CurrentAccess
    notifications: Notifications
    catalogues: Catalogues
    people: PeopleDirectory
    relay: Relay


@asynccontextmanager
async def foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Everything below the edges; closed in reverse. Needs both stores' URLs in ``settings``."""
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    http = EgressClient(settings.egress_allow)
    built = _build(settings, mongo, connect(settings.redis_url), http)
    try:
        yield built
    finally:
        await built.directory.close()
        await built.journal.close()
        await built.doorbell.close()
        await built.pubsub.close()
        await http.close()
        await mongo.close()


def _build(settings: Settings, mongo: Mongo, redis: Redis, http: EgressClient) -> Foundation:
    keyring = KeyRing(load_keys(settings))
    blobs, doorbell, events = Blobs(mongo), Doorbell(redis), EventLog(mongo)
    registry, auth, edge_store = (
        Registry.load(settings.channels),
        AuthStore(mongo),
        EdgeStore(mongo),
    )
    collections, pubsub = Collections(mongo), Pubsub(redis)
    catalogues = Catalogues(CatalogueStore(mongo))
    views = SavedViews(mongo.collection("saved_views", SavedView), known_fields(catalogues))
    counts, leases = ViewCounts(collections, views), Leases(mongo)
    organisations = PeopleDirectory(PeopleStore(collections))
    access = CurrentAccess(RoleStore(mongo), lambda: _configured(catalogues, organisations))
    notifications = _notifications(collections, access, auth, pubsub)
    owner = f"{socket.gethostname()}:{os.getpid()}"
    tokens = TokenVault(store=edge_store, keyring=keyring, leases=leases, owner=owner)
    directory = InboxDirectory(
        store=edge_store,
        agents=auth.all_agents,
        registry=registry,
        keyring=keyring,
        http=http,
        tokens=tokens,
        public_url=settings.public_url,
        anchors=anchors(settings),
    )
    return Foundation(
        settings=settings,
        owner=owner,
        mongo=mongo,
        redis=redis,
        keyring=keyring,
        blobs=blobs,
        doorbell=doorbell,
        journal=Journal(mongo, keyring, blobs, doorbell),
        events=events,
        counters=Counters(mongo),
        leases=leases,
        pubsub=pubsub,
        registry=registry,
        http=http,
        auth=auth,
        edge_store=edge_store,
        tokens=tokens,
        directory=directory,
        inboxes=InboxCommands(
            store=edge_store,
            directory=directory,
            registry=registry,
            announce=lambda: pubsub.publish(INBOXES, b""),
        ),
        collections=collections,
        reply_tokens=ReplyTokens(keyring.derive_all("reply-tokens")),
        file_links=FileLinks(keyring.derive_all("file-links"), settings.public_url),
        clock=DatabaseClock(mongo),
        outbound=OutboundStore(mongo),
        leaving=LeavingLinks(keyring.derive_all("leaving-links"), settings.public_url),
        suppressions=Suppressions(mongo, timedelta(days=settings.suppress_days)),
        views=views,
        counts=counts,
        access=access,
        notifications=notifications,
        catalogues=catalogues,
        people=PeopleDirectory(PeopleStore(collections)),
        relay=Relay(
            events,
            (
                *_consumers(
                    pubsub, counts, MediaConsumer(doorbell), BegunConsumer(directory, doorbell)
                ),
                Consumer(name="notifications", handle=notifications.handle, prompt=False),
                Consumer(
                    name="state-timers",
                    handle=StateTimers(mongo, TimerStore(mongo), catalogues.current).handle,
                    prompt=False,
                ),
                Consumer(
                    name="drafts",
                    handle=DraftConsumer(edge_store, collections).handle,
                    prompt=False,
                ),
                Consumer(name="family", handle=Family(collections, events).handle, prompt=False),
                Consumer(
                    name="traffic", handle=TrafficConsumer(TrafficStore(mongo)).handle, prompt=False
                ),
            ),
        ),
    )


def _notifications(
    collections: Collections, access: CurrentAccess, auth: AuthStore, pubsub: Pubsub
) -> Notifications:
    async def viewer_of(agent_id: AgentId) -> Viewer | None:
        agent = await auth.agents.get(agent_id)
        return await access.viewer(agent) if agent is not None and agent.active else None

    async def tell(agent_id: AgentId, unread: int) -> None:
        frame = msgspec.Raw(msgspec.json.encode(frames.LiveNotifications(unread=unread)))
        notice = notices.Personal(agent_id=agent_id, frame=frame)
        await pubsub.publish(notices.LIVE, notices.encode(notice))

    partial = PartialTickets(ReadingStore(collections))
    return Notifications(BoardStore(collections), partial, viewer_of, tell)


def composer(base: Foundation) -> Composer:
    """What writes replies and automatic mail."""
    return Composer(
        store=base.outbound,
        outlets=base.directory,
        reply_tokens=base.reply_tokens,
        suppressions=base.suppressions,
        leaving=base.leaving,
        blobs=base.blobs,
        clock=base.clock,
        bell=base.doorbell,
        offer=base.relay.offer,
        catalogue=base.catalogues.current,
    )


def _consumers(
    pubsub: Pubsub, counts: ViewCounts, media: MediaConsumer, begun: BegunConsumer
) -> tuple[Consumer, ...]:
    """Everybody who wants to know of events."""
    return (
        Consumer(name="live", handle=LiveConsumer(pubsub).handle),
        Consumer(name="acknowledge", handle=begun.handle, prompt=False),
        Consumer(name="media", handle=media.handle, prompt=False),
        Consumer(name="counts", handle=counts.handle, prompt=False),
    )


async def _configured(catalogues: Catalogues, organisations: PeopleDirectory) -> Configured:
    """As it stands in the store: the bells of people and of fields ring in any order."""
    catalogues.forget()
    organisations.forget()
    found = configured(await catalogues.current())
    return msgspec.structs.replace(found, organisations=await organisations.heirs())


def catalogue_commands(base: Foundation) -> CatalogueCommands:
    """What changes types, fields and forms. A field that became sensitive is nobody's to read from
    then on: everybody looks again at what people may.
    """

    async def announce() -> None:
        await base.pubsub.publish(CATALOGUE, b"")
        base.access.forget()
        await base.pubsub.publish(PEOPLE, b"")

    return CatalogueCommands(
        CatalogueStore(base.mongo),
        base.catalogues,
        Transactions(base.collections, base.events, base.relay.offer),
        announce=announce,
    )


def portables(base: Foundation) -> Portables:
    """What moves a site's configuration to another."""
    return Portables(
        roles=RoleStore(base.mongo),
        views=base.mongo.collection("saved_views", SavedView),
        catalogue=CatalogueStore(base.mongo),
        commands=catalogue_commands(base),
        transactions=Transactions(base.collections, base.events, base.relay.offer),
        record=Recorder(AuditStore(base.mongo)),
    )
