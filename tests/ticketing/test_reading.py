from datetime import timedelta

import pytest

from tests.ticketing.builders import NOW, a_mail, a_ticket, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.errors import Invalid, NotFound
from ticketing.reading.tickets import ListQuery

HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=2)


async def all_pages(house, viewer, **query):
    found, cursor = [], None
    while True:
        page = await house.reading.page(viewer, ListQuery(cursor=cursor, **query), LATER)
        found += [row.ticket for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def fill(house, count, **changes):
    tickets = [
        a_ticket(
            id=f"t{n:03}",
            number=n + 1,
            activity_at=NOW + timedelta(minutes=7 * (n // 3)),
            created_at=NOW - timedelta(days=n),
            waiting_since=NOW - timedelta(hours=n // 2),
            **changes,
        )
        for n in range(count)
    ]
    await house.collections.tickets.insert_many(tickets)
    return tickets


async def test_pages_hold_every_ticket_once_newest_first(house, mira):
    tickets = await fill(house, 50)
    for limit in (1, 7, 50, 100):
        found = await all_pages(house, mira, limit=limit)
        assert found == sorted(tickets, key=lambda t: (t.activity_at, t.id), reverse=True)


async def test_sorted_by_waiting_the_longest_comes_first(house, mira):
    tickets = await fill(house, 20)
    found = await all_pages(house, mira, sort="waiting", limit=3)
    assert found == sorted(tickets, key=lambda t: (t.waiting_since, t.id))


async def test_sorted_by_creation(house, mira):
    tickets = await fill(house, 12)
    found = await all_pages(house, mira, sort="created", limit=5)
    assert [t.id for t in found] == [t.id for t in tickets]


async def test_views(house, mira):
    for n, (status, owner) in enumerate(
        [("new", ""), ("open", "agent-mira"), ("waiting", "agent-jun"), ("solved", "agent-mira")]
    ):
        await house.collections.tickets.insert(
            a_ticket(id=f"t{n}", number=n, status=status, assignee_id=owner)
        )

    async def numbers(view):
        return sorted(t.number for t in await all_pages(house, mira, view=view))

    assert await numbers("mine") == [1]
    assert await numbers("unassigned") == [0]
    assert await numbers("waiting") == [2]
    assert await numbers("open") == [0, 1, 2]
    assert await numbers("solved") == [3]
    assert await numbers("all") == [0, 1, 2, 3]


async def test_a_made_up_cursor_is_refused(house, mira):
    for cursor in ("x", "12", ".", "99999999999999999999.a", "١.a"):
        with pytest.raises(Invalid):
            await house.reading.page(mira, ListQuery(cursor=cursor), NOW)


async def test_unread_until_read(house, mira):
    await house.events_in(CHAT, said(id="1"))
    ticket = await house.ticket()

    async def unread():
        page = await house.reading.page(mira, ListQuery(), LATER)
        return [row.unread for row in page.items]

    assert await unread() == [True]
    await house.reading.mark_read(mira, ticket.id, NOW)
    assert await unread() == [False]
    await house.commands.add_note(mira, ticket.id, "a note is not unread", "k", NOW)
    assert await unread() == [False]
    await house.events_in(CHAT, said(id="2", at=NOW - HOUR), at=NOW + HOUR)
    assert await unread() == [True]


async def test_a_thread_pages_newest_first_with_ties_in_sequence(house, mira):
    for n in range(12):
        await house.events_in(CHAT, said(f"m{n}", id=str(n), at=NOW + timedelta(seconds=n // 4)))
    ticket = await house.ticket()
    found, cursor = [], None
    while True:
        page = await house.reading.messages(mira, ticket.id, cursor, 5)
        found += [m.text for m in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"m{n}" for n in reversed(range(12))]


async def test_a_history_pages_newest_first(house, mira):
    await house.events_in(CHAT, said())
    ticket = await house.ticket()
    for n, priority in enumerate(("low", "high", "urgent")):
        await house.commands.change_ticket(
            mira, ticket.id, TicketChange(priority=priority), NOW + n * HOUR
        )
    seen, cursor = [], None
    while True:
        page = await house.reading.events(mira, ticket.id, cursor, 2)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len({event.id for event in seen}) == 5
    assert [event.at for event in seen] == sorted((event.at for event in seen), reverse=True)


async def test_a_whole_ticket_names_its_relatives(house, mira):
    await house.events_in(CHAT, said(id="1"))
    one = await house.ticket()
    await house.commands.change_ticket(mira, one.id, TicketChange(status="closed"), NOW)
    await house.events_in(CHAT, said(id="2", at=NOW + HOUR))
    two = await house.ticket(2)
    assert [t.id for t in (await house.reading.whole(mira, one.id)).follow_ups] == [two.id]
    whole = await house.reading.whole(mira, two.id)
    assert whole.follow_up_of.id == one.id
    assert whole.contact.name == "Ana"
    assert [c.ticket_id for c in whole.conversations] == [two.id]


class TestWhatAnAgentOfOneInboxMustNotSee:
    """``chat_only`` sees the chat inbox; the mail is somebody else's."""

    @pytest.fixture
    async def mail(self, house):
        await house.mail_in(a_mail(text="A confidential zip"))
        return await house.ticket()

    async def test_neither_in_lists_nor_by_naming_the_inbox(self, house, chat_only, mail):
        assert await all_pages(house, chat_only) == []
        assert await all_pages(house, chat_only, inbox_id=mail.inbox_id) == []
        for view in ("mine", "unassigned", "open", "all"):
            assert await all_pages(house, chat_only, view=view) == []

    async def test_nor_by_id(self, house, chat_only, mail):
        (message,) = await house.messages()
        for call in (
            house.reading.ticket(chat_only, mail.id),
            house.reading.whole(chat_only, mail.id),
            house.reading.messages(chat_only, mail.id, None, 10),
            house.reading.events(chat_only, mail.id, None, 10),
            house.reading.message(chat_only, message.id),
            house.reading.mark_read(chat_only, mail.id, NOW),
        ):
            with pytest.raises(NotFound):
                await call

    async def test_nor_by_search(self, house, chat_only, mira, mail):
        for query in ("confidential", "#1", "1", "ana"):
            found = await house.search.find(
                mira, query, scope="all", cursor=None, limit=10, now=LATER
            )
            assert len(found.items) == 1, query
            found = await house.search.find(
                chat_only, query, scope="all", cursor=None, limit=10, now=LATER
            )
            assert found.items == [], query

    async def test_a_joined_ticket_shows_only_its_visible_side(self, house, chat_only, mira, mail):
        await house.events_in(CHAT, said("my side", at=NOW + HOUR))
        chat = await house.ticket(2)
        await house.join(mira, chat.id, mail.id, NOW + 2 * HOUR)
        whole = await house.reading.whole(chat_only, mail.id)
        assert [c.inbox_id for c in whole.conversations] == [CHAT]
        page = await house.reading.messages(chat_only, mail.id, None, 10)
        assert [m.text for m in page.items] == ["my side"]
        hits = await house.search.find(
            chat_only, "confidential", scope="all", cursor=None, limit=10, now=LATER
        )
        assert hits.items == []
