"""Saved views and the views of every site: what stands in them, and how many they say it is."""

from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.ticketing.builders import NOW, a_ticket, said
from tests.ticketing.conftest import CHAT, MAIL
from ticketing import facts
from ticketing.amendments import TicketChange
from ticketing.errors import Forbidden, Invalid, NotFound, Stale, ViewBroken
from ticketing.permissions import Viewer
from ticketing.reading.lists import ListQuery
from ticketing.views.counting import EMPTY_KEPT, KNOWN_BY_ALL, ViewCounts
from ticketing.views.handlers import ViewCommands, ViewWish
from ticketing.views.meaning import Site
from ticketing.views.model import Around, NoneOf, OneOf

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = KNOWN_BY_ALL + timedelta(seconds=1)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def counts(house, clock):
    return ViewCounts(house.collections, house.views, clock)


@pytest.fixture
def keep(house, clock):
    commands = ViewCommands(house.collections, house.views)

    async def keep(viewer, *all_of, **more):
        values = {"name": "V", "reach": "personal", "all_of": all_of}
        return await commands.create(viewer, ViewWish(**(values | more)), "", clock.now)

    keep.commands, keep.clock = commands, clock
    return keep


@pytest.fixture
def lena():
    return Viewer(agent_id="agent-lena", name="Lena Brandt", role="supervisor", inbox_ids=None)


async def stand(house, count, **changes):
    made = [
        a_ticket(
            id=f"t{n:03}",
            number=n + 1,
            inbox_id=CHAT,
            inbox_ids=(CHAT,),
            activity_at=NOW - timedelta(minutes=n),
            created_at=NOW - timedelta(hours=n),
            waiting_since=NOW - timedelta(hours=n),
            tags=("needle",) if n % 10 == 3 else ("hay",),
            **changes,
        )
        for n in range(count)
    ]
    await house.collections.tickets.insert_many(made)
    return made


async def listed(house, viewer, view, now=NOW, **query):
    found, cursor = [], None
    while True:
        page = await house.reading.page(viewer, ListQuery(view=view, cursor=cursor, **query), now)
        found += [row.ticket.number for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["activity", "waiting", "created"])
async def test_a_view_lists_the_same_before_and_after_it_is_built(house, mira, counts, keep, sort):
    await stand(house, 60)
    view = await keep(mira, OneOf(field="tag", values=("needle",)), sort=sort)
    expected = [4, 14, 24, 34, 44, 54]
    expected = expected[::-1] if sort == "waiting" else expected
    assert await listed(house, mira, view.id, limit=4) == expected
    assert (await counts.tally(mira)).saved == {}
    assert await counts.build() == 0
    keep.clock.now += SOON
    assert await counts.build() == 1
    assert (await counts.tally(mira)).saved == {view.id: 6}
    assert await listed(house, mira, view.id, limit=4) == expected
    assert await counts.build() == 0


async def test_counts_and_lists_follow_changes(house, mira, counts, keep):
    await stand(house, 20)
    view = await keep(mira, OneOf(field="priority", values=("urgent",)))
    keep.clock.now += SOON
    await counts.build()
    await house.commands.change_ticket(mira, "t007", TicketChange(priority="urgent"), NOW)
    await counts.handle(house.offered)
    assert (await counts.tally(mira)).saved == {view.id: 1}
    assert await listed(house, mira, view.id) == [8]
    await house.commands.change_ticket(mira, "t007", TicketChange(status="solved"), NOW)
    assert await listed(house, mira, view.id) == []  # at once, whatever the places still say
    await counts.handle(house.offered)
    assert (await counts.tally(mira)).saved == {view.id: 0}


async def test_a_message_moves_a_ticket_within_its_view(house, mira, counts, keep):
    for n in range(2):
        await house.events_in(
            CHAT, said(id=str(n), thread=f"t{n}", sender=str(n), at=NOW + n * HOUR)
        )
    view = await keep(mira)
    keep.clock.now += 3 * DAY
    await counts.build()
    assert await listed(house, mira, view.id, keep.clock.now) == [2, 1]
    await house.events_in(CHAT, said(id="9", thread="t0", sender="0", at=NOW + 2 * HOUR))
    await counts.handle(house.offered)
    assert await listed(house, mira, view.id, keep.clock.now) == [1, 2]


async def test_what_changes_of_a_person_moves_their_tickets(house, mira, counts, keep, clock):
    await house.events_in(CHAT, said())
    view = await keep(mira, OneOf(field="vip", values=("3",)))
    clock.now += SOON
    await counts.build()
    assert (await counts.tally(mira)).saved[view.id] == 0
    (ana,) = await house.collections.contacts.find({}, limit=2)
    await house.collections.contacts.replace_many([replace(ana, vip=3)])
    told = facts.about("contact.changed", ana.id, cause="v2", actor=facts.SYSTEM, at=NOW)
    await counts.handle([told])
    assert (await counts.tally(mira)).saved[view.id] == 1


async def test_time_alone_moves_tickets(house, mira, counts, keep):
    await stand(house, 5)
    view = await keep(mira, Around(field="waiting_since", to_h=-6))
    keep.clock.now += SOON
    await counts.build()
    assert (await counts.tally(mira)).saved == {view.id: 0}
    keep.clock.now = NOW + 4 * HOUR + timedelta(seconds=1)
    assert await counts.take_turns() == 3
    assert (await counts.tally(mira)).saved == {view.id: 3}
    assert await listed(house, mira, view.id, keep.clock.now) == [3, 4, 5]
    assert await counts.take_turns() == 0


async def test_what_sleeps_stands_in_snoozed_alone(house, mira, counts, clock):
    await stand(house, 3, assignee_id="agent-mira", snoozed_until=NOW + HOUR)
    await counts.recount()
    tally = await counts.tally(mira)
    assert (tally.built_in["snoozed"], tally.built_in["open"], tally.built_in["mine"]) == (3, 0, 0)
    for view, numbers in (("snoozed", [1, 2, 3]), ("mine", []), ("open", []), ("all", [1, 2, 3])):
        assert await listed(house, mira, view) == numbers, view
    clock.now = NOW + HOUR
    await counts.take_turns()
    tally = await counts.tally(mira)
    assert (tally.built_in["snoozed"], tally.built_in["open"], tally.built_in["mine"]) == (0, 3, 3)
    assert await listed(house, mira, "mine", clock.now) == [1, 2, 3]


async def test_mentions_held_and_waiting(house, mira, counts):
    statuses = ("new", "waiting", "held", "solved")
    for n, status in enumerate(statuses):
        await house.collections.tickets.insert(
            a_ticket(id=f"t{n}", number=n + 1, status=status, mentioned=("agent-mira",))
        )
    await counts.recount()
    await counts.look_again([f"t{n}" for n in range(4)])
    tally = await counts.tally(mira)
    assert (tally.built_in["waiting"], tally.built_in["held"]) == (1, 1)
    assert tally.built_in["mentions"] == 4
    assert sorted(await listed(house, mira, "mentions")) == [1, 2, 3, 4]
    assert await listed(house, mira, "held") == [3]


async def test_who_waits_longest_stands_first(house, mira, counts):
    for n, minutes in enumerate((5, 40, None, 20)):
        since = None if minutes is None else NOW - timedelta(minutes=minutes)
        await house.collections.tickets.insert(
            a_ticket(id=f"t{n}", number=n + 1, waiting_since=since)
        )
    asleep = {"waiting_since": NOW - HOUR, "snoozed_until": NOW + HOUR}
    await house.collections.tickets.insert(a_ticket(id="t9", number=10, **asleep))
    await counts.look_again(["t0", "t1", "t2", "t3", "t9"])
    assert (await counts.tally(mira)).built_in["longest"] == 3
    assert await listed(house, mira, "longest") == [2, 4, 1]
    assert await listed(house, mira, "longest", limit=1) == [2, 4, 1]


async def test_a_count_never_counts_what_its_reader_cannot_see(house, mira, counts, keep, lena):
    await stand(house, 12)
    await house.collections.tickets.insert(
        a_ticket(id="mail", number=90, inbox_id=MAIL, inbox_ids=(MAIL,), tags=("needle",))
    )
    await house.collections.tickets.insert(
        a_ticket(
            id="secret",
            number=91,
            inbox_id=CHAT,
            inbox_ids=(CHAT,),
            private=True,
            assignee_id="agent-jun",
            tags=("needle",),
        )
    )
    view = await keep(lena, OneOf(field="tag", values=("needle",)), reach="shared")
    keep.clock.now += SOON
    await counts.build()
    jun = replace(mira, agent_id="agent-jun", inbox_ids=frozenset({CHAT}))
    kim = replace(jun, agent_id="agent-kim")
    for viewer in (mira, jun, kim, lena):
        shown = await listed(house, viewer, view.id)
        assert (await counts.tally(viewer)).saved == {view.id: len(shown)}, viewer.agent_id
        everything = await listed(house, viewer, "open")
        assert (await counts.tally(viewer)).built_in["open"] == len(everything)
    assert await listed(house, kim, view.id) == [4]
    assert sorted(await listed(house, jun, view.id)) == [4, 91]
    assert (await counts.tally(kim)).by_inbox == {CHAT: 12}


async def test_me_differs_from_one_agent_to_the_next(house, mira, lena, counts, keep):
    await stand(house, 6, assignee_id="agent-mira")
    view = await keep(lena, OneOf(field="assignee", values=("me",)), reach="shared")
    keep.clock.now += SOON
    await counts.build()
    assert (await counts.tally(mira)).saved == {view.id: 6}
    assert (await counts.tally(lena)).saved == {view.id: 0}
    assert await listed(house, mira, view.id) == [1, 2, 3, 4, 5, 6]
    assert await listed(house, lena, view.id) == []


async def test_who_may_keep_and_use_which(house, mira, lena, keep):
    own = await keep(mira)
    with pytest.raises(NotFound):
        await listed(house, lena, own.id)
    with pytest.raises(Forbidden):
        await keep(mira, reach="shared")
    with pytest.raises(Invalid):
        await keep(lena, reach="team", team_id="repairs")
    shared = await keep(lena, reach="shared")
    assert await listed(house, mira, shared.id) == []
    with pytest.raises(Forbidden):
        await keep.commands.delete(mira, shared.id)
    with pytest.raises(NotFound):
        await keep.commands.delete(lena, own.id)
    await keep.commands.delete(mira, own.id)
    with pytest.raises(NotFound):
        await listed(house, mira, own.id)


async def test_a_field_that_is_gone_is_named(house, mira, counts, keep, monkeypatch):
    known = {"size": "choice"}

    async def site():
        return Site(custom=known)

    monkeypatch.setattr(house.views, "_site", site)
    view = await keep(mira, OneOf(field="fields.size", values=("xl",)))
    assert await listed(house, mira, view.id) == []
    keep.clock.now += SOON
    await counts.build()
    known.clear()
    with pytest.raises(ViewBroken) as raised:
        await listed(house, mira, view.id)
    assert raised.value.field == "fields.size"
    assert (await counts.tally(mira)).saved == {}
    with pytest.raises(Invalid):
        await keep(mira, OneOf(field="fields.size", values=("xl",)))


async def test_what_a_role_hides_no_view_tells(house, mira, lena, counts, keep):
    view = await keep(lena, OneOf(field="assignee", values=("me",)), reach="shared")
    keep.clock.now += SOON
    await counts.build()
    blind = replace(mira, field_rules={"assignee_id": "hidden"})
    with pytest.raises(ViewBroken):
        await listed(house, blind, view.id)
    assert (await counts.tally(blind)).saved == {}
    with pytest.raises(Invalid):
        await keep(blind, OneOf(field="assignee", values=("agent-jun",)))


async def test_a_change_of_what_is_asked_is_worked_out_anew(house, mira, counts, keep):
    await stand(house, 20)
    view = await keep(mira, OneOf(field="tag", values=("needle",)))
    keep.clock.now += SOON
    await counts.build()
    wish = ViewWish(name="W", reach="personal", all_of=view.all_of)
    _, named = await keep.commands.change(mira, view.id, wish, 1, keep.clock.now)
    assert named.built == named.version == 2
    other = replace(wish, all_of=(NoneOf(field="tag", values=("needle",)),))
    with pytest.raises(Stale):
        await keep.commands.change(mira, view.id, other, 1, keep.clock.now)
    _, asked = await keep.commands.change(mira, view.id, other, 2, keep.clock.now)
    assert asked.built < asked.version
    assert len(await listed(house, mira, view.id)) == 18
    keep.clock.now += SOON
    await counts.build()
    assert (await counts.tally(mira)).saved == {view.id: 18}


async def test_a_recount_finds_nothing_wrong_after_the_live_way(house, mira, counts, keep):
    await stand(house, 30)
    await keep(mira, OneOf(field="priority", values=("high",)), scope="all")
    keep.clock.now += SOON
    await counts.build()
    for n in range(0, 30, 3):
        change = TicketChange(status="solved") if n % 2 else TicketChange(priority="high")
        await house.commands.change_ticket(mira, f"t{n:03}", change, NOW)
    await counts.handle(house.offered)
    assert await counts.recount() == 0


async def test_a_lost_counter_comes_back(house, mira, counts):
    await stand(house, 3)
    await counts.recount()
    await house.mongo.db["scope_counts"].delete_many({})
    fresh = ViewCounts(house.collections, house.views, lambda: NOW)
    assert await fresh.recount() == 1
    await fresh.recount()
    assert (await fresh.tally(mira)).built_in["open"] == 3


async def test_many_of_one_moment_are_all_listed(house, mira, monkeypatch):
    monkeypatch.setattr("ticketing.reading.sweep.CHUNK", 20)
    tickets = [a_ticket(id=f"t{n:03}", number=n) for n in range(70)]
    await house.collections.tickets.insert_many(tickets)
    for sort in ("activity", "created"):
        found = await listed(house, mira, "open", sort=sort, limit=30)
        assert Counter(found) == Counter(range(70))


async def test_a_page_ends_short_rather_than_late(house, mira, keep, monkeypatch):
    monkeypatch.setattr("ticketing.reading.sweep.MAX_READ", 10)
    monkeypatch.setattr("ticketing.reading.sweep.CHUNK", 10)
    await stand(house, 60)
    view = await keep(mira, OneOf(field="tag", values=("needle",)))
    page = await house.reading.page(mira, ListQuery(view=view.id), NOW)
    assert len(page.items) < 6
    assert page.next_cursor
    assert await listed(house, mira, view.id) == [4, 14, 24, 34, 44, 54]


async def test_scopes_that_no_ticket_stands_in_any_more_go(house, mira, counts, clock):
    (ticket,) = await stand(house, 1)
    await counts.look_again([ticket.id])
    await house.collections.tickets.replace_many([replace(ticket, assignee_id="agent-mira")])
    await counts.look_again([ticket.id])
    stored = house.mongo.db["scope_counts"]
    await counts.recount()
    assert await stored.count_documents({}) == 2  # some process may not know yet that it is empty
    clock.now += 2 * EMPTY_KEPT
    await counts.recount()
    assert await stored.count_documents({}) == 1
    await house.collections.tickets.replace_many([ticket])
    await counts.look_again([ticket.id])
    assert (await counts.tally(mira)).built_in["unassigned"] == 1
