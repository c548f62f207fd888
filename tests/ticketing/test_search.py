from datetime import timedelta

import pytest

from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.errors import Invalid
from ticketing.reading.search import marks_in, snippet_around

LATER = NOW + timedelta(days=2)
WORDS = {
    "t1": "The zipper of my Alpine tent is broken",
    "t2": "Where is my parcel? The tracking says nothing",
    "t3": "我的帐篷拉链坏了，怎么修理？",
    "t4": "Die Zeltstange ist gebrochen, Größe XL",
    "t5": "tent tent tent, but another one",
}


@pytest.fixture
async def filled(house):
    for n, (thread, text) in enumerate(WORDS.items()):
        at = NOW + timedelta(hours=n)
        await house.events_in(
            CHAT, said(text, id=thread, thread=thread, sender=str(n), sender_name=f"Kim {n}", at=at)
        )
    return house


async def find(house, viewer, query, scope="all", **more):
    values = {"cursor": None, "limit": 10, "now": LATER}
    page = await house.search.find(viewer, query, scope=scope, **(values | more))
    return [(hit.row.ticket.number, hit.field) for hit in page.items]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("zipper", [1]),
        ("ZIPPER tent", [1]),
        ("tent", [5, 1]),
        ("帐篷", [3]),
        ("拉链坏了", [3]),
        ("grösse", [4]),
        ("größe", [4]),
        ("tent parcel", []),
        ("nowhere", []),
        ("", []),
        ("???", []),
    ],
)
async def test_words(filled, mira, query, numbers):
    assert [number for number, _ in await find(filled, mira, query)] == numbers


async def test_a_number_and_a_name(filled, mira):
    assert await find(filled, mira, "#2") == [(2, "number")]
    assert (await find(filled, mira, "2"))[0] == (2, "number")
    assert len(await find(filled, mira, "kim")) == 5
    assert await find(filled, mira, "Kim 3") == [(4, "contact")]


async def test_scope_open_leaves_the_solved_out(filled, mira):
    ticket = await filled.ticket(1)
    await filled.commands.change_ticket(mira, ticket.id, TicketChange(status="solved"), NOW)
    assert await find(filled, mira, "tent", scope="open") == [(5, "message")]


async def test_one_hit_a_ticket_and_pages_without_gaps(house, mira):
    for n in range(30):
        at = NOW + timedelta(minutes=n)
        await house.events_in(
            CHAT, said(f"lamp {n}", id=str(n), thread=f"t{n % 15}", sender=str(n % 15), at=at)
        )
    seen, cursor = [], None
    for _ in range(10):
        page = await house.search.find(mira, "lamp", scope="all", cursor=cursor, limit=4, now=LATER)
        seen += [hit.row.ticket.number for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert set(seen) == set(range(1, 16))


async def test_the_snippet_shows_and_marks_the_words(filled, mira):
    page = await filled.search.find(mira, "tent", scope="all", cursor=None, limit=10, now=LATER)
    hit = page.items[-1]
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["tent"]
    page = await filled.search.find(mira, "帐篷拉链", scope="all", cursor=None, limit=10, now=LATER)
    (hit,) = page.items
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["帐篷拉链"]


async def test_an_endless_query_is_refused(house, mira):
    with pytest.raises(Invalid):
        await find(house, mira, "x" * 300)


def test_marks_join_overlaps():
    assert marks_in("帐篷拉链坏了", ["帐篷", "篷拉"]) == ((0, 3),)
    assert marks_in("a.b", ["."]) == ((1, 2),)


def test_a_snippet_begins_near_the_match():
    text = "x " * 400 + "needle in it"
    assert "needle" in snippet_around(text, ["needle"])
