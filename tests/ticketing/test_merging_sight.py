"""What merging, splitting and their taking back may not tell or touch."""

import msgspec
import pytest

from tests.ticketing.builders import NOW
from tests.ticketing.test_merging import HOUR, last_merge, say, three  # noqa: F401
from ticketing.amendments import TicketChange
from ticketing.errors import Forbidden, Refused, ViewBroken
from ticketing.links.handlers import Links
from ticketing.links.store import LinkStore
from ticketing.merging.model import SplitWish
from ticketing.permissions import Viewer, sees
from ticketing.reading.lists import ListQuery
from ticketing.redaction import told
from ticketing.transactions import Transactions
from ticketing.views.counting import ViewCounts


@pytest.fixture
def links(house):
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    return Links(LinkStore(house.collections), transactions)


BOSS = Viewer(agent_id="boss", name="Boss", role="supervisor", inbox_ids=None)


async def test_undo_leaves_alone_what_the_viewer_does_not_see(house, mira, three):  # noqa: F811
    """One into two, two into the last, which is private now: undoing the first redoes the other."""
    one, two, last = three
    await house.join(BOSS, one.id, two.id, NOW + 4 * HOUR)
    record = await last_merge(house, BOSS, one.id)
    await house.join(BOSS, two.id, last.id, NOW + 5 * HOUR)
    await house.commands.change_ticket(BOSS, last.id, TicketChange(private=True), NOW + 6 * HOUR)
    before = await house.tickets()
    with pytest.raises(Refused) as refused:
        await house.merging.undo(mira, record.id, NOW + 7 * HOUR)
    assert "#" not in str(refused.value)
    assert await house.tickets() == before
    await house.merging.undo(BOSS, record.id, NOW + 7 * HOUR)


async def test_undoing_a_merge_keeps_private_what_became_it(house, mira, three):  # noqa: F811
    one, two, _ = three
    await house.join(BOSS, one.id, two.id, NOW + 4 * HOUR)
    await say(house, 1, "my diagnosis is ...", "11", NOW + 5 * HOUR)
    await house.commands.change_ticket(BOSS, two.id, TicketChange(private=True), NOW + 6 * HOUR)
    assert not sees(mira, await house.ticket(2))
    record = await last_merge(house, BOSS, two.id)
    undone = await house.merging.undo(BOSS, record.id, NOW + 7 * HOUR)
    assert not sees(mira, undone.target)
    assert not sees(mira, undone.source)


async def test_what_only_the_source_made_private_is_public_again(house, three):  # noqa: F811
    one, two, _ = three
    await house.commands.change_ticket(BOSS, one.id, TicketChange(private=True), NOW + 4 * HOUR)
    await house.join(BOSS, one.id, two.id, NOW + 5 * HOUR)
    record = await last_merge(house, BOSS, two.id)
    undone = await house.merging.undo(BOSS, record.id, NOW + 7 * HOUR)
    assert (undone.source.private, undone.target.private) == (True, False)


async def test_undoing_a_split_keeps_private_what_became_it(house, mira, three):  # noqa: F811
    one, *_ = three
    await say(house, 1, "my diagnosis is ...", "11", NOW + 5 * HOUR)
    (told,) = [m for m in await house.messages(ticket_id=one.id) if "diagnosis" in m.text]
    wish = SplitWish(ticket_id=one.id, message_ids=(told.id,))
    done = await house.splitting.split(BOSS, wish, NOW + 6 * HOUR)
    await house.commands.change_ticket(
        BOSS, done.new.id, TicketChange(private=True), NOW + 6 * HOUR
    )
    undone = await house.merging.undo(BOSS, done.merge.id, NOW + 7 * HOUR)
    assert not sees(mira, undone.target)


async def test_choices_need_the_right_to_change(house, mira, three):  # noqa: F811
    one, two, _ = three
    joiner = msgspec.structs.replace(mira, may=frozenset({"read", "join"}))
    with pytest.raises(Forbidden):
        await house.join(joiner, one.id, two.id, NOW + HOUR, choices={"subject": "source"})
    assert await house.tickets() == three
    await house.join(joiner, one.id, two.id, NOW + HOUR)


async def test_a_choice_solves_no_parent_before_its_child(house, mira, links, three):  # noqa: F811
    parent, child, solved = three
    await links.add(mira, parent.id, "child", child.id, NOW + 4 * HOUR)
    await house.commands.change_ticket(
        mira, solved.id, TicketChange(status="solved"), NOW + 4 * HOUR
    )
    choices = {"status": "source"}
    with pytest.raises(Refused, match="#2"):
        await house.join(mira, solved.id, parent.id, NOW + 6 * HOUR, choices=choices)
    assert (await house.ticket(1)).open
    await house.join(mira, solved.id, parent.id, NOW + 6 * HOUR)


async def test_a_choice_makes_no_move_that_the_type_does_not_have(house, mira, three):  # noqa: F811
    one, two, _ = three
    await house.commands.change_ticket(mira, two.id, TicketChange(status="open"), NOW + 4 * HOUR)
    with pytest.raises(Refused, match="cannot become new"):
        await house.join(mira, one.id, two.id, NOW + 6 * HOUR, choices={"status": "source"})


async def test_the_history_tells_no_hidden_parent(house, mira, links, three):  # noqa: F811
    one, two, _ = three
    await links.add(mira, one.id, "parent", two.id, NOW + HOUR)
    assert len(house.offered) == 2
    blind = msgspec.structs.replace(mira, field_rules={"parent_id": "hidden"})
    assert [told(blind, event) for event in house.offered] == [None, None]


@pytest.mark.parametrize(
    ("view", "field"),
    [("mine", "assignee_id"), ("unassigned", "assignee_id"), ("snoozed", "snoozed_until")],
)
async def test_a_built_in_view_tells_nothing_hidden(house, mira, three, view, field):  # noqa: F811
    blind = msgspec.structs.replace(mira, field_rules={field: "hidden"})
    with pytest.raises(ViewBroken, match=field):
        await house.reading.page(blind, ListQuery(view=view), NOW + 9 * HOUR)
    counts = ViewCounts(house.collections, house.views)
    assert view not in (await counts.tally(blind)).built_in
    assert view in (await counts.tally(mira)).built_in
