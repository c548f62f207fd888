"""Wiring of contacts and organisations on the foundation."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from gateway import recipients
from gateway.api.call import Handler
from gateway.api.handlers.contact_lists import ContactListsApi
from gateway.api.handlers.contact_merges import ContactMergesApi
from gateway.api.handlers.contacts import ContactsApi
from gateway.api.handlers.organisations import OrganisationsApi
from gateway.api.handlers.staffing import StaffingApi
from gateway.bootstrap.foundation import Foundation
from gateway.people import People
from gateway.presence import Attendance
from gateway.workers.housekeeping import Chore
from gateway.workers.jobs import Job
from gateway.workers.turns import Going, Turns, take_turn
from storage.ids import utc_now
from storage.marks import Marks
from ticketing.people.handlers import ContactCommands
from ticketing.people.lists.export import Export
from ticketing.people.lists.handlers import Imports
from ticketing.people.lists.model import BUSY, ImportId
from ticketing.people.lists.running import ListRunner
from ticketing.people.lists.source import Source
from ticketing.people.lists.store import ListStore
from ticketing.people.lists.undoing import ListUndo
from ticketing.people.merging.handlers import ContactMerging
from ticketing.people.merging.store import MergeStore
from ticketing.people.organisations import (
    MOST_ADOPTIONS,
    AttributeCommands,
    OrganisationCommands,
)
from ticketing.people.reading import PeopleReading
from ticketing.people.store import PeopleStore
from ticketing.people.timeline import Timeline
from ticketing.people.visibility import Visible
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.staffing.handlers import Staffing

LIST_JOB = "contact_list"
ADOPTION_JOB = "organisation_adoption"
MERGES_FOLLOWED = timedelta(minutes=15)  # no message is so long on its way into a ticket


def people_areas(
    base: Foundation, threads: ReadingStore, tickets: TicketReading, agents: People
) -> tuple[Mapping[str, Handler], ...]:
    """The handlers of the areas of people."""
    store = PeopleStore(base.collections)
    directory, visible = base.people, Visible(store)
    transactions = base.transactions
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
        ring=lambda id: base.doorbell.enqueue(ADOPTION_JOB, id),
    )
    merging = ContactMerging(MergeStore(base.collections), visible, transactions)
    imports = Imports(
        store=ListStore(base.collections),
        source=Source(base.blobs),
        blobs=base.blobs,
        directory=directory,
        transactions=transactions,
        ring=lambda id: base.doorbell.enqueue(LIST_JOB, id),
    )
    export = Export(store, directory, visible, reading)
    return (
        ContactListsApi(imports, export, base.blobs).handlers(),
        contacts.handlers(),
        ContactMergesApi(merging, reading).handlers(),
        organisations.handlers(),
        StaffingApi(
            Staffing(base.collections, transactions),
            Attendance(Marks(base.redis, "at-work"), base.pubsub),
            agents,
        ).handlers(),
    )


def people_chores(base: Foundation) -> tuple[Chore, ...]:
    """What is brought after a merge that was begun for the old contact meanwhile."""
    merging = ContactMerging(
        MergeStore(base.collections),
        Visible(PeopleStore(base.collections)),
        base.transactions,
    )

    async def bring_after() -> None:
        await merging.bring_all_after(utc_now() - MERGES_FOLLOWED)

    lists = ListStore(base.collections)

    async def ring_lists() -> None:
        for job in await lists.busy():
            await base.doorbell.enqueue(LIST_JOB, job.id)

    store = PeopleStore(base.collections)

    async def ring_adoptions() -> None:
        for one in await store.adoptions.find({}, limit=MOST_ADOPTIONS):
            await base.doorbell.enqueue(ADOPTION_JOB, one.id)

    return (
        Chore("organisation-adoptions", 30.0, 20.0, ring_adoptions),
        Chore("merged-contacts", 60.0, 50.0, bring_after),
        Chore("contact-lists", 30.0, 20.0, ring_lists),
    )


def people_jobs(base: Foundation) -> Mapping[str, Job]:
    """What a worker does when its bell rings."""
    store, lists = PeopleStore(base.collections), ListStore(base.collections)
    transactions = base.transactions
    runner = ListRunner(
        store=lists,
        people=store,
        source=Source(base.blobs),
        directory=base.people,
        transactions=transactions,
        address=recipients.recipient,
    )
    undo = ListUndo(lists, store, transactions)

    async def work(id: str, going: Going) -> bool:
        await runner.work(ImportId(id), going)
        await undo.work(ImportId(id), going)
        job = await lists.imports.get(id)
        return job is None or job.state not in BUSY

    organisations = OrganisationCommands(store, base.people, transactions)

    async def adopt(id: str, going: Going) -> bool:
        return await organisations.adopt(id, utc_now(), going)

    takes = {LIST_JOB: work, ADOPTION_JOB: adopt}
    return {
        name: partial(take_turn, Turns(base.leases, base.doorbell, base.owner), name, one)
        for name, one in takes.items()
    }
