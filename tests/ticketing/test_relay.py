import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from storage.ids import utc_now
from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.relay import Consumer, Relay
from ticketing.views.counting import ViewCounts
from ticketing.views.totals import ScopeCount

HOUR = timedelta(hours=1)


class Hearer:
    def __init__(self, fail=0):
        self.heard, self.fail = [], fail
        self.came = asyncio.Event()

    async def handle(self, events):
        if self.fail:
            self.fail -= 1
            raise ConnectionError("away")
        self.heard += [event.id for event in events]
        self.came.set()


async def stored(house):
    await house.events_in(CHAT, said())
    return list(house.offered)


async def test_consumers_hear_and_the_log_knows(house):
    events = await stored(house)
    prompt, later = Hearer(), Hearer()
    relay = Relay(
        house.events,
        [
            Consumer(name="a", handle=prompt.handle),
            Consumer(name="b", handle=later.handle, prompt=False),
        ],
    )
    relay.offer(events)
    await relay.flush()
    assert prompt.heard == later.heard == [event.id for event in events]
    assert await house.events.unrelayed(10) == []


async def test_prompt_consumers_do_not_wait_for_the_others(house):
    events = await stored(house)
    prompt, later = Hearer(), Hearer()
    relay = Relay(
        house.events,
        [
            Consumer(name="a", handle=prompt.handle),
            Consumer(name="b", handle=later.handle, prompt=False),
        ],
    )
    running = asyncio.create_task(relay.run())
    relay.offer(events)
    async with asyncio.timeout(10):
        await prompt.came.wait()
        assert later.heard == []
        await later.came.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_a_crash_left_untold_is_swept_up(house):
    events = await stored(house)
    hearer = Hearer()
    relay = Relay(house.events, [Consumer(name="a", handle=hearer.handle)])
    assert await relay.sweep(NOW) == 0  # younger than what may be under way
    assert await relay.sweep(NOW + HOUR) == len(events)
    assert set(hearer.heard) == {event.id for event in events}
    assert await relay.sweep(NOW + HOUR) == 0


async def test_a_failing_consumer_is_told_again(house):
    events = await stored(house)
    hearer = Hearer(fail=1)
    relay = Relay(house.events, [Consumer(name="a", handle=hearer.handle)])
    relay.offer(events)
    await relay.flush()
    assert len(await house.events.unrelayed(10)) == len(events)
    await relay.sweep(NOW + HOUR)
    assert set(hearer.heard) == {event.id for event in events}


@pytest.fixture
def counts(house):
    return ViewCounts(house.collections, house.views)


async def test_counts_follow_events_told_twice_and_out_of_order(house, mira, counts):
    for n in range(3):
        await house.events_in(CHAT, said(id=str(n), thread=f"t{n}", sender=str(n)))
    ticket = await house.ticket(1)
    await house.commands.change_ticket(mira, ticket.id, TicketChange(status="waiting"), NOW)
    solved = await house.ticket(2)
    await house.commands.change_ticket(mira, solved.id, TicketChange(status="solved"), NOW)
    for events in (house.offered[::-1], house.offered, house.offered[:1]):
        await counts.handle(events)
    tally = await counts.tally(mira)
    assert {name: count for name, count in tally.built_in.items() if count} == {
        "open": 2,
        "waiting": 1,
        "longest": 2,
        "unassigned": 2,
    }
    assert tally.by_inbox == {CHAT: 2}


async def test_counts_show_only_visible_inboxes(house, mira, chat_only, counts):
    await house.events_in(CHAT, said(id="1"))
    await house.events_in("inbox-sms", said(id="2", sender="2"))
    await counts.handle(house.offered)
    assert (await counts.tally(mira)).built_in["open"] == 2
    assert (await counts.tally(chat_only)).built_in["open"] == 1


async def test_two_consumers_at_once_count_once(house, mira, counts):
    for n in range(6):
        await house.events_in(CHAT, said(id=str(n), thread=f"t{n}", sender=str(n)))
    await asyncio.gather(
        *(ViewCounts(house.collections, house.views).handle(house.offered) for _ in range(4))
    )
    assert (await counts.tally(mira)).built_in["open"] == 6


async def test_a_recount_mends_what_was_never_told(house, mira, counts):
    for n in range(3):
        await house.events_in(CHAT, said(id=str(n), thread=f"t{n}", sender=str(n)))
    assert await counts.recount() == 3
    stored = house.mongo.collection("scope_counts", ScopeCount)
    (right,) = await stored.find({}, limit=9)
    await stored.replace_many([replace(right, n={"open": 7})])
    assert await counts.recount() == 1
    assert await counts.recount() == 0
    assert (await counts.tally(mira)).built_in["open"] == 3


async def test_offers_beyond_the_bound_are_left_to_the_sweeper(house, monkeypatch):
    events = await stored(house)
    monkeypatch.setattr("ticketing.relay.MAX_WAITING", 1)
    hearer = Hearer()
    relay = Relay(house.events, [Consumer(name="a", handle=hearer.handle)])
    relay.offer(events)
    await relay.flush()
    assert hearer.heard == []
    assert await relay.sweep(utc_now() + HOUR) == len(events)


async def test_who_waits_longest_is_counted_from_words_to_answer(house, mira, counts):
    """Also where the ticket was there already: a message alone moves it into the view."""

    async def waiting() -> int:
        await counts.handle(house.offered)
        house.offered.clear()
        return (await counts.tally(mira)).built_in["longest"]

    await house.events_in(CHAT, said(id="1"))
    assert await waiting() == 1
    ticket = await house.ticket(1)
    answered = replace(ticket, waiting_since=None, last_out_at=NOW, version=ticket.version + 1)
    await house.collections.tickets.replace_many([answered])
    await counts.look_again([ticket.id])
    assert await waiting() == 0
    await house.events_in(CHAT, said(id="2", at=NOW + HOUR))
    assert await waiting() == 1
