"""Each ticket once, whatever happens to who does it."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from normalizer.model import AgentId, TicketId
from storage.ids import utc_now
from storage.mongo import Mongo
from tests.ticketing.bulk.world import MIRA, World
from ticketing.amendments import TicketChange
from ticketing.bulk.model import SLICE, Counts, Job, Listed, Wish
from ticketing.bulk.runner import GONE
from ticketing.bulk.store import BulkStore
from ticketing.errors import Forbidden, Invalid, NotFound, Refused
from ticketing.links.handlers import Links
from ticketing.links.store import LinkStore
from ticketing.transactions import Transactions
from ticketing.work.snooze import UNTIL_THEY_WRITE


@pytest.fixture
def world(mongo: Mongo) -> World:
    return World(mongo)


async def ended(world: World, job: Job) -> Job:
    await world.run()
    return await world.jobs.get(MIRA, job.id)


async def test_each_ticket_is_changed_once_and_told_once(world: World) -> None:
    ids = await world.seed(SLICE * 2 + 7)
    job = await ended(world, await world.begin(ids))
    assert (job.state, job.done, job.total) == ("done", len(ids), len(ids))
    assert job.counts == Counts(changed=len(ids))
    for ticket in await world.tickets():
        assert (ticket.status, ticket.tags, ticket.version) == ("solved", ("winter",), 2)
    assert await world.changes() == dict.fromkeys(ids, 1)
    assert len(world.offered) == len(ids)
    assert [one.done for one in world.told] == [SLICE, SLICE * 2, len(ids)]


async def test_a_list_is_gathered_before_anything_changes(world: World) -> None:
    ids = await world.seed(SLICE * 3 + 1)
    job = await ended(world, await world.begin(Listed()))
    assert (job.total, job.counts) == (len(ids), Counts(changed=len(ids)))
    assert await world.changes() == dict.fromkeys(ids, 1)


async def test_an_empty_list_is_done_at_once(world: World) -> None:
    job = await ended(world, await world.begin(Listed()))
    assert (job.state, job.total) == ("done", 0)


async def test_two_runners_at_once_change_each_ticket_once(world: World) -> None:
    ids = await world.seed(SLICE * 4)
    job = await world.begin(ids)
    await asyncio.gather(world.run(), world.run())
    found = await world.jobs.get(MIRA, job.id)
    assert (found.state, found.counts) == ("done", Counts(changed=len(ids)))
    assert await world.changes() == dict.fromkeys(ids, 1)
    report = await world.jobs.report(MIRA, job.id, 0, None, 1_000)
    assert [one.ticket_id for one in report] == ids


async def test_a_failed_slice_leaves_nothing_and_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await world.seed(SLICE * 2)
    job = await world.begin(ids)
    right, calls = BulkStore.write, 0

    async def write(self: BulkStore, *args: Any) -> None:
        nonlocal calls
        calls += 1
        await right(self, *args)
        if calls == 2:
            raise RuntimeError("killed before the commit")

    monkeypatch.setattr(BulkStore, "write", write)
    found = await ended(world, job)
    assert (found.state, found.tries, calls) == ("done", 0, 3)
    assert await world.changes() == dict.fromkeys(ids, 1)


async def test_a_job_that_fails_again_and_again_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await world.begin(await world.seed(3))

    async def leaf(*_: object) -> None:
        raise RuntimeError("never")

    monkeypatch.setattr(BulkStore, "leaf", leaf)
    found = await ended(world, job)
    assert found.state == "failed"
    assert "log" in found.reason


async def test_a_job_in_trouble_waits_longer_each_time_and_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await world.seed(SLICE * 2)
    job = await world.begin(ids)
    right, away = BulkStore.leaf, True

    async def leaf(self: BulkStore, *args: Any) -> Any:
        if away and args[0] == job.list_id:
            raise RuntimeError("the database is away")
        return await right(self, *args)

    monkeypatch.setattr(BulkStore, "leaf", leaf)
    runner = world.runner()
    pauses = []
    for tries in range(1, 8):
        assert await runner.turn() == 1
        assert await runner.turn() == 0
        found = await world.jobs.get(MIRA, job.id)
        assert (found.state, found.tries) == ("running", tries)
        assert found.tries_at is not None
        pauses.append((found.tries_at - utc_now() - world.ahead).total_seconds())
        world.ahead = found.tries_at - utc_now() + timedelta(seconds=1)
    assert all(later > 1.5 * sooner for sooner, later in itertools.pairwise(pauses))
    assert sum(pauses) > 300  # a restart of the database is survived
    small = await world.begin(ids[:2], Wish(change=TicketChange(priority="high")))
    away = False
    await runner.turn()
    assert (await world.jobs.get(MIRA, small.id)).state == "done"
    going_on = await world.jobs.get(MIRA, job.id)
    assert (going_on.done, going_on.tries, going_on.tries_at) == (SLICE, 0, None)


async def test_a_list_is_gathered_a_page_a_turn(world: World) -> None:
    ids = await world.seed(SLICE * 4 + 3)
    large = await world.begin(Listed())
    small = await world.begin(ids[:2], Wish(change=TicketChange(priority="high")))
    await world.runner().turn()
    assert world.pages == 1
    assert (await world.jobs.get(MIRA, small.id)).state == "done"
    await world.runner().turn()  # another process goes on where the first one was
    middle = await world.jobs.get(MIRA, large.id)
    assert (middle.state, middle.total, world.pages) == ("gathering", 141, 2)
    found = await ended(world, large)
    assert (found.total, found.counts, world.pages) == (len(ids), Counts(changed=len(ids)), 3)
    report = await world.jobs.report(MIRA, large.id, 0, None, 1_000)
    assert [one.ticket_id for one in report] == ids


async def test_two_runners_gather_each_ticket_once(world: World) -> None:
    ids = await world.seed(SLICE * 4 + 3)
    job = await world.begin(Listed())
    await asyncio.gather(world.run(), world.run())
    found = await world.jobs.get(MIRA, job.id)
    assert (found.state, found.counts) == ("done", Counts(changed=len(ids)))
    assert await world.changes() == dict.fromkeys(ids, 1)


async def test_parents_are_solved_with_their_children(world: World) -> None:
    ids = await world.seed(4)  # each the parent of the next
    transactions = Transactions(world.collections, world.events, world.offered.extend)
    links = Links(LinkStore(world.collections), transactions)
    for above, below in itertools.pairwise(ids):
        await links.add(MIRA, below, "parent", above, utc_now())
    job = await ended(world, await world.begin(ids))
    assert job.counts == Counts(changed=4)
    report = await world.jobs.report(MIRA, job.id, 0, None, 10)
    assert [one.ticket_id for one in report] == ids


async def test_a_parent_whose_child_cannot_be_solved_waits(world: World) -> None:
    ids = await world.seed(2)
    transactions = Transactions(world.collections, world.events, world.offered.extend)
    links = Links(LinkStore(world.collections), transactions)
    await links.add(MIRA, ids[1], "parent", ids[0], utc_now())
    many = {"tags": [str(number) for number in range(30)]}
    await world.collections.tickets.update({"_id": ids[1]}, {"$set": many})
    job = await ended(world, await world.begin(ids))
    assert job.counts == Counts(refused=2)


async def test_the_report_says_what_became_of_each(world: World) -> None:
    ids = await world.seed(4)
    closed = {"status": "closed", "open": False}
    await world.collections.tickets.update({"_id": ids[1]}, {"$set": closed})
    await world.collections.tickets.update({"_id": ids[2]}, {"$set": {"tags": ["winter"]}})
    asked = [*ids, TicketId("nobody"), ids[0]]
    wish = Wish(change=TicketChange(status="waiting"), add_tags=("winter",))
    job = await ended(world, await world.begin(asked, wish))
    assert job.counts == Counts(changed=3, refused=1, not_visible=1)
    report = await world.jobs.report(MIRA, job.id, 0, None, 10)
    assert [one.outcome for one in report] == [
        "changed",
        "refused",
        "changed",
        "changed",
        "not_visible",
    ]
    assert "closed" in report[1].reason
    assert report[4].number == 0
    again = await ended(world, await world.begin(ids, wish))
    assert again.counts == Counts(unchanged=3, refused=1)
    refused = await world.jobs.report(MIRA, again.id, 0, "refused", 10)
    assert [one.ticket_id for one in refused] == [ids[1]]


async def test_a_field_that_cannot_be_is_refused_ticket_by_ticket(world: World) -> None:
    ids = await world.seed(2)
    await world.collections.tickets.update(
        {"_id": ids[0]}, {"$set": {"tags": [str(number) for number in range(30)]}}
    )
    job = await ended(world, await world.begin(ids, Wish(change=TicketChange(), add_tags=("x",))))
    report = await world.jobs.report(MIRA, job.id, 0, None, 10)
    assert [(one.outcome, one.field) for one in report] == [("refused", "tags"), ("changed", "")]


async def test_rights_are_those_of_the_time_of_the_change(world: World) -> None:
    ids = await world.seed(SLICE * 2)
    job = await world.begin(ids)
    await world.runner().turn()
    world.viewer = replace(MIRA, inbox_ids=frozenset())
    found = await ended(world, job)
    assert found.counts == Counts(changed=SLICE, not_visible=SLICE)


async def test_who_is_gone_changes_nothing_more(world: World) -> None:
    job = await world.begin(await world.seed(SLICE * 2))
    await world.runner().turn()
    world.viewer = None
    found = await ended(world, job)
    assert (found.state, found.reason, found.done) == ("failed", GONE, SLICE)


async def test_a_cancelled_job_changes_nothing_more(world: World) -> None:
    ids = await world.seed(SLICE * 3)
    job = await world.begin(ids)
    await world.runner().turn()
    cancelled = await world.jobs.cancel(MIRA, job.id, utc_now())
    assert (cancelled.state, cancelled.done) == ("cancelled", SLICE)
    assert (await ended(world, job)).done == SLICE
    assert len(await world.changes()) == SLICE
    assert (await world.jobs.cancel(MIRA, job.id, utc_now())).state == "cancelled"


async def test_cancelling_while_it_runs_forgets_no_progress(world: World) -> None:
    ids = await world.seed(SLICE * 4)
    job = await world.begin(ids)
    running = asyncio.create_task(world.run())
    await world.heard.wait()
    await world.jobs.cancel(MIRA, job.id, utc_now())
    await running
    found = await world.jobs.get(MIRA, job.id)
    assert found.state == "cancelled"
    assert len(await world.changes()) == found.done == found.counts.changed


async def test_small_jobs_do_not_wait_for_the_end_of_large_ones(world: World) -> None:
    ids = await world.seed(SLICE * 3)
    large, small = (
        await world.begin(ids),
        await world.begin(ids[:2], Wish(change=TicketChange(priority="high"))),
    )
    await world.runner().turn()
    assert (await world.jobs.get(MIRA, small.id)).state == "done"
    assert (await world.jobs.get(MIRA, large.id)).done == SLICE


async def test_following_and_sleeping(world: World) -> None:
    ids = await world.seed(2)
    wish = Wish(change=TicketChange(), snooze_until=None, follow=True)
    await ended(world, await world.begin(ids, wish))
    for ticket in await world.tickets():
        assert (ticket.followers, ticket.snoozed_until) == (("mira",), UNTIL_THEY_WRITE)
    await ended(world, await world.begin(ids, Wish(change=TicketChange(), wake=True, follow=False)))
    for ticket in await world.tickets():
        assert (ticket.followers, ticket.snoozed_until) == ((), None)


async def test_a_job_is_its_askers_alone(world: World) -> None:
    job = await world.begin(await world.seed(1))
    jun = replace(MIRA, agent_id=AgentId("jun"))
    for asked in (
        world.jobs.get(jun, job.id),
        world.jobs.cancel(jun, job.id, utc_now()),
        world.jobs.report(jun, job.id, 0, None, 1),
    ):
        with pytest.raises(NotFound):
            await asked
    assert await world.jobs.recent(jun, 5) == []
    assert [one.id for one in await world.jobs.recent(MIRA, 5)] == [job.id]


async def test_what_cannot_be_asked(world: World) -> None:
    ids = await world.seed(1)
    for wish, field in (
        (Wish(change=TicketChange()), "change"),
        (Wish(change=TicketChange(version=1)), "change.version"),
        (Wish(change=TicketChange(tags=()), add_tags=("x",)), "change.tags"),
        (Wish(change=TicketChange(), wake=True, snooze_until=None), "change.wake"),
    ):
        with pytest.raises(Invalid) as refused:
            await world.begin(ids, wish)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        await world.begin([])
    light = replace(MIRA, role="light")
    with pytest.raises(Forbidden):
        await world.jobs.begin(light, ids, Wish(change=TicketChange(priority="low")), utc_now())
    for _ in range(5):
        await world.begin(ids)
    with pytest.raises(Refused):
        await world.begin(ids)
    assert Wish(change=TicketChange()).snooze_until is UNSET


async def test_an_old_word_on_a_job_is_not_saved(world: World) -> None:
    job = await world.begin(await world.seed(SLICE * 2))
    await world.runner().turn()
    known = await world.jobs.get(MIRA, job.id)
    old = replace(known, done=0)  # of the same moment
    assert not await world.store.end(old, replace(old, state="cancelled", waits=False))
    assert await world.jobs.get(MIRA, job.id) == known


@pytest.mark.parametrize(
    "wish",
    [
        Wish(change=TicketChange(), add_tags=("vip",)),
        Wish(change=TicketChange(), wake=True),
        Wish(change=TicketChange(), follow=False),
    ],
)
async def test_what_is_hidden_cannot_be_guessed_by_who_is_unchanged(
    world: World, wish: Wish
) -> None:
    ids = await world.seed(3, tags=("vip",))
    hidden = {"tags": "hidden", "snoozed_until": "hidden", "followers": "masked"}
    world.viewer = replace(MIRA, field_rules=hidden)
    job = await ended(world, await world.begin(ids, wish))
    assert job.counts == Counts(refused=3)
