"""Whom an event concerns, and what becomes of their list."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from normalizer.model import AgentId
from storage.events import Actor, Change, Event, event_id
from tests.ticketing.builders import NOW, a_ticket
from ticketing import facts
from ticketing.facts import AUDIENCE, NAMED, UNHEARD, WOKE, WRITER
from ticketing.notifications.model import MOST, Board, Notification
from ticketing.notifications.policy import posted, read, ticket_read, told_by, without

JUN = Actor(kind="agent", id="jun", name="Jun Park")


def event(kind: str, *changes: Change, actor: Actor = JUN, cause: str = "1") -> Event:
    return Event(
        id=event_id("ticket-1", kind, cause),
        kind=kind,
        ticket_id="ticket-1",
        inbox_id="inbox",
        actor=actor,
        at=NOW,
        changes=changes,
    )


def change(field: str, after: str | None, before: str | None = None) -> Change:
    return Change(field=field, before=before, after=after)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (event("note.added", change(NAMED, "mira,jun")), {"mira": "mention"}),
        (event("ticket.changed", change("assignee_id", "mira")), {"mira": "assigned"}),
        (event("ticket.changed", change("assignee_id", "jun")), {}),
        (event("ticket.changed", change("assignee_id", None, "mira")), {}),
        (event("ticket.changed", change(WOKE, "mira"), actor=facts.SYSTEM), {"mira": "woke"}),
        (event("message.received", change(AUDIENCE, "mira,jun")), {"mira": "news"}),
        (event("message.received", change(AUDIENCE, "mira"), change(UNHEARD, "1")), {}),
        (event("ticket.changed", change(AUDIENCE, "mira"), change("tags", "x")), {}),
        (
            event("ticket.changed", change(AUDIENCE, "mira"), change("status", "x")),
            {"mira": "news"},
        ),
        (
            event("note.added", change(NAMED, "mira"), change(AUDIENCE, "mira,lena")),
            {"mira": "mention", "lena": "news"},
        ),
        (
            event(
                "delivery.changed", change("delivery", "failed", "sending"), change(WRITER, "mira")
            ),
            {"mira": "send_failed"},
        ),
        (
            event(
                "delivery.changed",
                change("delivery", "cancelled", "scheduled"),
                change(WRITER, "mira"),
            ),
            {"mira": "not_sent"},
        ),
        (event("delivery.changed", change("delivery", "sent", "sending")), {}),
    ],
)
def test_whom_it_concerns(made: Event, told: dict[str, str]) -> None:
    assert {id: one.kind for id, one in told_by(made)} == told


def news(cause: str, kind: str = "message.received") -> Notification:
    return dict(told_by(event(kind, change(AUDIENCE, "mira"), cause=cause)))[AgentId("mira")]


def test_unread_news_of_a_ticket_stand_as_one() -> None:
    board = posted(Board(id=AgentId("mira")), [news("1"), news("2")])
    assert [(one.count, one.read) for one in board.items] == [(2, False)]
    assert posted(board, [news("1"), news("2")]) is board
    board = posted(read(board, None), [news("3")])
    assert [(one.count, one.read) for one in board.items] == [(1, False), (2, True)]
    assert board.unread == 1


def test_a_list_is_bounded_and_drops_the_oldest() -> None:
    one = news("x")
    many = [replace(one, kind="mention", id=str(n), causes=(str(n),)) for n in range(MOST + 5)]
    board = posted(Board(id=AgentId("mira")), many)
    assert (len(board.items), board.items[0].id) == (MOST, str(MOST + 4))


def test_reading_some_and_a_ticket_and_all() -> None:
    one = news("x")
    many = [
        replace(one, kind="mention", id=str(n), ticket_id=f"t{n % 2}", causes=(str(n),), at=NOW)
        for n in range(4)
    ]
    board = posted(Board(id=AgentId("mira")), many)
    assert read(board, ["0", "none"]).unread == 3
    assert ticket_read(board, "t1").unread == 2
    assert read(board, None).unread == 0
    assert read(read(board, None), None).unread == 0
    assert {one.id for one in without(board, {"1", "3"}).items} == {"0", "2"}


def test_marks_are_not_left_behind_for_others() -> None:
    ticket = replace(a_ticket(), followers=(AgentId("mira"),))
    made = facts.fact("note.added", ticket, cause="n", actor=JUN, at=NOW + timedelta(1))
    assert [id for id, _ in told_by(made)] == ["mira"]
