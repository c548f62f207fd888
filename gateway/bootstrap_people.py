"""Wiring of contacts and organisations on the foundation."""

from collections.abc import Mapping
from datetime import timedelta

from gateway.api.call import Handler
from gateway.api.handlers.contact_merges import ContactMergesApi
from gateway.api.handlers.contacts import ContactsApi
from gateway.api.handlers.organisations import OrganisationsApi
from gateway.bootstrap import Foundation
from gateway.people import People
from gateway.workers.housekeeping import Chore
from storage.ids import utc_now
from ticketing.people.directory import PeopleDirectory
from ticketing.people.handlers import ContactCommands
from ticketing.people.merging.handlers import ContactMerging
from ticketing.people.merging.store import MergeStore
from ticketing.people.organisations import AttributeCommands, OrganisationCommands
from ticketing.people.reading import PeopleReading
from ticketing.people.store import PeopleStore
from ticketing.people.timeline import Timeline
from ticketing.people.visibility import Visible
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.transactions import Transactions

MERGES_FOLLOWED = timedelta(minutes=15)  # no message is so long on its way into a ticket


def people_areas(
    base: Foundation, threads: ReadingStore, tickets: TicketReading, agents: People
) -> tuple[Mapping[str, Handler], ...]:
    """The handlers of the areas of people."""
    store = PeopleStore(base.collections)
    directory, visible = PeopleDirectory(store), Visible(store)
    transactions = Transactions(base.collections, base.events, base.relay.offer)
    reading = PeopleReading(store, visible, base.events)
    contacts = ContactsApi(
        commands=ContactCommands(store, directory, visible, transactions),
        reading=reading,
        timeline=Timeline(store, visible, threads, tickets),
        agents=agents,
        catalogues=base.catalogues,
    )
    organisations = OrganisationsApi(
        commands=OrganisationCommands(store, directory, transactions),
        attributes=AttributeCommands(store, directory, transactions),
        reading=reading,
        directory=directory,
    )
    merging = ContactMerging(MergeStore(base.collections), visible, transactions)
    return (
        contacts.handlers(),
        ContactMergesApi(merging, reading).handlers(),
        organisations.handlers(),
    )


def people_chores(base: Foundation) -> tuple[Chore, ...]:
    """What is brought after a merge that was begun for the old contact meanwhile."""
    merging = ContactMerging(
        MergeStore(base.collections),
        Visible(PeopleStore(base.collections)),
        Transactions(base.collections, base.events, base.relay.offer),
    )

    async def bring_after() -> None:
        await merging.bring_all_after(utc_now() - MERGES_FOLLOWED)

    return (Chore("merged-contacts", 60.0, 50.0, bring_after),)
