"""An inbox is silent when nothing comes for longer than ever in two weeks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.traffic.model import InboxDay, day_id
from gateway.traffic.policy import silence, traffic
from gateway.traffic.store import TrafficStore
from gateway.traffic.watching import SilenceWatch, TrafficConsumer
from storage.events import Actor, Change, Event
from storage.ids import utc_now
from tests.ticketing.builders import INBOX, an_inbox

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def days(moments):
    found = {}
    for at in moments:
        id = day_id(INBOX, at.date())
        hours = dict(found[id].hours) if id in found else {}
        hours[f"{at:%H}"] = hours.get(f"{at:%H}", 0) + 1
        found[id] = InboxDay(id=id, hours=hours, last_in_at=at)
    return found


def office_hours(until):
    """Each hour from 8 to 17, for ten days."""
    hours = (NOW - timedelta(hours=n) for n in range(24 * 10))
    return [at for at in hours if 8 <= at.hour <= 17 and at < until]


def test_a_night_is_no_silence():
    early = NOW.replace(hour=7)
    assert silence(INBOX, days(office_hours(early)), early) is None


def test_longer_than_the_longest_night_is_one():
    found = silence(INBOX, days(office_hours(NOW - timedelta(hours=20))), NOW)
    assert (found.usual_hours, found.hours) == (14, 21)
    assert found.since == NOW.replace(minute=0) - timedelta(hours=21)


def test_of_an_inbox_that_is_hardly_used_nothing_is_said():
    assert silence(INBOX, days([NOW - timedelta(days=5)] * 19), NOW) is None
    assert silence(INBOX, {}, NOW) is None


@given(st.lists(st.integers(0, 24 * 13), min_size=20, max_size=80))
def test_silence_is_longer_than_every_silence_before(ago):
    moments = sorted(NOW - timedelta(hours=hours) for hours in ago)
    found = silence(INBOX, days(moments), NOW)
    hours = [int(at.timestamp()) // 3600 for at in moments]
    longest = max((after - before - 1 for before, after in pairwise(hours)), default=0)
    now_silent = int(NOW.timestamp()) // 3600 - hours[-1] - 1
    assert (found is not None) == (now_silent >= max(2, longest + 1))


def delivery(before, after):
    return event("delivery.changed", Change(field="delivery", before=before, after=after))


def event(kind, *changes):
    return Event(
        id=f"{kind}-{len(changes)}",
        kind=kind,
        ticket_id="t",
        inbox_id=INBOX,
        actor=Actor(kind="system", id=""),
        at=NOW,
        changes=changes,
    )


async def test_events_are_counted_once_each(mongo):
    store = TrafficStore(mongo)
    consumer = TrafficConsumer(store)
    steps = [delivery("queued", "sending"), delivery("sending", "sent"), delivery("sent", "read")]
    await consumer.handle([event("message.received")] * 3 + steps + [delivery("sending", "failed")])
    await consumer.flush(utc_now())
    await consumer.handle([event("message.received")])
    await consumer.flush(utc_now())
    found = traffic(INBOX, await store.days(INBOX, utc_now()), utc_now())
    assert (found.received, found.sent, found.failed) == (4, 1, 1)
    assert found.last_in_at is not None
    assert found.last_out_at is not None


@pytest.fixture
async def silent_store(mongo):
    store = TrafficStore(mongo)
    for id, day in days(office_hours(NOW - timedelta(hours=20))).items():
        hours = {f"hours.{hour}": count for hour, count in day.hours.items()}
        await store.add({id: {"$inc": hours}}, utc_now())
    return store


async def test_an_alert_is_told_once_and_taken_back_when_something_comes(silent_store):
    told = []

    async def tell(events):
        told.extend(one.kind for one in events)

    watch = SilenceWatch(silent_store, tell)
    inboxes = [an_inbox()]
    assert len(await watch.look(inboxes, NOW)) == 1
    await watch.look(inboxes, NOW + timedelta(hours=1))
    assert told == ["inbox.silent"]
    later = NOW + timedelta(hours=2)
    await silent_store.add({day_id(INBOX, later.date()): {"$inc": {f"hours.{later:%H}": 1}}}, later)
    assert await watch.look(inboxes, later) == []
    assert told == ["inbox.silent", "inbox.heard"]
