from datetime import timedelta

import msgspec
import pytest

from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.model import Agent
from ticketing.permissions import Viewer
from ticketing.transactions import Transactions
from ticketing.work.handlers import Work

HOUR = timedelta(hours=1)


@pytest.fixture
async def ticket(house):
    await house.events_in(CHAT, said())
    house.offered.clear()
    return await house.ticket()


async def test_a_change_is_stored_with_its_event(house, mira, ticket):
    await house.collections.agents.insert(
        Agent(id="agent-mira", email="m@h", name="Mira", role="agent", created_at=NOW)
    )
    change = TicketChange(
        status="waiting",
        priority="high",
        assignee_id="agent-mira",
        tags=("tent", " tent "),
        subject="Leaking  tent",
        version=1,
    )
    after = await house.commands.change_ticket(mira, ticket.id, change, NOW + HOUR)
    assert after == await house.ticket()
    assert (after.version, after.tags, after.subject) == (2, ("tent",), "Leaking tent")
    (event,) = house.offered
    assert (event.kind, event.actor.name) == ("ticket.changed", "Mira Okafor")
    assert {c.field: (c.before, c.after) for c in event.changes} == {
        "status": ("new", "waiting"),
        "priority": ("normal", "high"),
        "assignee_id": (None, "agent-mira"),
        "tags": (None, "tent"),
        "subject": ("Hello", "Leaking tent"),
    }


async def test_nothing_changed_is_no_event(house, mira, ticket):
    after = await house.commands.change_ticket(
        mira, ticket.id, TicketChange(status="new", assignee_id=None), NOW
    )
    assert (after.version, house.offered) == (1, [])


async def test_a_stale_version_changes_nothing(house, mira, ticket):
    await house.commands.change_ticket(mira, ticket.id, TicketChange(priority="low"), NOW)
    with pytest.raises(Stale) as stale:
        await house.commands.change_ticket(
            mira, ticket.id, TicketChange(priority="urgent", version=1), NOW
        )
    assert stale.value.current == 2
    assert (await house.ticket()).priority == "low"


async def test_solving_clears_the_clock_and_reopening_begins_anew(house, mira, ticket):
    solved = await house.commands.change_ticket(
        mira, ticket.id, TicketChange(status="solved"), NOW + HOUR
    )
    assert (solved.open, solved.solved_at, solved.waiting_since) == (False, NOW + HOUR, None)
    opened = await house.commands.change_ticket(
        mira, ticket.id, TicketChange(status="open"), NOW + 2 * HOUR
    )
    assert (opened.open, opened.solved_at, opened.status_at) == (True, None, NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (TicketChange(subject="  "), Invalid),
        (TicketChange(tags=tuple(f"t{n}" for n in range(40))), Invalid),
        (TicketChange(assignee_id="nobody"), Invalid),
        (TicketChange(status="new"), Refused),
    ],
)
async def test_what_is_wrong_is_named(house, mira, ticket, change, error):
    await house.commands.change_ticket(mira, ticket.id, TicketChange(status="open"), NOW)
    with pytest.raises(error):
        await house.commands.change_ticket(mira, ticket.id, change, NOW)


async def test_a_note_is_internal_and_written_once(house, mira, ticket):
    first = await house.commands.add_note(mira, ticket.id, "Call her", "key-1", NOW + HOUR)
    again = await house.commands.add_note(mira, ticket.id, "Call her", "key-1", NOW + 2 * HOUR)
    assert again == first
    assert (first.direction, first.author.name) == ("note", "Mira Okafor")
    after = await house.ticket()
    assert (after.message_count, after.in_count, after.waiting_since) == (2, 1, NOW)
    with pytest.raises(Invalid):
        await house.commands.add_note(mira, ticket.id, "Something else", "key-1", NOW)
    assert [event.kind for event in house.offered] == ["note.added"]


async def test_joining_moves_everything_and_says_so_on_both(house, mira, ticket):
    await house.events_in(CHAT, said("Other", id="2", thread="t2", sender="2", at=NOW + HOUR))
    house.offered.clear()
    other = await house.ticket(2)
    after = await house.join(mira, ticket.id, other.id, NOW + 2 * HOUR)
    assert (after.message_count, after.in_count, after.waiting_since) == (2, 2, NOW)
    assert {m.ticket_id for m in await house.messages()} == {other.id}
    assert {(e.ticket_id, e.kind) for e in house.offered} == {
        (ticket.id, "ticket.merged"),
        (other.id, "ticket.joined"),
    }
    for pair in ((other.id, other.id), (ticket.id, other.id)):
        with pytest.raises(Refused):
            await house.join(mira, *pair, NOW)


async def test_who_does_not_see_the_inbox_finds_no_ticket(house, ticket):
    jun = Viewer(agent_id="a", name="Jun", role="agent", inbox_ids=frozenset({"inbox-mail"}))
    with pytest.raises(NotFound):
        await house.commands.change_ticket(jun, ticket.id, TicketChange(status="open"), NOW)
    with pytest.raises(NotFound):
        await house.commands.add_note(jun, ticket.id, "x", "k", NOW)


async def test_compliance_reads_and_changes_nothing(house, ticket):
    reader = Viewer(agent_id="c", name="Lena Brandt", role="compliance", inbox_ids=None)
    assert await house.reading.ticket(reader, ticket.id)
    with pytest.raises(Forbidden):
        await house.commands.change_ticket(reader, ticket.id, TicketChange(status="open"), NOW)


@pytest.mark.parametrize("rule", ["hidden", "masked"])
async def test_a_hidden_value_cannot_be_guessed_by_writing_it(house, mira, ticket, rule):
    await house.commands.change_ticket(mira, ticket.id, TicketChange(tags=("vip",)), NOW)
    guesser = msgspec.structs.replace(mira, field_rules={"tags": rule})
    answers = []
    for guess in (("gold",), ("vip",)):
        with pytest.raises((Invalid, Forbidden)) as refused:
            await house.commands.change_ticket(guesser, ticket.id, TicketChange(tags=guess), NOW)
        answers.append(str(refused.value))
    assert answers[0] == answers[1]


async def test_nor_by_sleeping_following_and_ticking(house, mira, ticket):
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    work = Work(house.collections, transactions)
    hidden = {"followers": "hidden", "snoozed_until": "hidden", "checklist": "hidden"}
    guesser = msgspec.structs.replace(mira, field_rules=hidden)
    for guess in (
        work.unfollow(guesser, ticket.id, "agent-jun", NOW),
        work.wake(guesser, ticket.id, NOW),
        work.remove_item(guesser, ticket.id, "item", NOW),
    ):
        with pytest.raises(Invalid, match="there is no such field"):
            await guess
