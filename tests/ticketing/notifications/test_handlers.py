"""Lists on the real store: nobody hears of what they may not see."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connectors.contract import InboxId
from normalizer.model import AgentId, MessageId
from storage.events import Event
from storage.mongo import Mongo
from tests.ticketing.builders import NOW, a_ticket
from ticketing import facts
from ticketing.notifications.handlers import Notifications
from ticketing.notifications.store import BoardStore
from ticketing.permissions import Viewer
from ticketing.reading.partial import PartialTickets
from ticketing.reading.store import ReadingStore
from ticketing.store import Collections

MIRA = AgentId("mira")
BOT, MAIL = InboxId("inbox-bot"), InboxId("inbox-mail")
Told = list[tuple[AgentId, int]]


def viewer(*inboxes: InboxId) -> Viewer:
    return Viewer(agent_id=MIRA, name="Mira", role="agent", inbox_ids=frozenset(inboxes))


@pytest.fixture
async def collections(mongo: Mongo) -> Collections:
    made = Collections(mongo)
    ticket = a_ticket(inbox_ids=(MAIL, BOT), followers=(MIRA,))
    await made.tickets.insert(ticket)
    return made


def notifications(collections: Collections, seen: Viewer | None, told: Told) -> Notifications:
    async def viewer_of(_id: AgentId) -> Viewer | None:
        return seen

    async def tell(agent_id: AgentId, unread: int) -> None:
        told.append((agent_id, unread))

    partial = PartialTickets(ReadingStore(collections))
    return Notifications(BoardStore(collections), partial, viewer_of, tell)


def message(inbox_id: InboxId, id: str = "m1") -> Event:
    return facts.fact(
        "message.received",
        a_ticket(followers=(MIRA,)),
        cause=id,
        actor=facts.SYSTEM,
        at=NOW,
        message_id=MessageId(id),
        inbox_id=inbox_id,
    )


async def test_an_event_told_twice_counts_once(collections: Collections) -> None:
    told: Told = []
    made = notifications(collections, viewer(MAIL), told)
    for _ in range(2):
        await made.handle([message(MAIL), message(MAIL, "m2")])
    assert told == [(MIRA, 1)]
    shown = await made.shown(viewer(MAIL))
    assert [(one.kind, one.count) for one in shown.items] == [("news", 2)]


@pytest.mark.parametrize("seen", [None, viewer(), viewer(MAIL)])
async def test_what_is_hidden_is_not_told(collections: Collections, seen: Viewer | None) -> None:
    told: Told = []
    await notifications(collections, seen, told).handle([message(BOT)])
    assert told == []


@pytest.mark.parametrize("later", [viewer(), viewer(MAIL)])
async def test_what_was_hidden_since_goes(collections: Collections, later: Viewer) -> None:
    told: Told = []
    made = notifications(collections, viewer(MAIL, BOT), told)
    await made.handle([message(BOT)])
    shown = await made.shown(later)
    assert (shown.items, shown.unread) == ((), 0)
    assert told == [(MIRA, 1), (MIRA, 0)]


async def test_events_that_concern_nobody_ask_for_nothing(collections: Collections) -> None:
    class Untouched:
        def __getattr__(self, name: str) -> Callable[..., object]:
            raise AssertionError(f"{name} was asked for")

    made = notifications(collections, None, [])
    made._store = Untouched()  # type: ignore[assignment]
    event = replace(message(MAIL), changes=())
    await made.handle([event])


async def test_reading_leaves_the_rest(collections: Collections) -> None:
    told: Told = []
    made = notifications(collections, viewer(MAIL), told)
    await made.handle([message(MAIL)])
    await made.read_ticket(MIRA, "another")
    assert await made.unread(MIRA) == 1
    await made.read_ticket(MIRA, "ticket-1")
    assert await made.read(MIRA, None) == 0
    assert told == [(MIRA, 1), (MIRA, 0)]


async def test_the_subject_of_a_hidden_inbox_is_not_told(collections: Collections) -> None:
    ticket = a_ticket(
        id="ticket-2", number=2, subject="My diagnosis", snippet="it is grave",
        inbox_id=BOT, inbox_ids=(BOT, MAIL), followers=(MIRA,),
    )  # fmt: skip
    await collections.tickets.insert(ticket)
    made = notifications(collections, viewer(MAIL), [])
    await made.handle([replace(message(MAIL), ticket_id=ticket.id), message(MAIL, "m2")])
    shown = await made.shown(viewer(MAIL))
    assert sorted(shown.tickets) == ["ticket-1", "ticket-2"]
    told = shown.tickets["ticket-2"]
    assert (told.subject, told.snippet, told.inbox_ids) == ("", "", (MAIL,))
    whole = (await made.shown(viewer(MAIL, BOT))).tickets["ticket-2"]
    assert whole.subject == "My diagnosis"
