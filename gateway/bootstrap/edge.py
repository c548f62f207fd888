"""Wiring of an edge process on the foundation."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from aiohttp import web

from gateway import notices, static_app
from gateway.answering import Answering
from gateway.api import schemas as s
from gateway.api.call import Handler
from gateway.api.endpoint import Endpoints
from gateway.api.handlers.acting import ActingApi
from gateway.api.handlers.acts import ActsApi
from gateway.api.handlers.assets import AssetsApi
from gateway.api.handlers.audit import AuditApi
from gateway.api.handlers.drafts import DraftsApi
from gateway.api.handlers.files import FilesApi
from gateway.api.handlers.guides import GuideApi
from gateway.api.handlers.inboxes import InboxApi
from gateway.api.handlers.live import LiveApi
from gateway.api.handlers.meta import MetaApi
from gateway.api.handlers.people import PeopleApi
from gateway.api.handlers.reading import ReadingApi
from gateway.api.handlers.roles import RolesApi
from gateway.api.handlers.search import SearchApi
from gateway.api.handlers.session import SessionApi
from gateway.api.handlers.suppressions import SuppressionApi
from gateway.api.handlers.templates import TemplateApi
from gateway.api.handlers.traffic import TrafficApi
from gateway.api.handlers.types import TypesApi
from gateway.api.handlers.views import ViewsApi
from gateway.api.idempotency import Idempotency
from gateway.api.live_source import LiveSource
from gateway.app import web_app
from gateway.auth.sessions import PEOPLE, Sessions
from gateway.bootstrap.commands import catalogue_commands, composer, ticket_commands
from gateway.bootstrap.foundation import Foundation
from gateway.bootstrap.merging import merging_handlers, ticket_links
from gateway.bootstrap.people import people_areas
from gateway.bootstrap.work import scheduler, ticket_work, work_handlers
from gateway.chat.server import Chat
from gateway.chat.store import ChatStore
from gateway.chat.visitors import Visitors
from gateway.health import Checked, HealthRoutes
from gateway.leaving import LeavingPages
from gateway.linked_files import LinkedFiles
from gateway.name_book import name_book
from gateway.people import People
from gateway.pictures.store import ThumbnailStore
from gateway.pictures.thumbnails import Thumbnails
from gateway.ratelimit import Limiter
from gateway.realtime import Hub
from gateway.searching import FALLBACK, Keeper
from gateway.smtp import SmtpEdge
from gateway.traffic.store import TrafficStore
from gateway.version import VERSION
from gateway.webhooks import Webhooks
from gateway.workers.loops import Bell
from outbound.acts.handlers import Acts
from outbound.amend import Amender
from storage import health
from ticketing.assets.handlers import Assets
from ticketing.assets.store import AssetStore
from ticketing.audit.recording import Recorder
from ticketing.audit.sensitive import SensitiveReads
from ticketing.audit.store import AuditStore
from ticketing.catalogue.model import FieldFile
from ticketing.ingest.numbers import NumberPool
from ticketing.model import Conversation
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.roles.handlers import RoleCommands, TeamCommands
from ticketing.roles.store import RoleStore
from ticketing.search.finding import Search
from ticketing.search.shelf import ShelvedWords
from ticketing.search.suggesting import Suggesting
from ticketing.starting import Starter
from ticketing.views.handlers import ViewCommands

Handlers = tuple[Mapping[str, Handler], ...]


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """What an edge process runs, and what it closes."""

    app: web.Application
    hub: Hub
    chat: Chat
    live: LiveApi
    sessions: Sessions
    smtp: SmtpEdge
    words: Keeper
    closing: asyncio.Event


def edge(base: Foundation) -> Edge:
    """Everything of an edge process; needs a running loop."""
    closing, limiter, people = asyncio.Event(), Limiter(), People(base.auth)
    sessions = _sessions(base)
    endpoints = _endpoints(base, limiter, sessions)
    chat = _chat(base, limiter)
    store = ReadingStore(base.collections)
    reading = TicketReading(store, base.events, base.views)
    source = LiveSource(
        reading=reading, counts=base.counts, people=people, catalogues=base.catalogues
    )
    hub = Hub(base.pubsub, source, hear=chat.hear, answering=chat.answering)
    live = LiveApi(hub, endpoints, base.notifications.unread, _answering(base))
    handlers = (
        _session(base, endpoints, sessions).handlers(),
        live.handlers(),
        *_site_handlers(base, sessions),
        *_ticket_handlers(base, store, reading, people),
        *people_areas(base, store, reading, people),
    )
    public = (*_public_routes(base, closing), chat.routes())
    return Edge(
        app=web_app(endpoints=endpoints, handlers=handlers, public=public),
        hub=hub,
        chat=chat,
        live=live,
        sessions=sessions,
        smtp=SmtpEdge(base.settings, base.journal, base.directory),
        words=Keeper(base.searches, base.shelf, Bell(), FALLBACK),
        closing=closing,
    )


def _site_handlers(base: Foundation, sessions: Sessions) -> Handlers:
    """What a site is made of, and how it fares."""
    return (
        PeopleApi(base.auth, sessions, base.access).handlers(),
        _roles(base, sessions).handlers(),
        _inboxes(base).handlers(),
        GuideApi(base.registry, base.edge_store, base.settings.public_url).handlers(),
        TemplateApi(base.directory).handlers(),
        TrafficApi(TrafficStore(base.mongo), base.edge_store, base.tokens).handlers(),
        SuppressionApi(base.suppressions).handlers(),
        TypesApi(catalogue_commands(base), base.catalogues).handlers(),
        AuditApi(AuditStore(base.mongo)).handlers(),
        MetaApi().handlers(),
    )


def _ticket_handlers(
    base: Foundation, store: ReadingStore, reading: TicketReading, people: People
) -> Handlers:
    """What agents read and do."""
    work, links = ticket_work(base), ticket_links(base)
    read = ReadingApi(
        reading=reading,
        people=people,
        catalogues=base.catalogues,
        directory=base.directory,
        blobs=base.blobs,
        suppressions=base.suppressions,
        work=work,
        notifications=base.notifications,
        sensitive=SensitiveReads(AuditStore(base.mongo)),
    )
    return (
        read.handlers(),
        _files(base, reading).handlers(),
        _search(base, store, reading, people).handlers(),
        _views(base).handlers(),
        _acting(base, read).handlers(),
        _acts(base).handlers(),
        *merging_handlers(base, links, read, reading),
        _compose(base, reading).handlers(),
        *work_handlers(base, work, read),
        _assets(base, reading, people).handlers(),
    )


def _public_routes(base: Foundation, closing: asyncio.Event) -> Iterator[Iterable[web.RouteDef]]:
    """What needs no login."""
    yield _webhooks(base).routes()
    yield LinkedFiles(links=base.file_links, store=base.outbound, blobs=base.blobs).routes()
    yield LeavingPages(base.leaving, base.suppressions).routes()
    yield _health(base, closing).routes()
    yield static_app.routes()


def _endpoints(base: Foundation, limiter: Limiter, sessions: Sessions) -> Endpoints:
    settings = base.settings
    return Endpoints(
        sessions=sessions,
        idempotency=Idempotency(base.mongo),
        limiter=limiter,
        # RFC 6265bis section 4.1.3.2: the __Host- prefix needs TLS
        cookie="__Host-parley" if settings.secure else "parley",
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        record=Recorder(AuditStore(base.mongo)),
    )


def _sessions(base: Foundation) -> Sessions:
    return Sessions(
        base.auth,
        base.access,
        base.keyring.derive("csrf"),
        base.settings.session_days,
        announce=lambda: base.pubsub.publish(PEOPLE, b""),
    )


def _session(base: Foundation, endpoints: Endpoints, sessions: Sessions) -> SessionApi:
    return SessionApi(
        sessions=sessions,
        store=base.auth,
        record=Recorder(AuditStore(base.mongo)),
        site=s.Site(name=base.settings.site_name, version=VERSION, demo=base.settings.demo),
        cookie=endpoints.cookie,
        secure=base.settings.secure,
    )


def _roles(base: Foundation, sessions: Sessions) -> RolesApi:
    store = RoleStore(base.mongo)
    return RolesApi(
        roles=RoleCommands(store),
        teams=TeamCommands(store),
        access=base.access,
        people=base.auth,
        sessions=sessions,
        commands=ticket_commands(base),
    )


def _files(base: Foundation, reading: TicketReading) -> FilesApi:
    thumbnails = Thumbnails(ThumbnailStore(base.mongo), base.blobs)
    fields = base.mongo.collection("field_files", FieldFile)
    return FilesApi(reading, base.edge_store, base.blobs, thumbnails, fields)


def _inboxes(base: Foundation) -> InboxApi:
    return InboxApi(
        store=base.edge_store,
        commands=base.inboxes,
        registry=base.registry,
        journal=base.journal,
        counts=base.counts,
    )


def _acting(base: Foundation, read: ReadingApi) -> ActingApi:
    return ActingApi(
        commands=ticket_commands(base),
        starter=Starter(
            base.collections,
            base.events,
            NumberPool(base.counters),
            base.relay.offer,
            base.catalogues,
        ),
        composer=composer(base),
        scheduler=scheduler(base),
        amender=Amender(store=base.outbound, clock=base.clock, bell=base.doorbell),
        directory=base.directory,
        store=base.edge_store,
        reading=read,
        catalogues=base.catalogues,
    )


def _acts(base: Foundation) -> ActsApi:
    return ActsApi(
        Acts(store=base.outbound, outlets=base.directory, clock=base.clock, bell=base.doorbell)
    )


def _answering(base: Foundation) -> Answering:
    async def page(conversation: Conversation) -> None:
        notice = notices.Answering(inbox_id=conversation.inbox_id, visitor=conversation.thread_key)
        await base.pubsub.publish(notices.LIVE, notices.encode(notice))

    return Answering(base.outbound, base.directory, page)


def _search(
    base: Foundation, store: ReadingStore, reading: TicketReading, people: People
) -> SearchApi:
    book = name_book(base.directory, people, base.access)
    return SearchApi(
        search=Search(store, ShelvedWords(base.shelf), reading, book),
        suggesting=Suggesting(store, reading, book),
        people=people,
        catalogues=base.catalogues,
    )


def _views(base: Foundation) -> ViewsApi:
    return ViewsApi(
        commands=ViewCommands(base.collections, base.views), saved=base.views, counts=base.counts
    )


def _compose(base: Foundation, reading: TicketReading) -> DraftsApi:
    return DraftsApi(
        store=base.edge_store,
        blobs=base.blobs,
        visible=reading.ticket,
        upload_max_bytes=base.settings.upload_max_bytes,
    )


def _assets(base: Foundation, reading: TicketReading, people: People) -> AssetsApi:
    return AssetsApi(
        assets=Assets(
            AssetStore(base.mongo),
            Visible(PeopleStore(base.collections)),
            base.transactions,
        ),
        reading=reading,
        events=base.events,
        people=people,
        catalogues=base.catalogues,
    )


def _chat(base: Foundation, limiter: Limiter) -> Chat:
    return Chat(
        directory=base.directory,
        journal=base.journal,
        store=ChatStore(base.mongo),
        visitors=Visitors(base.keyring.derive_all("webchat-visitor")),
        pubsub=base.pubsub,
        limiter=limiter,
        links=base.file_links,
    )


def _webhooks(base: Foundation) -> Webhooks:
    return Webhooks(
        directory=base.directory,
        journal=base.journal,
        public_url=base.settings.public_url,
        max_bytes=base.settings.webhook_max_bytes,
    )


def _health(base: Foundation, closing: asyncio.Event) -> HealthRoutes:
    async def check() -> list[Checked]:
        found = await health.check(base.mongo, base.redis)
        return [Checked(one.name, one.ok, one.detail) for one in found]

    return HealthRoutes(check, closing)
