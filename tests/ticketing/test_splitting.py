from datetime import timedelta

import msgspec
import pytest

from normalizer.model import Act, Author
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT, MAIL, SMS
from ticketing.amendments import TicketChange
from ticketing.errors import Invalid, NotFound, Refused, Stale
from ticketing.merging.model import SplitWish
from ticketing.model import Agent

HOUR = timedelta(hours=1)


@pytest.fixture
async def ticket(house):
    """One conversation of four messages."""
    for n in (1, 2, 3, 4):
        await house.events_in(CHAT, said(f"Word {n}", id=str(n), at=NOW + n * HOUR))
    house.offered.clear()
    return await house.ticket()


def image(ticket):
    return msgspec.structs.asdict(ticket) | {"version": 0}


async def split(house, viewer, ticket, *texts, at=NOW + 9 * HOUR, **more):
    ids = tuple(m.id for m in await house.messages() if m.text.strip() in texts)
    wish = SplitWish(ticket_id=ticket.id, message_ids=ids, **more)
    return await house.splitting.split(viewer, wish, at)


async def where(house):
    """Which ticket (1 is the oldest) by the words of its messages."""
    numbers = {one.id: n for n, one in enumerate(await house.tickets(), 1)}
    return {m.text.strip(): numbers[m.ticket_id] for m in await house.messages()}


async def test_messages_go_to_a_ticket_of_their_own(house, mira, ticket):
    done = await split(house, mira, ticket, "Word 2", "Word 3", subject="The  other thing")
    old, new = await house.tickets()
    assert (new.subject, new.message_count, new.in_count) == ("The other thing", 2, 2)
    assert (old.message_count, old.in_count, old.waiting_since) == (2, 2, NOW + HOUR)
    assert (new.waiting_since, new.last_in_at) == (NOW + 2 * HOUR, NOW + 3 * HOUR)
    assert (old.snippet, new.snippet) == ("Word 4", "Word 3")
    assert await where(house) == {"Word 1": 1, "Word 2": 2, "Word 3": 2, "Word 4": 1}
    assert {(e.ticket_id, e.kind) for e in house.offered} == {
        (old.id, "ticket.split"),
        (new.id, "ticket.created"),
    }
    assert (done.new, done.old) == (new, old)
    ours = await house.collections.conversations.find({"ticket_id": new.id}, limit=9)
    assert [(c.apart, c.thread_key) for c in ours] == [(True, "chat-7")]


async def test_undo_gives_back_exactly_what_was(house, mira, ticket):
    before = (image(ticket), await house.messages())
    done = await split(house, mira, ticket, "Word 2", "Word 4")
    await house.merging.undo(mira, done.merge.id, NOW + 10 * HOUR)
    old, new = await house.tickets()
    assert (image(old), await house.messages()) == before
    assert (new.merged_into, new.open, new.number) == (old.id, False, done.new.number)
    assert await house.collections.conversations.raw.count_documents({}) == 1


async def test_what_comes_later_goes_to_the_old_one_and_undo_keeps_it(house, mira, ticket):
    done = await split(house, mira, ticket, "Word 2")
    await house.events_in(CHAT, said("Word 5", id="5", at=NOW + 10 * HOUR))
    await house.commands.add_note(mira, done.new.id, "Mine", "key-12345", NOW + 11 * HOUR)
    assert (await where(house))["Word 5"] == 1
    await house.merging.undo(mira, done.merge.id, NOW + 12 * HOUR)
    old, _ = await house.tickets()
    assert set((await where(house)).values()) == {1}
    assert (old.message_count, old.in_count, old.snippet) == (6, 5, "Word 5")


async def test_a_whole_conversation_goes_with_its_thread(house, mira, ticket):
    await house.events_in(SMS, said("sms", id="s1", thread="s", sender="9", at=NOW + 5 * HOUR))
    _, sms = await house.tickets()
    await house.join(mira, sms.id, ticket.id, NOW + 6 * HOUR)
    merged = await house.ticket(1)
    done = await split(house, mira, merged, "sms")
    assert (done.new.inbox_ids, done.old.inbox_ids) == ((SMS,), (CHAT,))
    await house.events_in(SMS, said("more", id="s2", thread="s", sender="9", at=NOW + 10 * HOUR))
    assert (await where(house))["more"] == 3
    await house.merging.undo(mira, done.merge.id, NOW + 11 * HOUR)
    assert (await where(house))["more"] == 1


async def test_an_answer_follows_the_mail_that_it_answers(house, mira):
    """Even with the token of the ticket that the mail was in when it went out."""
    await house.mail_in(a_mail(id="1@x.example", text="First"))
    await house.mail_in(a_mail(id="2@x.example", refs=("1@x.example",), text="Second"))
    old = await house.ticket()
    await split(house, mira, old, "Second", at=NOW + HOUR)
    token = house.tokens.ticket_address("support@halden.example", MAIL, old.number)
    later = NOW + timedelta(days=1)
    for n, refs in (("3", ("1@x.example", "2@x.example")), ("4", ("1@x.example",))):
        raw = a_mail(id=f"{n}@x.example", to=token, refs=refs, text=f"Answer {n}")
        await house.mail_in(raw, later)
    stranger = a_mail(id="5@x.example", sender="e@evil.example", to=token, refs=("2@x.example",),
                      text="Answer 5")  # fmt: skip
    await house.mail_in(stranger, later)
    assert await where(house) == {
        "First": 1, "Second": 2, "Answer 3": 2, "Answer 4": 1, "Answer 5": 1,
    }  # fmt: skip


async def test_what_was_read_stays_read(house, mira, ticket):
    await house.collections.agents.insert(
        Agent(id="agent-mira", email="m@h", name="Mira", role="agent", created_at=NOW)
    )
    await house.reading.mark_read(mira, ticket.id, NOW + 5 * HOUR)
    done = await split(house, mira, ticket, "Word 2")

    async def unread():
        rows = await house.reading.rows(mira, [t for t in await house.tickets() if t.open])
        return {row.ticket.number for row in rows if row.unread}

    assert await unread() == set()
    await house.events_in(CHAT, said("Word 5", id="5", at=NOW + 10 * HOUR))
    assert await unread() == {1}
    await house.merging.undo(mira, done.merge.id, NOW + 11 * HOUR)
    assert await unread() == {1}


async def test_a_conversation_from_a_message_on(house, mira, ticket):
    messages = await house.messages()
    wish = SplitWish(
        ticket_id=ticket.id,
        conversation_id=messages[0].conversation_id,
        from_message_id=messages[2].id,
    )
    preview = await house.splitting.preview(mira, wish, NOW + 9 * HOUR)
    assert (preview.new.message_count, preview.old.message_count) == (2, 2)
    assert len(await house.tickets()) == 1
    await house.splitting.split(mira, wish, NOW + 9 * HOUR)
    assert await where(house) == {"Word 1": 1, "Word 2": 1, "Word 3": 2, "Word 4": 2}


async def test_undo_is_refused_while_something_later_rests_on_it(house, mira, ticket):
    first = await split(house, mira, ticket, "Word 2", "Word 3")
    second = await split(house, mira, first.new, "Word 3", at=NOW + 10 * HOUR)
    with pytest.raises(Refused, match="undo that first"):
        await house.merging.undo(mira, first.merge.id, NOW + 11 * HOUR)
    await house.merging.undo(mira, second.merge.id, NOW + 12 * HOUR)
    await house.merging.undo(mira, first.merge.id, NOW + 13 * HOUR)
    assert image(await house.ticket(1)) == image(ticket)


async def test_a_merge_after_a_split_does_not_stand_in_its_way(house, mira, ticket):
    done = await split(house, mira, ticket, "Word 2")
    await house.events_in(CHAT, said("Other", id="9", thread="t9", sender="9", at=NOW + 10 * HOUR))
    other = await house.ticket(2)
    await house.join(mira, other.id, ticket.id, NOW + 11 * HOUR)
    await house.merging.undo(mira, done.merge.id, NOW + 12 * HOUR)
    assert await where(house) == {f"Word {n}": 1 for n in (1, 2, 3, 4)} | {"Other": 1}
    record = next(
        one for one in await house.merging.history(mira, ticket.id) if one.undone_at is None
    )
    await house.merging.undo(mira, record.id, NOW + 13 * HOUR)
    assert image(await house.ticket(1)) == image(ticket)


async def test_what_cannot_be_is_refused_with_its_reason(house, mira, chat_only, ticket):
    ids = tuple(m.id for m in await house.messages())
    await house.events_in(SMS, said("sms", id="s1", thread="s", sender="9", at=NOW + 5 * HOUR))
    sms = next(m for m in await house.messages() if m.text == "sms")
    for wish, error in (
        (SplitWish(ticket_id=ticket.id), Invalid),
        (SplitWish(ticket_id=ticket.id, message_ids=ids), Refused),
        (SplitWish(ticket_id=ticket.id, message_ids=(sms.id,)), Invalid),
        (SplitWish(ticket_id=ticket.id, message_ids=("nothing",)), Invalid),
        (SplitWish(ticket_id=ticket.id, message_ids=ids[:1], version=9), Stale),
        (SplitWish(ticket_id=sms.ticket_id, message_ids=(sms.id,)), NotFound),
        (SplitWish(ticket_id=ticket.id, message_ids=ids[:1], subject="x" * 400), Invalid),
    ):
        with pytest.raises(error):
            await house.splitting.split(chat_only, wish, NOW + 9 * HOUR)
    assert len(await house.tickets()) == 2


async def test_a_split_racing_ingest_loses_nothing(house, mira, ticket):
    prefetch, done = house.ingest.store.prefetch, []

    async def split_meanwhile(session, units, book):
        await prefetch(session, units, book)
        if not done:
            done.append(await split(house, mira, ticket, "Word 2"))

    house.ingest.store.prefetch = split_meanwhile
    await house.events_in(CHAT, said("Word 5", id="5", at=NOW + 10 * HOUR))
    old, new = await house.tickets()
    assert (old.message_count, new.message_count) == (4, 1)
    assert (await where(house))["Word 5"] == 1


@pytest.mark.parametrize(("apart", "late"), [("One", 2 * HOUR), ("Two", -2 * HOUR)])
async def test_a_word_that_came_after_the_end_still_waits_when_its_split_is_undone(
    house, mira, apart, late
):
    await house.events_in(CHAT, said("One", id="1", thread="a", sender="1"))
    ticket = await house.ticket()
    solved = TicketChange(status="solved")
    await house.commands.change_ticket(mira, ticket.id, solved, NOW + 3 * HOUR)
    await house.events_in(CHAT, said("Two", id="2", thread="a", sender="1", at=NOW + late))
    before = await house.ticket()
    assert (before.status, before.message_count) == ("solved", 2)
    (chosen,) = [one.id for one in await house.messages() if one.text == apart]
    wish = SplitWish(ticket_id=ticket.id, message_ids=(chosen,))
    done = await house.splitting.split(mira, wish, NOW + 4 * HOUR)
    await house.merging.undo(mira, done.merge.id, NOW + 5 * HOUR)
    assert image(await house.ticket()) == image(before)


async def test_all_that_was_said_is_the_whole_conversation_whatever_was_done_to_it(
    house, mira, ticket
):
    first = (await house.messages())[0]
    act = msgspec.structs.replace(
        first,
        id="act-1",
        native_id="",
        direction="act",
        text="",
        act=Act(kind="react", message_id=first.id, emoji="👍"),
    )
    await house.collections.messages.insert(act)
    with pytest.raises(Refused):  # nothing would stay
        await split(house, mira, ticket, "Word 1", "Word 2", "Word 3", "Word 4")
    await split(house, mira, ticket, "Word 1", "Word 2", "Word 3")
    assert [one.message_count for one in await house.tickets()] == [1, 3]


async def test_an_act_upon_a_message_is_counted_on_neither_side(house, mira, ticket):
    first = (await house.messages())[0]
    act = msgspec.structs.replace(
        first,
        id="act-1",
        native_id="",
        direction="act",
        text="",
        reply_text="",
        author=Author(kind="agent", id=mira.agent_id, name=mira.name),
        act=Act(kind="react", message_id=first.id, emoji="👍"),
        occurred_at=NOW + 8 * HOUR,
        received_at=NOW + 8 * HOUR,
    )
    await house.collections.messages.insert(act)
    before = image(ticket)
    wish = SplitWish(
        ticket_id=ticket.id,
        conversation_id=first.conversation_id,
        from_message_id=(await house.messages())[2].id,
    )
    done = await house.splitting.split(mira, wish, NOW + 9 * HOUR)
    old, new = await house.tickets()
    assert [(one.message_count, one.in_count) for one in (old, new)] == [(2, 2), (2, 2)]
    assert (new.activity_at, new.last_out_at) == (NOW + 4 * HOUR, None)
    await house.merging.undo(mira, done.merge.id, NOW + 10 * HOUR)
    assert image(await house.ticket(old.number)) == before
