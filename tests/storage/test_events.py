from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from storage.events import Actor, Change, Event, EventLog, event_id
from storage.mongo import Mongo

Keep = Callable[..., Awaitable[None]]
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def event(cause: str, *, minutes: int = 0, ticket: str = "t1") -> Event:
    return Event(
        id=event_id(ticket, "ticket.changed", cause),
        kind="ticket.changed",
        ticket_id=ticket,
        inbox_id="sms",
        actor=Actor(kind="agent", id="mira", name="Mira Okafor"),
        at=NOW + timedelta(minutes=minutes),
        changes=(Change(field="status", before="open", after="solved"),),
    )


@pytest.fixture
def log(indexed: Mongo) -> EventLog:
    return EventLog(indexed)


@pytest.fixture
def keep(indexed: Mongo, log: EventLog) -> Keep:
    async def append(*events: Event) -> None:
        await indexed.transaction(lambda session: log.append(session, events))

    return append


async def test_events_live_and_die_with_their_transaction(log: EventLog, indexed: Mongo) -> None:
    async def fails(session: object) -> None:
        await log.append(session, [event("a")])  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        await indexed.transaction(fails)
    assert await log.unrelayed(10) == []
    await indexed.transaction(lambda session: log.append(session, [event("a")]))
    assert await log.unrelayed(10) == [event("a")]


async def test_a_repeated_fact_is_one_event(log: EventLog, indexed: Mongo) -> None:
    for _ in range(2):
        await indexed.transaction(
            lambda session: log.append(session, [event("a"), event("b"), event("b")])
        )
    assert len(await log.unrelayed(10)) == 2
    await indexed.transaction(lambda session: log.append(session, []))


async def test_a_fact_repeated_among_new_ones_is_not_untold_again(
    log: EventLog, keep: Keep
) -> None:
    await keep(event("a"))
    await log.mark_relayed([event("a").id])
    await keep(event("a"), event("b"))
    assert await log.unrelayed(10) == [event("b")]


async def test_relayed_events_are_not_relayed_again(log: EventLog, keep: Keep) -> None:
    for n in (2, 0, 1):
        await keep(event(str(n), minutes=n))
    first, second, third = await log.unrelayed(10)
    assert [first.at, second.at, third.at] == sorted([first.at, second.at, third.at])
    await log.mark_relayed([first.id, third.id])
    assert await log.unrelayed(10) == [second]
    assert len(await log.for_ticket("t1")) == 3


async def test_a_change_is_told_when_all_its_events_are(log: EventLog, keep: Keep) -> None:
    await keep(event("a"), event("b"))
    for half in ("a", "b"):
        await log.mark_relayed([event(half).id])
        assert len(await log.unrelayed(10)) == 2
    await log.mark_relayed([event("b").id, event("a").id])
    assert await log.unrelayed(10) == []


async def test_a_long_list_of_untold_events_is_read_and_marked_whole(
    log: EventLog, keep: Keep
) -> None:
    for start in range(0, 130, 10):
        await keep(*(event(str(n), minutes=n) for n in range(start, start + 10)))
    assert len(await log.unrelayed(25)) == 30  # whole changes
    everything = await log.unrelayed(1_000)
    assert [found.at for found in everything] == [NOW + timedelta(minutes=n) for n in range(130)]
    await log.mark_relayed([found.id for found in everything])
    assert await log.unrelayed(10) == []


async def test_history_is_newest_first_by_ticket_and_pages(log: EventLog, keep: Keep) -> None:
    await keep(*(event(str(n), minutes=n) for n in range(5)))
    await keep(event("x", ticket="t2"))
    page = await log.for_ticket("t1", None, 2)
    assert [found.at.minute for found in page] == [4, 3]
    rest = await log.for_ticket("t1", page[-1].at, 10)
    assert [found.at.minute for found in rest] == [2, 1, 0]


async def test_by_time_and_by_id(log: EventLog, keep: Keep) -> None:
    await keep(*(event(str(n), minutes=n) for n in range(5)))
    found = await log.since(NOW + timedelta(minutes=1), 10, NOW + timedelta(minutes=3))
    assert [each.at.minute for each in found] == [1, 2]
    ids = [event("3").id, event("nobody").id, event("0").id]
    assert [each.id for each in await log.by_ids(ids)] == [ids[0], ids[2]]
