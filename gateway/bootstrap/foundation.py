"""What every process needs: stores, keys, channels, inboxes, people, and the relay."""

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
from gateway.anchors import anchors
from gateway.auth.store import AuthStore
from gateway.bootstrap.relaying import Told, consumers, notifications
from gateway.directory import INBOXES, InboxDirectory
from gateway.inboxes import InboxCommands
from gateway.notices import LIVE, Counted, encode
from gateway.store import EdgeStore
from gateway.tokens import TokenVault
from gateway.viewers import Viewers
from outbound.automatic.leaving import LeavingLinks
from outbound.clock import DatabaseClock
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
from ticketing.catalogue.reading import Catalogues, configured
from ticketing.catalogue.store import CatalogueStore
from ticketing.notifications.handlers import Notifications
from ticketing.people.directory import PeopleDirectory
from ticketing.people.store import PeopleStore
from ticketing.relay import Relay
from ticketing.reply_tokens import ReplyTokens
from ticketing.roles.current import CurrentAccess
from ticketing.roles.model import Configured
from ticketing.roles.store import RoleStore
from ticketing.search.shelf import Shelf
from ticketing.search.store import SearchStore
from ticketing.store import Collections
from ticketing.transactions import Transactions
from ticketing.views.counting import ViewCounts
from ticketing.views.custom import known_site
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
    viewers: Viewers
    notifications: Notifications
    catalogues: Catalogues
    people: PeopleDirectory
    relay: Relay
    transactions: Transactions
    searches: SearchStore
    shelf: Shelf


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
    keyring, edge_store, leases = KeyRing(load_keys(settings)), EdgeStore(mongo), Leases(mongo)
    blobs, doorbell, events = Blobs(mongo), Doorbell(redis), EventLog(mongo)
    registry, auth = Registry.load(settings.channels), AuthStore(mongo)
    collections, pubsub = Collections(mongo), Pubsub(redis)
    catalogues = Catalogues(CatalogueStore(mongo))
    people = PeopleDirectory(PeopleStore(collections))
    access = CurrentAccess(RoleStore(mongo), lambda: _configured(catalogues, people))
    viewers = Viewers(auth, access)
    views = SavedViews(mongo.collection("saved_views", SavedView), known_site(catalogues, access))
    counts = ViewCounts(collections, views, tell=lambda views: _tell_counted(pubsub, views=views))
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
    told = Told(
        mongo=mongo,
        collections=collections,
        events=events,
        edge_store=edge_store,
        doorbell=doorbell,
        pubsub=pubsub,
        directory=directory,
        catalogues=catalogues,
        counts=counts,
        notifications=notifications(collections, viewers, pubsub),
        searches=SearchStore(mongo),
    )
    relay = Relay(events, consumers(told))
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
        viewers=viewers,
        notifications=told.notifications,
        catalogues=catalogues,
        people=people,
        relay=relay,
        transactions=Transactions(collections, events, relay.offer),
        searches=told.searches,
        shelf=Shelf(settings.data / "search" / settings.mongo_database),
    )


async def _configured(catalogues: Catalogues, organisations: PeopleDirectory) -> Configured:
    """As it stands in the store: the bells of people and of fields ring in any order."""
    catalogues.forget()
    organisations.forget()
    found = configured(await catalogues.current())
    return msgspec.structs.replace(found, organisations=await organisations.heirs())


async def _tell_counted(pubsub: Pubsub, *, views: bool) -> None:
    await pubsub.publish(LIVE, encode(Counted(views=views)))
