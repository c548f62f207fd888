from datetime import timedelta

import pytest

from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.errors import Invalid
from ticketing.reading.store import ReadingStore
from ticketing.search.asked import LineName, NameBook
from ticketing.search.snippets import marks_in, snippet_around
from ticketing.search.suggesting import Suggesting

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


@pytest.mark.parametrize("day", ["0001-01-01", "0001", "1970-12-31", "9999-12-30"])
@pytest.mark.parametrize("op", ["before", "after", "on"])
async def test_a_day_at_the_edge_of_time(filled, mira, op, day):
    every = (day > "2026") == (op == "before")
    assert bool(await find(filled, mira, f"{op}:{day}")) == (every and op != "on")
    assert bool(await find(filled, mira, f"{op}:{day} tent")) == (every and op != "on")


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
        await find(house, mira, "x" * 301)


def test_marks_join_overlaps():
    assert marks_in("帐篷拉链坏了", ["帐篷", "篷拉"]) == ((0, 3),)
    assert marks_in("a.b", ["."]) == ((1, 2),)


def test_a_snippet_begins_near_the_match():
    text = "x " * 400 + "needle in it"
    assert "needle" in snippet_around(text, ["needle"])


async def numbers(house, viewer, query, **more):
    return [number for number, _ in await find(house, viewer, query, **more)]


async def test_phrases_negation_and_operators_beside_words(filled, mira):
    assert await numbers(filled, mira, '"tent tent"') == [5]
    assert await numbers(filled, mira, "tent -zipper") == [5]
    assert await numbers(filled, mira, 'tent -"tent tent"') == [1]
    assert await numbers(filled, mira, "“拉链坏了”") == [3]
    assert await numbers(filled, mira, "“坏了拉链”") == []
    ticket = await filled.ticket(1)
    change = TicketChange(tags=("vip",), assignee_id="")
    await filled.commands.change_ticket(mira, ticket.id, change, NOW)
    assert await numbers(filled, mira, "tent tag:vip") == [1]
    assert await numbers(filled, mira, "tent -tag:vip") == [5]
    assert await numbers(filled, mira, "tent is:open from:kim") == [5, 1]
    assert await numbers(filled, mira, 'from:"Kim 4" tent') == [5]
    assert await numbers(filled, mira, "tent is:solved") == []
    assert await numbers(filled, mira, f"tent before:{NOW:%Y-%m-%d}") == []
    assert await numbers(filled, mira, f"tent on:{NOW:%Y-%m-%d}") == [5, 1]


async def test_operators_without_words(filled, mira):
    ticket = await filled.ticket(2)
    await filled.commands.change_ticket(mira, ticket.id, TicketChange(tags=("vip",)), NOW)
    assert await numbers(filled, mira, "tag:vip") == [2]
    assert await numbers(filled, mira, "is:unassigned -tag:vip") == [5, 4, 3, 1]
    assert await numbers(filled, mira, "number:3") == [3]
    assert await numbers(filled, mira, "number:3 tag:vip") == []
    assert await numbers(filled, mira, "is:unread") == [5, 4, 3, 2, 1]
    await filled.reading.mark_read(mira, ticket.id, NOW)
    assert await numbers(filled, mira, "is:read") == [2]
    assert sorted(await numbers(filled, mira, "from:kim")) == [1, 2, 3, 4, 5]
    assert await numbers(filled, mira, "has:note") == []
    await filled.commands.add_note(mira, ticket.id, "call them", "key-1", NOW)
    assert await find(filled, mira, "has:note") == [(2, "note")]
    assert await find(filled, mira, "call") == [(2, "note")]


async def test_files_are_found_by_their_names(house, mira):
    raw = a_mail(
        extra='Content-Disposition: attachment; filename="Rechnung-4711.pdf"',
        subject="Zip",
    )
    await house.mail_in(raw)
    await house.mail_in(a_mail(id="two@x.example", subject="No file", sender="Bo <bo@x.example>"))
    assert await find(house, mira, "rechnung") == [(1, "file")]
    assert await numbers(house, mira, "has:attachment") == [1]
    assert await numbers(house, mira, "filename:4711") == [1]
    assert await numbers(house, mira, "-has:attachment") == [2]
    assert await numbers(house, mira, "to:support@halden") == [2, 1]
    assert await numbers(house, mira, "subject:zip") == [1]


async def test_the_exact_subject_comes_first(house, mira):
    for n, (subject, text) in enumerate(
        [
            ("Tent pole", "x"),
            ("Other", "my tent pole broke"),
            ("The pole of my tent", "y"),
            ("Something", "pole and tent"),
        ]
    ):
        await house.mail_in(
            a_mail(
                id=f"{n}@x.example", sender=f"P{n} <p{n}@x.example>", subject=subject, text=text
            ),
            at=NOW + timedelta(minutes=n),
        )
    assert await numbers(house, mira, "tent pole") == [1, 2, 3, 4]


async def test_no_operator_finds_what_is_hidden(house, chat_only, mira):
    await house.mail_in(a_mail(text="A confidential zip"))
    ticket = await house.ticket()
    await house.commands.change_ticket(mira, ticket.id, TicketChange(tags=("vip",)), NOW)
    for query in (
        "tag:vip",
        "from:ana",
        "subject:zip",
        "is:open",
        "number:1",
        '"confidential"',
        "to:support",
        "after:2000",
    ):
        assert len(await find(house, mira, query)) == 1, query
        assert await find(house, chat_only, query) == [], query


async def test_suggestions_tell_nothing_hidden(house, chat_only, mira):
    await house.mail_in(a_mail(text="A confidential zip"))
    ticket = await house.ticket()
    await house.commands.change_ticket(mira, ticket.id, TicketChange(tags=("vip",)), NOW)

    async def book():
        return NameBook(inboxes=[LineName(id=ticket.inbox_id, channel="email", names=("Mail",))])

    suggesting = Suggesting(ReadingStore(house.collections), house.reading, book)

    async def offered(viewer, typed):
        return [one.insert for one in await suggesting.find(viewer, typed, LATER)]

    assert await offered(mira, "ta") == ["tag:"]
    for typed, inserted in (
        ("tag:v", "tag:vip"),
        ("from:an", "from:Ana"),
        ("inbox:", "inbox:Mail"),
        ("channel:", "channel:email"),
    ):
        assert await offered(mira, typed) == [inserted], typed
        assert await offered(chat_only, typed) == [], typed
    assert "is:unread" in await offered(mira, "is:un")
