"""Views on a site where one thing took another's place, and looks at everything that end early."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.ticketing.builders import NOW, a_ticket
from tests.ticketing.catalogue.builders import a_type
from tests.ticketing.conftest import CHAT
from ticketing.catalogue.model import Catalogue, Category, Entry, Field, entry_id, kind_of
from ticketing.catalogue.store import CatalogueStore
from ticketing.reading.lists import ListQuery
from ticketing.roles.model import Access, Configured, Team
from ticketing.views import walking
from ticketing.views.counting import KNOWN_BY_ALL, SITE_KNOWN, ViewCounts
from ticketing.views.custom import site_of
from ticketing.views.handlers import ViewCommands, ViewWish
from ticketing.views.meaning import current, meant, sum_of
from ticketing.views.model import NoneOf, OneOf, SavedView

SOON = KNOWN_BY_ALL + timedelta(seconds=1)
LATER = SITE_KNOWN + timedelta(seconds=1)
EN = {"en": "Word"}


def entry(content, replaced_by=""):
    id = entry_id(kind_of(content), content.id)
    return id, Entry(id=id, version=1, content=content, used=True, replaced_by=replaced_by)


CATALOGUE = Catalogue(
    entries=dict(
        [
            entry(a_type(id="older"), "old"),
            entry(a_type(id="old"), "incident"),
            entry(a_type(former={"gone": "looking"})),
            entry(Category(id="shoes", names=EN), "boots"),
            entry(Category(id="boots", names=EN)),
            entry(Field(id="serial", names=EN, kind="text"), "number"),
            entry(Field(id="number", names=EN, kind="text")),
        ]
    )
)
ACCESS = Access(
    roles={},
    teams={
        one.id: one for one in (Team(id="a", name="A", replaced_by="b"), Team(id="b", name="B"))
    },
    configured=Configured(organisations={"acme": "halden", "left": ""}),
)
SITE = site_of(CATALOGUE, ACCESS)


def view(*all_of, **more):
    values = {"id": "v", "version": 1, "name": "V", "reach": "shared", "owner_id": "a"}
    return SavedView(**(values | more), all_of=all_of, created_at=NOW, updated_at=NOW)


@pytest.mark.parametrize(
    ("asked", "shown", "of_tickets"),
    [
        (
            OneOf(field="type", values=("older", "incident", "else")),
            OneOf(field="type", values=("incident", "else")),
            OneOf(field="type", values=("incident", "else", "old", "older")),
        ),
        (
            NoneOf(field="category", values=("boots",)),
            NoneOf(field="category", values=("boots",)),
            NoneOf(field="category", values=("boots", "shoes")),
        ),
        (
            OneOf(field="team", values=("a",)),
            OneOf(field="team", values=("b",)),
            OneOf(field="team", values=("b", "a")),
        ),
        (
            OneOf(field="organisation", values=("acme", "left")),
            OneOf(field="organisation", values=("halden", "left")),
            OneOf(field="organisation", values=("halden", "left", "acme")),
        ),
        (
            OneOf(field="fields.serial", values=("old",)),
            OneOf(field="fields.number", values=("old",)),
            OneOf(field="fields.number", values=("old",)),
        ),
    ],
)
def test_a_view_names_what_is_and_asks_for_what_was(asked, shown, of_tickets):
    kept = view(asked)
    assert current(kept, SITE).all_of == (shown,)
    assert meant(kept, SITE).all_of == meant(current(kept, SITE), SITE).all_of == (of_tickets,)
    assert sum_of(kept, SITE) == sum_of(current(kept, SITE), SITE)


def test_only_what_it_means_makes_a_view_unbuilt():
    kept = view(OneOf(field="type", values=("incident",)), built=1)
    kept = replace(kept, built_as=sum_of(kept, SITE))
    assert current(kept, SITE).built == 1
    fewer = site_of(Catalogue(), ACCESS)
    assert current(kept, fewer).built == 0
    assert current(kept, site_of(CATALOGUE, Access(roles={}))).built == 1


class Clock:
    now = NOW

    def __call__(self):
        return self.now


async def listed(house, viewer, id):
    page = await house.reading.page(viewer, ListQuery(view=id), NOW)
    return {row.ticket.id for row in page.items}


async def put(house, *entries):
    async def work(session):
        store = CatalogueStore(house.mongo)
        await store.grow(session)
        await store.save(session, [one for _, one in entries])

    await house.mongo.transaction(work)
    house.catalogues.forget()


async def test_tickets_of_a_type_that_was_replaced_stand_where_its_successor_does(house, mira):
    clock = Clock()
    counts = ViewCounts(house.collections, house.views, clock)
    commands = ViewCommands(house.collections, house.views)
    await put(house, entry(a_type(id="old")), entry(a_type()))
    chat = {"inbox_id": CHAT, "inbox_ids": (CHAT,)}
    await house.collections.tickets.insert_many(
        [
            a_ticket(id="t1", number=1, type_id="old", state="looking", status="open", **chat),
            a_ticket(id="t2", number=2, type_id="incident", status="open", **chat),
            a_ticket(id="t3", number=3, status="open", **chat),
        ]
    )
    wish = ViewWish(name="V", reach="personal")
    asked = OneOf(field="type", values=("incident",))
    typed = await commands.create(mira, replace(wish, all_of=(asked,)), "1", NOW)
    # t2 names no state: it is in the first of its category
    asked = OneOf(field="state", values=("looking",))
    stated = await commands.create(mira, replace(wish, all_of=(asked,)), "2", NOW)
    clock.now += SOON
    assert await counts.build() == 2
    assert (await counts.tally(mira)).saved == {typed.id: 1, stated.id: 2}
    await put(house, entry(a_type(id="old"), "incident"))
    assert (await counts.tally(mira)).saved == {}  # rather none than a wrong one
    assert await listed(house, mira, typed.id) == {"t1", "t2"}
    assert await counts.build() == 0  # other processes may not know it yet
    clock.now += LATER
    assert await counts.build() == 2
    assert (await counts.tally(mira)).saved == {typed.id: 2, stated.id: 2}
    assert await listed(house, mira, typed.id) == {"t1", "t2"}
    assert await listed(house, mira, stated.id) == {"t1", "t2"}


class Killed(BaseException):
    """As by kill -9: nothing is tidied up."""


class Looks:
    """Who looks again, until they are killed."""

    def __init__(self, house, clock):
        self.counts = ViewCounts(house.collections, house.views, clock)
        self.seen = []
        self.dies_at = None
        self.look_again = self.counts.look_again
        self.counts._walks._look_again = self.look

    async def look(self, ids):
        self.seen += ids
        if len(self.seen) == self.dies_at:
            raise Killed
        return await self.look_again(ids)


@pytest.mark.parametrize("what", ["build", "recount"])
async def test_a_look_at_everything_goes_on_where_it_was_killed(house, mira, monkeypatch, what):
    monkeypatch.setattr(walking, "PAGE", 10)
    monkeypatch.setattr(walking, "AT_A_TIME", 30)
    clock = Clock()
    chat = {"inbox_id": CHAT, "inbox_ids": (CHAT,), "tags": ("needle",)}
    await house.collections.tickets.insert_many(
        a_ticket(id=f"t{n:03}", number=n + 1, **chat) for n in range(100)
    )
    wish = ViewWish(name="V", reach="personal", all_of=(OneOf(field="tag", values=("needle",)),))
    kept = await ViewCommands(house.collections, house.views).create(mira, wish, "1", NOW)
    clock.now += SOON
    seen = []
    for _ in range(5):
        dying = Looks(house, clock)
        dying.dies_at = 30
        with pytest.raises(Killed):
            await getattr(dying.counts, what)()
        seen += dying.seen
    last = Looks(house, clock)
    await getattr(last.counts, what)()
    seen += last.seen
    # tickets, then places; of each that was killed the last page is looked at again
    assert [id for n, id in enumerate(seen) if id not in seen[max(0, n - 10) : n]] == [
        *(f"t{n:03}" for n in range(100)),
        *(f"t{n:03}" for n in range(100)),
    ]
    if what == "build":
        assert (await last.counts.tally(mira)).saved == {kept.id: 100}
    assert (await last.counts.tally(mira)).built_in["open"] == 100
    assert await Looks(house, clock).counts.recount() == 0
