"""What more than one kind of process, or the command line, is wired with."""

from gateway.auth.sessions import PEOPLE
from gateway.bootstrap.foundation import Foundation
from outbound.canned.moving import MovingReplies
from outbound.canned.store import CannedStore
from outbound.compose import Composer
from ticketing.audit.recording import Recorder
from ticketing.audit.store import AuditStore
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.reading import CATALOGUE
from ticketing.catalogue.store import CatalogueStore
from ticketing.handlers import Commands
from ticketing.portable.handlers import Portables
from ticketing.roles.store import RoleStore
from ticketing.views.model import SavedView
from ticketing.views.named import Named


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


def ticket_commands(base: Foundation) -> Commands:
    """What agents, and jobs in their name, do to a ticket."""
    return Commands(base.collections, base.events, base.relay.offer, base.catalogues)


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
        base.transactions,
        elsewhere=Named(RoleStore(base.mongo), base.mongo.collection("saved_views", SavedView)),
        announce=announce,
    )


def portables(base: Foundation) -> Portables:
    """What moves a site's configuration to another."""
    return Portables(
        roles=RoleStore(base.mongo),
        views=base.mongo.collection("saved_views", SavedView),
        replies=MovingReplies(CannedStore(base.mongo)),
        catalogue=CatalogueStore(base.mongo),
        commands=catalogue_commands(base),
        transactions=base.transactions,
        record=Recorder(AuditStore(base.mongo)),
    )
