"""Who exists for whom, and the lists of organisations."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from connectors.events import SenderId
from storage.collection import AT_ONCE
from tests.ticketing.builders import INBOX, NOW, a_ticket
from tests.ticketing.conftest import CHAT
from ticketing.model import Contact, no_points
from ticketing.people.directory import PeopleDirectory
from ticketing.people.identity import point_of, with_points
from ticketing.people.model import Organisation
from ticketing.people.organisations import OrganisationChange, OrganisationCommands
from ticketing.people.reading import PeopleReading
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import MOST_TICKETS, Visible
from ticketing.transactions import Transactions


def a_contact(id, **more):
    values = {
        "version": 1,
        "name": id,
        "points": (),
        "point_keys": (no_points(id),),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Contact(id=id, **(values | more))


def an_organisation(id, **more):
    values = {"version": 1, "name": id, "created_at": NOW, "updated_at": NOW}
    return Organisation(id=id, **(values | more))


async def have_tickets(house, contact_id, count, inbox_id=INBOX):
    """Numbered from the contact's digits on: nobody else has these."""
    start = 1_000 * (int(contact_id.rpartition("-")[2]) + 1)
    await house.collections.tickets.insert_many(
        [
            a_ticket(
                id=f"{contact_id}-{inbox_id}-{number}",
                number=start + number,
                contact_id=contact_id,
                inbox_id=inbox_id,
                inbox_ids=(inbox_id,),
            )
            for number in range(count)
        ]
    )


@pytest.fixture
def people():
    return [a_contact(f"contact-{number}") for number in range(AT_ONCE)]


async def test_one_with_many_tickets_opens_nobody_elses(house, chat_only, people):
    """The others of the chunk are cut off by theirs, and have tickets nevertheless."""
    busy, foreign, ours, ticketless = people[:4]
    await have_tickets(house, busy.id, MOST_TICKETS + 1)
    await have_tickets(house, foreign.id, 1)
    await have_tickets(house, ours.id, 1, CHAT)
    seen = await Visible(PeopleStore(house.collections)).among(chat_only, people)
    assert seen == [ours, ticketless, *people[4:]]


async def test_one_is_seen_through_the_last_of_many_tickets(house, chat_only, people):
    await have_tickets(house, people[0].id, MOST_TICKETS)
    await house.collections.tickets.insert(
        a_ticket(number=999, contact_id=people[0].id, inbox_id=CHAT, inbox_ids=(CHAT,))
    )
    visible = Visible(PeopleStore(house.collections))
    assert await visible.among(chat_only, people[:1]) == people[:1]


async def test_the_directory_tells_what_took_an_organisations_place(house, mira):
    store = PeopleStore(house.collections)
    directory = PeopleDirectory(store)
    await store.organisations.insert_many([an_organisation("a"), an_organisation("b")])
    assert await directory.heirs() == {}
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    commands = OrganisationCommands(store, directory, transactions)
    await commands.remove(mira, "a", "b", NOW)
    await commands.remove(mira, "b", "", NOW)
    assert await directory.heirs() == {"a": "b", "b": ""}
    assert "a" not in await directory.names()


async def test_organisations_of_one_moment_and_many_read_are_all_listed(house, mira):
    """As a list brings them in: many of one millisecond, most of them not what is looked for."""
    store = PeopleStore(house.collections)
    many = [an_organisation(f"o{number:04}") for number in range(30)]
    await store.organisations.insert_many(many)
    later = NOW + timedelta(hours=1)
    hay = [
        an_organisation(f"h{number:04}", updated_at=NOW + timedelta(milliseconds=number))
        for number in range(1, 60)
    ]
    await store.organisations.insert_many(hay)
    reading = PeopleReading(store, Visible(store), house.events)

    async def listed(words):
        found, cursor = [], None
        while True:
            page = await reading.organisations(mira, words, cursor, 2, later)
            found += [one.id for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert sorted(await listed("")) == sorted(one.id for one in (*many, *hay))
    assert await listed("o0000") == ["o0000"]


async def test_people_of_a_domain_join_however_often_work_stops(house, mira):
    store = PeopleStore(house.collections)
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    commands = OrganisationCommands(store, PeopleDirectory(store), transactions)
    senders = [SenderId(family="mailto", value=f"a{number}@halden.example") for number in range(3)]
    people = [
        with_points(a_contact(one.value), [replace(point_of(one), verified=True)])
        for one in senders
    ]
    await store.contacts.insert_many(people)
    change = OrganisationChange(name="Halden", domains=("halden.example",))
    made = await commands.create(mira, change, "k", NOW)
    for turns in ([True, False], [True, True, False]):
        left = iter(turns)
        assert not await commands.adopt(made.id, NOW, lambda left=left: next(left))
        assert await store.adoptions.get(made.id)
    assert await commands.adopt(made.id, NOW, lambda: True)
    joined = await store.contacts.find({"organisation_id": made.id}, limit=9)
    assert (len(joined), await store.adoptions.get(made.id)) == (3, None)
    assert len([one for one in house.offered if one.kind == "contact.changed"]) == 3
