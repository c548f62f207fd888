import asyncio
from datetime import timedelta

import msgspec
import pytest

from connectors.events import SenderId
from tests.ticketing.builders import NOW, said
from tests.ticketing.bulk.world import World
from tests.ticketing.conftest import CHAT, SMS
from ticketing.amendments import TicketChange
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.merging.handlers import MergeWish
from ticketing.merging.model import SplitWish
from ticketing.model import Agent
from ticketing.permissions import Viewer
from ticketing.roles.model import Team
from ticketing.starting import NewConversation

HOUR = timedelta(hours=1)


@pytest.fixture
async def three(house):
    """Three people's tickets, each with a message."""
    for n in (1, 2, 3):
        await house.events_in(
            CHAT, said(f"Word {n}", id=str(n), thread=f"t{n}", sender=str(n), at=NOW + n * HOUR)
        )
    house.offered.clear()
    return await house.tickets()


def image(ticket):
    """What undo must give back: everything but the version."""
    return msgspec.structs.replace(ticket, version=0)


async def say(house, n, text, id, at):
    await house.events_in(CHAT, said(text, id=id, thread=f"t{n}", sender=str(n), at=at))


async def last_merge(house, viewer, ticket_id):
    return (await house.merging.history(viewer, ticket_id))[0]


async def test_undo_gives_back_exactly_what_was(house, mira, three):
    one, two, _ = three
    await house.join(mira, one.id, two.id, NOW + 9 * HOUR)
    record = await last_merge(house, mira, one.id)
    undone = await house.merging.undo(mira, record.id, NOW + 10 * HOUR)
    after = await house.tickets()
    assert [image(one) for one in after] == [image(one) for one in three]
    assert [m.ticket_id for m in await house.messages()] == [one.id for one in three]
    assert (undone.kept, undone.reopened) == ((), False)
    assert after[0].version > one.version
    again = await house.merging.undo(mira, record.id, NOW + 11 * HOUR)
    assert again.merge.undone_at == NOW + 10 * HOUR
    assert await house.tickets() == after


async def test_what_came_since_goes_with_its_conversation(house, mira, three):
    one, two, _ = three
    await house.join(mira, one.id, two.id, NOW + 4 * HOUR)
    await say(house, 1, "of one", "11", NOW + 5 * HOUR)
    await say(house, 2, "of two", "12", NOW + 6 * HOUR)
    record = await last_merge(house, mira, two.id)
    await house.merging.undo(mira, record.id, NOW + 7 * HOUR)
    first, second, _ = await house.tickets()
    for ticket, word in ((first, "of one"), (second, "of two")):
        mine = await house.messages(ticket_id=ticket.id)
        assert [m.text for m in mine][-1] == word == ticket.snippet
        assert (ticket.message_count, ticket.in_count) == (2, 2)
        assert ticket.last_in_at == ticket.activity_at == mine[-1].occurred_at


async def test_fields_changed_since_stay_and_are_named(house, mira, three):
    one, two, _ = three
    await house.commands.change_ticket(mira, one.id, TicketChange(tags=("tent",)), NOW + HOUR)
    await house.join(mira, one.id, two.id, NOW + 4 * HOUR, choices={"subject": "source"})
    joined = await house.ticket(2)
    assert (joined.tags, joined.subject) == (("tent",), one.subject)
    change = TicketChange(subject="Both", tags=("tent", "urgent"))
    await house.commands.change_ticket(mira, two.id, change, NOW + 5 * HOUR)
    record = await last_merge(house, mira, two.id)
    undone = await house.merging.undo(mira, record.id, NOW + 6 * HOUR)
    assert undone.kept == ("subject",)
    assert (undone.target.subject, undone.target.tags) == ("Both", ("urgent",))
    assert (undone.source.subject, undone.source.tags) == (one.subject, ("tent",))


async def test_a_customer_who_wrote_meanwhile_is_not_left_in_a_closed_ticket(house, mira, three):
    one, two, _ = three
    await house.commands.change_ticket(mira, one.id, TicketChange(status="solved"), NOW + 4 * HOUR)
    await house.join(mira, one.id, two.id, NOW + 5 * HOUR)
    await say(house, 1, "still broken", "11", NOW + 6 * HOUR)
    record = await last_merge(house, mira, two.id)
    undone = await house.merging.undo(mira, record.id, NOW + 7 * HOUR)
    assert undone.reopened
    assert (undone.source.status, undone.source.waiting_since) == ("open", NOW + 6 * HOUR)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_chain_is_undone_in_any_order(house, mira, three, order):
    one, two, last = three
    await house.join(mira, one.id, two.id, NOW + 4 * HOUR)
    await house.join(mira, two.id, last.id, NOW + 5 * HOUR)
    records = [await last_merge(house, mira, one.id), await last_merge(house, mira, last.id)]
    first = await house.merging.undo(mira, records[order[0]].id, NOW + 6 * HOUR)
    assert first.source.merged_into is None
    live = [one for one in await house.tickets() if one.merged_into is None]
    counted = {ticket.id: ticket.message_count for ticket in live}
    stored = {ticket.id: len(await house.messages(ticket_id=ticket.id)) for ticket in live}
    assert counted == stored
    await house.merging.undo(mira, records[order[1]].id, NOW + 7 * HOUR)
    assert [image(t) for t in await house.tickets()] == [image(t) for t in three]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_many_into_one_are_undone_in_any_order(house, mira, three, order):
    one, two, last = three
    wish = MergeWish(source_ids=(one.id, two.id), target_id=last.id)
    merged = await house.merging.merge(mira, wish, NOW + 4 * HOUR)
    assert (merged.target.message_count, len(merged.merges)) == (3, 2)
    for n in order:
        await house.merging.undo(mira, merged.merges[n].id, NOW + 5 * HOUR)
    assert [image(t) for t in await house.tickets()] == [image(t) for t in three]


async def test_read_marks_stay_right(house, mira, three):
    await house.collections.agents.insert(
        Agent(id="agent-mira", email="m@h", name="Mira", role="agent", created_at=NOW)
    )
    one, two, last = three

    async def unread():
        rows = await house.reading.rows(mira, [t for t in await house.tickets() if t.open])
        return {row.ticket.number for row in rows if row.unread}

    for ticket in (one, two):
        await house.reading.mark_read(mira, ticket.id, NOW + 4 * HOUR)
    await house.join(mira, one.id, two.id, NOW + 5 * HOUR)
    assert await unread() == {3}
    await house.join(mira, last.id, two.id, NOW + 5 * HOUR)
    assert await unread() == {2}
    record = await last_merge(house, mira, two.id)
    await house.merging.undo(mira, record.id, NOW + 6 * HOUR)
    assert await unread() == {3}
    await say(house, 1, "of one", "11", NOW + 7 * HOUR)
    await house.reading.mark_read(mira, two.id, NOW + 8 * HOUR)
    await say(house, 2, "of two", "12", NOW + 9 * HOUR)
    record = (await house.merging.history(mira, one.id))[-1]
    await house.merging.undo(mira, record.id, NOW + 10 * HOUR)
    assert await unread() == {2, 3}


@pytest.fixture
def asked(house, monkeypatch):
    """The read marks that are looked up."""
    found, by_ids = [], house.collections.reads.by_ids

    async def noted(ids, **more):
        found.extend(ids)
        return await by_ids(ids, **more)

    monkeypatch.setattr(house.collections.reads, "by_ids", noted)
    return found


async def test_looking_asks_for_no_read_marks(house, mira, three, asked):
    await house.collections.agents.insert(
        Agent(id="agent-mira", email="m@h", name="Mira", role="agent", created_at=NOW)
    )
    one, two, _ = three
    wish = MergeWish(source_ids=(one.id,), target_id=two.id)
    await house.merging.preview(mira, wish, NOW + 5 * HOUR)
    (message,) = await house.collections.messages.find({"ticket_id": one.id}, limit=1)
    with pytest.raises(Refused):  # all it has
        await house.splitting.preview(
            mira, SplitWish(ticket_id=one.id, message_ids=(message.id,)), NOW + 5 * HOUR
        )
    assert asked == []
    await house.join(mira, one.id, two.id, NOW + 6 * HOUR)
    assert sorted(asked) == sorted(f"agent-mira|{id}" for id in (one.id, two.id))


async def test_only_who_sees_the_inboxes_may_have_read(house, mira, three, asked):
    await house.collections.teams.insert(Team(id="chatters", name="Chatters", inbox_ids=(CHAT,)))
    agents = {
        "all": {},
        "chat": {"all_inboxes": False, "inbox_ids": (SMS, CHAT)},
        "team": {"all_inboxes": False, "team_ids": ("chatters",)},
        "sms": {"all_inboxes": False, "inbox_ids": (SMS,)},
        "gone": {"active": False},
    }
    await house.collections.agents.insert_many(
        Agent(id=id, email=f"{id}@h", name=id, role="agent", created_at=NOW, **more)
        for id, more in agents.items()
    )
    one, two, _ = three
    await house.join(mira, one.id, two.id, NOW + 6 * HOUR)
    assert {id.partition("|")[0] for id in asked} == {"all", "chat", "team"}


async def test_the_latest_of_many_records_are_found(house, mira, three, monkeypatch):
    one, two, last = three
    await house.join(mira, one.id, two.id, NOW + 5 * HOUR)
    first = await last_merge(house, mira, one.id)
    for n in range(6, 9):
        await house.join(mira, last.id, two.id, NOW + n * HOUR)
        if n < 8:
            record = await last_merge(house, mira, last.id)
            await house.merging.undo(mira, record.id, NOW + n * HOUR)
    monkeypatch.setattr("ticketing.merging.store.MAX_RECORDS", 2)
    found = await house.merging.history(mira, two.id)
    assert [record.at for record in found] == [NOW + 8 * HOUR, NOW + 7 * HOUR]
    with pytest.raises(Refused, match="undo the latest"):
        await house.merging.undo(mira, first.id, NOW + 9 * HOUR)
    await house.merging.undo(mira, found[0].id, NOW + 10 * HOUR)
    assert (await house.ticket(3)).merged_into is None


async def test_a_preview_says_what_moves_and_writes_nothing(house, mira, three):
    one, two, _ = three
    await house.commands.add_note(mira, one.id, "Call her", "key-12345", NOW + 4 * HOUR)
    before = await house.tickets()
    wish = MergeWish(source_ids=(one.id,), target_id=two.id, choices={"priority": "source"})
    (preview,) = await house.merging.preview(mira, wish, NOW + 5 * HOUR)
    (moved,) = preview.conversations
    assert (moved.messages, moved.notes) == (1, 1)
    assert {(d.field, d.wins) for d in preview.differences} == {
        ("subject", "target"),
        ("contact_id", "target"),
    }
    assert {warned.code for warned in preview.warnings} == {"other_contact"}
    assert await house.tickets() == before


async def test_what_cannot_be_is_refused_with_its_reason(house, mira, three):
    one, two, last = three
    for wish, error in (
        (MergeWish(source_ids=(one.id,), target_id=one.id), Refused),
        (MergeWish(source_ids=(), target_id=one.id), Invalid),
        (MergeWish(source_ids=("nothing",), target_id=one.id), NotFound),
        (MergeWish(source_ids=(one.id,), target_id=two.id, versions={one.id: 99}), Stale),
        (MergeWish(source_ids=(one.id,), target_id=two.id, choices={"id": "source"}), Invalid),
    ):
        with pytest.raises(error):
            await house.merging.merge(mira, wish, NOW)
    with pytest.raises(NotFound):
        await house.merging.undo(mira, "nothing", NOW)
    assert await house.tickets() == [one, two, last]


async def test_who_does_not_see_a_side_knows_of_no_merge(house, mira, chat_only, three):
    await house.events_in(SMS, said("sms", id="s1", thread="s", sender="9", at=NOW + 4 * HOUR))
    one, *_, sms = await house.tickets()
    with pytest.raises(NotFound):
        await house.join(chat_only, one.id, sms.id, NOW + 5 * HOUR)
    await house.join(mira, sms.id, one.id, NOW + 5 * HOUR)
    assert await house.merging.history(chat_only, one.id) == []
    record = await last_merge(house, mira, one.id)
    with pytest.raises(NotFound):
        await house.merging.undo(chat_only, record.id, NOW + 6 * HOUR)
    reader = Viewer(agent_id="c", name="Lena Brandt", role="compliance", inbox_ids=None)
    with pytest.raises(Forbidden):
        await house.merging.undo(reader, record.id, NOW + 6 * HOUR)


async def test_an_undo_racing_ingest_loses_nothing(house, mira, three):
    """It commits between ingest's reading and writing: ingest runs anew, and follows back."""
    one, two, _ = three
    await house.join(mira, one.id, two.id, NOW + 4 * HOUR)
    record = await last_merge(house, mira, one.id)
    prefetch, undone = house.ingest.store.prefetch, []

    async def undo_meanwhile(session, units, book):
        await prefetch(session, units, book)
        if not undone:
            undone.append(await house.merging.undo(mira, record.id, NOW + 5 * HOUR))

    house.ingest.store.prefetch = undo_meanwhile
    await say(house, 1, "of one", "11", NOW + 6 * HOUR)
    first, second, _ = await house.tickets()
    assert (first.message_count, second.message_count) == (2, 1)
    assert {m.ticket_id for m in await house.messages() if m.text == "of one"} == {first.id}


async def test_two_merges_at_once_leave_no_circle(house, mira, three):
    one, two, _ = three
    done = await asyncio.gather(
        house.join(mira, one.id, two.id, NOW + 4 * HOUR),
        house.join(mira, two.id, one.id, NOW + 4 * HOUR),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Refused", "Ticket"]
    first, second, _ = await house.tickets()
    assert (first.merged_into is None) != (second.merged_into is None)
    assert first.message_count + second.message_count == 3


async def test_a_ticket_without_messages_is_merged_and_comes_back(house, mira, three):
    """One that we began, before its first message: nothing of the target changes."""
    _, two, _ = three
    wish = NewConversation(
        inbox_id=CHAT, recipient=SenderId(family="telegram", value="99"), subject="Hi", key="k"
    )
    begun = (await house.starter.start(mira, wish, NOW)).ticket
    await house.join(mira, begun.id, two.id, NOW)
    record = await last_merge(house, mira, begun.id)
    undone = await house.merging.undo(mira, record.id, NOW + HOUR)
    assert (image(undone.source), image(undone.target)) == (image(begun), image(two))


async def test_what_a_bulk_job_did_meanwhile_stays_with_the_one_that_it_found(house, mira, three):
    one, two, _ = three
    wish = MergeWish(source_ids=(one.id,), target_id=two.id)
    (merge,) = (await house.merging.merge(mira, wish, NOW + 4 * HOUR)).merges
    world = World(house.mongo)
    job = await world.begin([one.id, two.id])
    await world.run()
    found = await world.store.results(job.id, 0, None, 10)
    assert [each.outcome for each in found] == ["refused", "changed"]
    undone = await house.merging.undo(mira, merge.id, NOW + 5 * HOUR)
    left, target, _ = await house.tickets()
    assert image(left) == image(one)
    assert (target.status, target.tags) == ("solved", ("winter",))
    assert undone.kept == ()
    assert [each.ticket_id for each in await house.messages()] == [each.id for each in three]
