"""A person's timeline: every word once, newest first, whatever the clocks say."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from normalizer.model import Act
from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT
from ticketing.people import timeline
from ticketing.people.store import PeopleStore
from ticketing.people.timeline import Timeline
from ticketing.people.visibility import Visible
from ticketing.reading.store import ReadingStore

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(house):
    store = PeopleStore(house.collections)
    return Timeline(store, Visible(store), ReadingStore(house.collections), house.reading)


async def all_of(told, viewer, contact_id, limit):
    found, cursor = [], None
    while True:
        page = await told.page(viewer, contact_id, cursor, limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_every_word_stands_once_and_newest_first(house, told, mira, monkeypatch, data):
    monkeypatch.setattr(timeline, "SMALL", data.draw(st.sampled_from([0, 3, 200])))
    kinds = house.collections
    for kind in (kinds.tickets, kinds.messages, kinds.conversations, kinds.contacts):
        await kind.delete({})
    run = uuid4().hex  # events stay: no message of an earlier run may come again
    words = data.draw(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 2, 20_000])), min_size=1,
                 max_size=14)
    )  # fmt: skip
    for number, (thread, late) in enumerate(words):
        at = NOW + number * MINUTE
        event = said(
            f"w{number}", id=f"{run}-{number}", thread=f"{run}-{thread}", at=at - late * MINUTE
        )
        await house.events_in(CHAT, event, at=at)
    (contact,) = await house.collections.contacts.find({}, limit=5)
    found = await all_of(told, mira, contact.id, data.draw(st.integers(1, 5)))
    texts = [one.what.text for one in found if hasattr(one.what, "text")]
    assert sorted(texts) == sorted(f"w{number}" for number in range(len(words)))
    tickets = [one.what.ticket.id for one in found if hasattr(one.what, "ticket")]
    assert sorted(tickets) == sorted(one.id for one in await house.tickets())
    moments = [(one.at, one.place) for one in found]
    assert moments == sorted(moments, reverse=True)


async def test_what_was_done_to_a_word_is_no_entry_of_its_own(house, told, mira):
    await house.events_in(CHAT, said("Hello", id="1"))
    (word,) = await house.messages()
    act = Act(kind="react", message_id=word.id, emoji="👍")
    await house.collections.messages.insert(replace(word, id="a", direction="act", act=act))
    found = await all_of(told, mira, (await house.ticket()).contact_id, 5)
    assert [one.what.id for one in found if hasattr(one.what, "text")] == [word.id]
