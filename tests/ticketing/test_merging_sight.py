"""What merging, splitting and their taking back may not tell or touch."""

import pytest

from tests.ticketing.builders import NOW
from tests.ticketing.test_merging import HOUR, last_merge, say, three  # noqa: F401
from ticketing.amendments import TicketChange
from ticketing.errors import Refused
from ticketing.merging.model import SplitWish
from ticketing.permissions import Viewer, sees

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
