"""What wakes tickets, on the real database."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from storage.events import EventLog
from storage.mongo import Mongo
from tests.ticketing.builders import NOW, a_ticket
from ticketing.store import Collections
from ticketing.transactions import Transactions
from ticketing.work.handlers import Work

LATER = NOW + timedelta(hours=1)


async def test_one_that_cannot_be_woken_holds_up_nobody(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    collections = Collections(mongo)
    work = Work(collections, Transactions(collections, EventLog(mongo), lambda _: None))
    await collections.tickets.insert_many(
        replace(a_ticket(), id=f"t{n}", number=n, status="open", snoozed_until=LATER)
        for n in range(4)
    )
    right, tried = work._tell, 0

    async def tell(session, events, before, *args, **more):
        nonlocal tried
        if before.id == "t1":
            tried += 1
            raise RuntimeError("it cannot be written")
        return await right(session, events, before, *args, **more)

    monkeypatch.setattr(work, "_tell", tell)
    assert await work.wake_due(LATER) == 3
    assert await work.wake_due(LATER) == 0
    assert tried == 2  # together, and alone
    asleep = await collections.tickets.find({"snoozed_until": {"$lte": LATER}}, limit=9)
    assert [one.id for one in asleep] == ["t1"]
