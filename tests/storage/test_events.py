from datetime import UTC, datetime, timedelta

import pytest

from storage.events import Actor, Change, Event, EventLog, event_id
from storage.mongo import Mongo

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
    await log.append(None, [])


async def test_relayed_events_are_not_relayed_again(log: EventLog) -> None:
    await log.append(None, [event(str(n), minutes=n) for n in (2, 0, 1)])
    first, second, third = await log.unrelayed(10)
    assert [first.at, second.at, third.at] == sorted([first.at, second.at, third.at])
    await log.mark_relayed([first.id, third.id])
    assert await log.unrelayed(10) == [second]


async def test_history_is_newest_first_by_ticket_and_pages(log: EventLog) -> None:
    await log.append(None, [event(str(n), minutes=n) for n in range(5)])
    await log.append(None, [event("x", ticket="t2")])
    page = await log.for_ticket("t1", None, 2)
    assert [found.at.minute for found in page] == [4, 3]
    rest = await log.for_ticket("t1", page[-1].at, 10)
    assert [found.at.minute for found in rest] == [2, 1, 0]


async def test_by_time_and_by_id(log: EventLog) -> None:
    await log.append(None, [event(str(n), minutes=n) for n in range(5)])
    found = await log.since(NOW + timedelta(minutes=1), 10, NOW + timedelta(minutes=3))
    assert [each.at.minute for each in found] == [1, 2]
    ids = [event("3").id, event("nobody").id, event("0").id]
    assert [each.id for each in await log.by_ids(ids)] == [ids[0], ids[2]]


async def test_the_relay_reads_its_index_and_not_the_log(log: EventLog, indexed: Mongo) -> None:
    await log.append(None, [event(str(n)) for n in range(20)])
    plan = await indexed.db.command("explain", {"find": "events", "filter": {"relayed": False}})
    assert "unrelayed" in str(plan["queryPlanner"]["winningPlan"])
