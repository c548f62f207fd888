"""What is no message: calls, who came and went, who types."""

from datetime import timedelta

import pytest

from connectors.events import CallEvent, MediaRef, MembershipChanged, SenderId, TypingChanged
from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT

WHO = (SenderId(family="chat", value="1"),)
LATER = NOW + timedelta(hours=1)


def membership(change, id="m1", sender="1", thread="t", senders=(), **more):
    return MembershipChanged(
        dedupe_id=id,
        thread_key=thread,
        senders=senders or (SenderId(family="chat", value=sender),),
        occurred_at=LATER,
        change=change,
        **more,
    )


async def comings_and_goings(house, ticket):
    found = await house.events.for_ticket(ticket.id)
    return [event for event in found if event.kind == "membership.changed"]


@pytest.mark.parametrize("change", ["joined", "left", "blocked", "unblocked"])
async def test_who_came_and_went_is_told_on_the_ticket_once(house, change):
    first = said("Hello")
    await house.events_in(CHAT, first)
    sender = first.senders[0].value
    for _ in range(2):
        await house.events_in(CHAT, membership(change, sender=sender, thread=first.thread_key))
    (ticket,) = await house.tickets()
    (event,) = await comings_and_goings(house, ticket)
    (told,) = event.changes
    assert (told.field, told.after, event.at) == ("membership", change, LATER)
    assert (event.inbox_id, event.conversation_id is not None) == (CHAT, True)
    assert (ticket.message_count, ticket.in_count) == (1, 1)
    assert (await house.journal.counts()).quarantined == 0
    assert event.id in {one.id for one in house.offered}


async def test_in_the_same_batch_as_the_first_message(house):
    first = said("Hello")
    await house.events_in(CHAT, membership("joined", thread=first.thread_key), first, at=LATER)
    (ticket,) = await house.tickets()
    (event,) = await comings_and_goings(house, ticket)
    assert event.actor.kind == "contact"


async def test_somebody_else_of_a_group_is_named_by_their_own_address(house):
    first = said("Hello")
    await house.events_in(CHAT, first)
    (ticket,) = await house.tickets()
    await house.events_in(
        CHAT,
        membership("joined", id="a", sender="stranger", thread=first.thread_key),
        membership("left", id="b", senders=first.senders, thread=first.thread_key),
    )
    found = {
        event.changes[0].after: event.actor.name
        for event in await comings_and_goings(house, ticket)
    }
    assert found == {"joined": "stranger", "left": ticket.contact_name}


async def test_who_follows_an_account_has_asked_for_nothing(house):
    await house.events_in(CHAT, membership("joined"))
    assert await house.tickets() == []
    assert (await house.journal.counts()).pending == 0


async def test_a_thread_that_moves_is_no_coming_or_going(house):
    first = said("Hello")
    await house.events_in(CHAT, first)
    await house.events_in(CHAT, membership("moved", thread=first.thread_key, moved_to="t2"))
    (ticket,) = await house.tickets()
    assert await comings_and_goings(house, ticket) == []


@pytest.mark.parametrize("state", ["missed", "recorded"])
async def test_a_call_makes_a_ticket_and_says_what_it_was(house, state):
    recording = MediaRef(kind="audio", url="https://x.example/r.mp3", name="r.mp3")
    await house.events_in(
        CHAT,
        CallEvent(
            dedupe_id="c",
            native_id="c",
            thread_key="t",
            senders=WHO,
            occurred_at=NOW,
            state=state,
            duration_s=75,
            attachments=(recording,) if state == "recorded" else (),
        ),
    )
    (message,) = await house.messages()
    assert (message.call.state, message.call.duration_s) == (state, 75)
    assert message.direction == "in"
    assert [file.state for file in message.files] == ["pending"] * (state == "recorded")
    (ticket,) = await house.tickets()
    assert ticket.open


async def test_who_types_is_told_and_stored_nowhere(house):
    typing = TypingChanged(dedupe_id="t", thread_key="t", senders=WHO, occurred_at=NOW, typing=True)
    await house.events_in(CHAT, typing)
    assert house.typing == [(CHAT, typing)]
    assert await house.messages() == []
    assert await house.tickets() == []
