import itertools
from datetime import timedelta

import msgspec
import pytest

from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT, SMS
from ticketing.amendments import TicketChange
from ticketing.errors import Invalid, NotFound, Refused
from ticketing.links.handlers import Family, Links
from ticketing.links.store import LinkStore
from ticketing.transactions import Transactions

HOUR = timedelta(hours=1)


@pytest.fixture
async def tickets(house):
    for n in range(1, 7):
        await house.events_in(
            CHAT, said(f"Word {n}", id=str(n), thread=f"t{n}", sender=str(n), at=NOW + n * HOUR)
        )
    house.offered.clear()
    return await house.tickets()


@pytest.fixture
def links(house):
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    return Links(LinkStore(house.collections), transactions)


async def shown(house, links, viewer, number):
    ticket = await house.ticket(number)
    return [(one.link.kind, one.other.number) for one in await links.of(viewer, ticket)]


async def solve(house, viewer, number, **more):
    change = TicketChange(status="solved", **more)
    ticket = await house.ticket(number)
    return await house.commands.change_ticket(viewer, ticket.id, change, NOW + 9 * HOUR)


@pytest.mark.parametrize(
    "kinds",
    [
        ("related", "related"),
        ("duplicate_of", "duplicated_by"),
        ("caused_by", "causes"),
        ("parent", "child"),
    ],
)
async def test_both_sides_see_a_link_and_hear_of_it(house, mira, links, tickets, kinds):
    kind, back = kinds
    one, two = tickets[:2]
    made = await links.add(mira, one.id, kind, two.id, NOW)
    assert (await links.add(mira, one.id, kind, two.id, NOW + HOUR)).link == made.link
    assert await shown(house, links, mira, 1) == [(kind, 2)]
    assert await shown(house, links, mira, 2) == [(back, 1)]
    told = {(e.ticket_id, e.kind, e.changes[0].field, e.changes[0].after) for e in house.offered}
    assert told == {
        (one.id, "ticket.linked", kind, "#2"),
        (two.id, "ticket.linked", back, "#1"),
    }
    for _ in range(2):
        await links.remove(mira, one.id, made.link.id, NOW + 2 * HOUR)
    assert await shown(house, links, mira, 1) == await shown(house, links, mira, 2) == []
    assert [e.kind for e in house.offered[2:]] == ["ticket.unlinked"] * 2
    first, second = (await house.tickets())[:2]
    assert (first.parent_id, second.children) == (None, 0)


async def test_a_parent_waits_for_its_children(house, mira, links, tickets):
    parent, child = tickets[:2]
    await links.add(mira, child.id, "parent", parent.id, NOW)
    with pytest.raises(Refused, match="#2"):
        await solve(house, mira, 1)
    assert (await house.ticket(1)).open
    await solve(house, mira, 2)
    assert (await solve(house, mira, 1)).status == "solved"


async def test_force_solves_a_parent_before_its_children(house, mira, links, tickets):
    await links.add(mira, tickets[1].id, "parent", tickets[0].id, NOW)
    assert (await solve(house, mira, 1, force=True)).status == "solved"


async def test_a_parent_hears_once_when_the_last_child_is_solved(house, mira, links, tickets):
    family = Family(house.collections, house.events)
    parent = tickets[0]
    for child in tickets[1:3]:
        await links.add(mira, parent.id, "child", child.id, NOW)

    async def heard():
        found = await house.events.for_ticket(parent.id)
        return [one.changes[0].after for one in found if one.kind == "children.solved"]

    for number, expected in ((2, []), (3, ["#3"])):
        house.offered.clear()
        await solve(house, mira, number)
        for _ in range(2):
            await family.handle(list(house.offered))
        assert await heard() == expected


async def test_children_that_are_solved_together_are_told_of_once(house, mira, links, tickets):
    family = Family(house.collections, house.events)
    parent = tickets[0]
    for child in tickets[1:5]:
        await links.add(mira, parent.id, "child", child.id, NOW)
    house.offered.clear()
    for number in (2, 3, 4, 5):
        await solve(house, mira, number)
    together = list(house.offered)
    house.offered.clear()
    for batch in (together, together[:2], together[2:]):
        await family.handle(batch)
    for number in (2, 3):
        ticket = await house.ticket(number)
        change = TicketChange(status="closed")
        await house.commands.change_ticket(mira, ticket.id, change, NOW + 10 * HOUR)
    await family.handle(list(house.offered))
    found = await house.events.for_ticket(parent.id)
    told = [one.changes[0].after for one in found if one.kind == "children.solved"]
    assert told == ["#5"]


async def test_a_parent_hears_again_when_a_child_is_solved_anew(house, mira, links, tickets):
    family = Family(house.collections, house.events)
    await links.add(mira, tickets[0].id, "child", tickets[1].id, NOW)
    house.offered.clear()
    for hour, status in ((9, "solved"), (10, "open"), (11, "solved")):
        change = TicketChange(status=status)
        await house.commands.change_ticket(mira, tickets[1].id, change, NOW + hour * HOUR)
        await family.handle(list(house.offered))
        house.offered.clear()
    found = await house.events.for_ticket(tickets[0].id)
    assert [one.kind for one in found].count("children.solved") == 2


async def test_both_sides_have_a_bounded_number_of_links(house, mira, links, tickets, monkeypatch):
    monkeypatch.setattr("ticketing.links.handlers.MAX_LINKS", 2)
    full = tickets[0]
    for child in tickets[1:3]:
        await links.add(mira, child.id, "parent", full.id, NOW)
    with pytest.raises(Refused, match="links of #1"):
        await links.add(mira, tickets[3].id, "parent", full.id, NOW)
    assert (await house.ticket(1)).children == 2
    assert (await house.ticket(4)).parent_id is None


async def test_a_child_behind_many_other_links_is_waited_for(
    house, mira, links, tickets, monkeypatch
):
    for other in tickets[1:4]:
        await links.add(mira, tickets[0].id, "related", other.id, NOW)
    await links.add(mira, tickets[4].id, "parent", tickets[0].id, NOW)
    monkeypatch.setattr("ticketing.links.store.MAX_LINKS", 1)
    with pytest.raises(Refused, match="#5"):
        await solve(house, mira, 1)


async def test_circles_and_towers_are_refused_by_their_names(house, mira, links, tickets):
    for below, above in itertools.pairwise(tickets[:4]):
        await links.add(mira, below.id, "parent", above.id, NOW)
    with pytest.raises(Refused, match="#4 → #1 → #2 → #3 → #4"):
        await links.add(mira, tickets[3].id, "parent", tickets[0].id, NOW)
    await links.add(mira, tickets[3].id, "parent", tickets[4].id, NOW)
    with pytest.raises(Refused, match="5 generations"):
        await links.add(mira, tickets[4].id, "parent", tickets[5].id, NOW)
    with pytest.raises(Refused, match="has a parent"):
        await links.add(mira, tickets[0].id, "parent", tickets[5].id, NOW)
    assert [t.children for t in await house.tickets()] == [0, 1, 1, 1, 1, 0]


async def test_what_may_not_be_seen_is_not_linked_nor_shown(house, mira, chat_only, links, tickets):
    await house.events_in(SMS, said("sms", id="s1", thread="s", sender="9", at=NOW + 9 * HOUR))
    sms = (await house.tickets())[-1]
    with pytest.raises(NotFound):
        await links.add(chat_only, tickets[0].id, "related", sms.id, NOW)
    await links.add(mira, tickets[0].id, "related", sms.id, NOW)
    assert await shown(house, links, chat_only, 1) == []
    with pytest.raises(Invalid):
        await links.add(mira, sms.id, "related", sms.id, NOW)
    await house.join(mira, tickets[2].id, tickets[3].id, NOW + 10 * HOUR)
    with pytest.raises(Refused, match="was merged"):
        await links.add(mira, tickets[0].id, "related", tickets[2].id, NOW)


async def test_a_refusal_names_only_what_is_seen(house, mira, links, tickets):
    boss = msgspec.structs.replace(mira, agent_id="boss", role="supervisor")
    for child in tickets[1:3]:
        await links.add(boss, child.id, "parent", tickets[0].id, NOW)
    hide = TicketChange(private=True)
    await house.commands.change_ticket(boss, tickets[1].id, hide, NOW + HOUR)
    with pytest.raises(Refused, match="children #3 and 1 more"):
        await solve(house, mira, 1)
    await links.add(boss, tickets[1].id, "child", tickets[3].id, NOW)
    with pytest.raises(Refused, match="#1 → #4 → … → #1"):
        await links.add(mira, tickets[0].id, "parent", tickets[3].id, NOW)


async def test_two_links_at_once_close_no_circle(house, mira, links, tickets, monkeypatch):
    """Neither writes a ticket of the other's; together they would be a ring of four."""
    a, b, c, d = tickets[:4]
    await links.add(mira, b.id, "parent", a.id, NOW)
    await links.add(mira, d.id, "parent", c.id, NOW)
    looked_below, others = links._adopting._generations, iter([(a.id, "parent", d.id)])

    async def meanwhile(ticket, session):
        found = await looked_below(ticket, session)
        for id, kind, other in others:
            await links.add(mira, id, kind, other, NOW)
        return found

    monkeypatch.setattr(links._adopting, "_generations", meanwhile)
    with pytest.raises(Refused, match="each other's parents"):
        await links.add(mira, c.id, "parent", b.id, NOW)
    parents = {one.number: one.parent_id for one in (await house.tickets())[:4]}
    assert parents == {1: d.id, 2: a.id, 3: None, 4: c.id}
