import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import redis.asyncio as redis

from storage import commit
from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.errors import JournalFull, JournalUnavailable, RecordRefused
from storage.journal import PARTITIONS, Journal, NewRecord, partition_of
from storage.keyring import KeyRing
from storage.mongo import Mongo, Session
from storage.writes import Writes
from tests.storage.writing import written

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def record(body: bytes = b"{}", **fields: object) -> NewRecord:
    given = {
        "inbox_id": "sms",
        "channel": "twilio_sms",
        "transport": "webhook",
        "received_at": NOW,
        "request_id": "r1",
        "headers": {"content-type": "application/json"},
        "query": {"a": "1"},
        "method": "POST",
        "url": "https://halden.example/hooks/sms",
        "body": body,
    }
    return NewRecord(**{**given, **fields})  # type: ignore[arg-type]


async def test_what_was_appended_comes_back_whole(journal: Journal) -> None:
    id = await journal.append(record(b"\x00\xff body"))
    (back,) = await journal.pending(partition_of("sms"))
    assert back == await journal.get(id)
    assert (back.body, back.headers["content-type"], back.query) == (
        b"\x00\xff body",
        "application/json",
        {"a": "1"},
    )
    assert (back.method, back.url, back.state, back.attempts) == (
        "POST",
        "https://halden.example/hooks/sms",
        "pending",
        0,
    )
    assert back.received_at == NOW


async def test_nothing_a_customer_wrote_lies_in_the_clear(journal: Journal, indexed: Mongo) -> None:
    await journal.append(record(b"my card is lost", headers={"x-telegram-secret": "hush"}))
    stored = str(await indexed.db.journal.find_one())
    assert "card" not in stored
    assert "hush" not in stored


async def test_oldest_first_and_bounded(journal: Journal) -> None:
    for minute in (3, 1, 2):
        await journal.append(
            record(str(minute).encode(), received_at=NOW + timedelta(minutes=minute))
        )
    bodies = [found.body for found in await journal.pending(partition_of("sms"))]
    assert bodies == [b"1", b"2", b"3"]
    assert [r.body for r in await journal.pending(partition_of("sms"), limit=2)] == [b"1", b"2"]


async def test_a_page_ends_before_it_is_too_large_but_holds_one(journal: Journal) -> None:
    for number in range(3):
        await journal.append(record(b"x" * 1000, received_at=NOW + timedelta(seconds=number)))
    assert len(await journal.pending(partition_of("sms"), max_bytes=2_600)) == 2
    assert len(await journal.pending(partition_of("sms"), max_bytes=1)) == 1


async def test_a_long_backlog_is_drained_in_order_without_a_gap(
    journal: Journal, indexed: Mongo
) -> None:
    # bursts and pauses: the horizon of one page says nothing about the next
    moments = [NOW + timedelta(seconds=n if n < 40 else n * 100) for n in range(90)]
    await asyncio.gather(*(journal.append(record(received_at=at)) for at in moments))
    drained = []
    while page := await journal.pending(partition_of("sms"), limit=20):
        drained += [found.received_at for found in page]
        ids = [found.id for found in page]
        await written(indexed, partial(journal.mark_done, ids=ids))
    assert drained == moments


async def test_a_body_too_large_for_a_document_goes_through_a_blob(journal: Journal) -> None:
    body = bytes(range(256)) * 40_000  # 10 MB
    id = await journal.append(record(body))
    back = await journal.get(id)
    assert back is not None
    assert back.blob is not None
    assert back.body == body


async def test_requests_that_meet_are_committed_together(journal: Journal, indexed: Mongo) -> None:
    before = commit.JOURNAL_COMMITS.labels(outcome="committed")._value.get()
    await asyncio.gather(*(journal.append(record(str(n).encode())) for n in range(300)))
    commits = commit.JOURNAL_COMMITS.labels(outcome="committed")._value.get() - before
    assert commits < 10
    assert await indexed.db.journal.count_documents({}) == 300


async def test_a_client_that_hangs_up_cancels_nobody(
    journal: Journal, indexed: Mongo, redis_url: str
) -> None:
    callers = [asyncio.create_task(journal.append(record(str(n).encode()))) for n in range(4)]
    while not journal._commit._waiting:  # noqa: ASYNC110
        await asyncio.sleep(0)
    callers[0].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(result, str) for result in results[1:])
    await journal.close()
    # its record was on its way: it is stored and its bell is rung all the same
    assert await indexed.db.journal.count_documents({}) == 4


async def test_a_record_whose_caller_hung_up_is_rung_for(
    journal: Journal, doorbell: Doorbell, redis_url: str
) -> None:
    caller = asyncio.create_task(journal.append(record()))
    while not journal._commit._waiting:  # noqa: ASYNC110
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await journal.close()
    await doorbell.close()
    async with redis.from_url(redis_url) as client:
        assert await client.zcard("arq:queue") == 1


@pytest.mark.parametrize(
    "bad",
    [record(request_id="\ud800"), record(inbox_id="x" * 17_000_000)],
    ids=["not encodable", "too large"],
)
async def test_a_bad_document_fails_alone(journal: Journal, indexed: Mongo, bad: NewRecord) -> None:
    good = [journal.append(record(str(n).encode())) for n in range(5)]
    results = await asyncio.gather(
        *good[:2], journal.append(bad), *good[2:], return_exceptions=True
    )
    assert isinstance(results.pop(2), RecordRefused)
    assert all(isinstance(result, str) for result in results)
    assert await indexed.db.journal.count_documents({}) == 5


async def test_the_waiting_list_is_bounded_in_number(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "MAX_WAITING", 10)
    results = await asyncio.gather(
        *(journal.append(record()) for _ in range(25)), return_exceptions=True
    )
    assert sum(isinstance(result, JournalFull) for result in results) == 15
    assert sum(isinstance(result, str) for result in results) == 10
    await journal.append(record())  # and room again


async def test_the_waiting_list_is_bounded_in_bytes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "MAX_WAITING_BYTES", 10_000)
    results = await asyncio.gather(
        *(journal.append(record(b"x" * 4_000)) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, JournalFull) for result in results) == 2


async def test_a_database_that_is_away_is_told_to_all_who_wait(
    keyring: KeyRing, doorbell: Doorbell
) -> None:
    nowhere = Mongo(
        "mongodb://127.0.0.1:9/?directConnection=true&serverSelectionTimeoutMS=200", "x"
    )
    journal = Journal(nowhere, keyring, Blobs(nowhere), doorbell)
    results = await asyncio.gather(
        *(journal.append(record()) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, JournalUnavailable) for result in results)
    await nowhere.close()


async def test_no_redis_does_not_fail_an_append(indexed: Mongo, keyring: KeyRing) -> None:
    bell = Doorbell("redis://127.0.0.1:9/0")
    journal = Journal(indexed, keyring, Blobs(indexed), bell)
    assert await journal.append(record())
    assert len(await journal.pending(partition_of("sms"))) == 1
    await bell.close()


async def test_done_records_are_pending_no_more_once_their_transaction_commits(
    journal: Journal, indexed: Mongo
) -> None:
    ids = [await journal.append(record()) for _ in range(2)]

    async def rolled_back(session: Session) -> None:
        writes = Writes(indexed, session)
        journal.mark_done(writes, ids)
        await writes.send()
        raise LookupError

    with pytest.raises(LookupError):
        await indexed.transaction(rolled_back, reads=False)
    assert len(await journal.pending(partition_of("sms"))) == 2
    await written(indexed, partial(journal.mark_done, ids=ids))
    assert await journal.pending(partition_of("sms")) == []


async def test_failures_wait_and_the_fifth_is_quarantine(journal: Journal, indexed: Mongo) -> None:
    id = await journal.append(record())
    for attempt in range(1, 5):
        await journal.fail([id], "the handler stumbled")
        back = await journal.get(id)
        assert back is not None
        assert (back.attempts, back.state) == (attempt, "pending")
        assert back.retry_at > datetime.now(UTC)
        assert await journal.pending(partition_of("sms")) == []
    await journal.fail([id], "the handler stumbled again")
    (aside,) = await journal.quarantined(None, 10)
    assert (aside.id, aside.reason) == (id, "the handler stumbled again")
    assert (await journal.counts()).quarantined == 1


async def test_quarantine_is_listed_by_inbox_and_replayed(
    journal: Journal, doorbell: Doorbell, redis_url: str
) -> None:
    first = await journal.append(record())
    second = await journal.append(record(inbox_id="mail", received_at=NOW + timedelta(hours=1)))
    for id in (first, second):
        await journal.quarantine(None, id, "not JSON")
    assert [r.id for r in await journal.quarantined(None, 10)] == [second, first]
    assert [r.id for r in await journal.quarantined("sms", 10)] == [first]
    assert [r.id for r in await journal.quarantined(None, 10, before=second)] == [first]
    assert await journal.replay([first]) == 1
    (back,) = await journal.pending(partition_of("sms"))
    assert (back.id, back.attempts, back.reason) == (first, 0, None)


async def test_counts_tell_size_and_age(journal: Journal) -> None:
    assert (await journal.counts()).oldest_pending_at is None
    await journal.append(record(received_at=NOW + timedelta(seconds=5)))
    await journal.append(record(inbox_id="mail"))
    counts = await journal.counts()
    assert (counts.pending, counts.oldest_pending_at) == (2, NOW)
    assert await journal.stale_partitions(NOW + timedelta(seconds=1), datetime.now(UTC)) == [
        partition_of("mail")
    ]


async def test_what_cannot_be_opened_is_put_aside(
    journal: Journal, indexed: Mongo, doorbell: Doorbell
) -> None:
    await journal.append(record())
    other = Journal(indexed, KeyRing([b"o" * 32]), Blobs(indexed), doorbell)
    assert await other.pending(partition_of("sms")) == []
    (aside,) = await other.quarantined(None, 10)
    assert "cannot be opened" in (aside.reason or "")
    assert aside.body == b""


async def test_a_record_whose_body_is_gone_holds_up_nobody(
    journal: Journal, indexed: Mongo
) -> None:
    gone = await journal.append(record(bytes(10_000_000)))
    stored = await journal.get(gone)
    assert stored is not None
    await indexed.db.blobs.delete_many({"_id": stored.blob})
    await journal.append(record(b"next", received_at=NOW + timedelta(seconds=1)))
    assert await journal.pending(stored.partition) == []  # too large to share its page
    (next_one,) = await journal.pending(stored.partition)
    assert next_one.body == b"next"
    (aside,) = await journal.quarantined(None, 10)
    assert aside.id == gone


def test_partitions_spread() -> None:
    used = {partition_of(f"inbox-{n}") for n in range(400)}
    assert used == set(range(PARTITIONS))
    assert partition_of("sms") == partition_of("sms")


async def test_a_repeated_write_is_not_an_error(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver repeats an insert whose answer was lost; the first try had stored it."""
    raw = journal._records.raw

    def repeated(insert: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[None]]:
        async def twice(*args: object, **options: object) -> None:
            await insert(*args, **options)
            await insert(*args, **options)

        return twice

    for name in ("insert_one", "insert_many"):
        monkeypatch.setattr(raw, name, repeated(getattr(raw, name)))
    assert len(await asyncio.gather(*(journal.append(record()) for _ in range(3)))) == 3
    assert await journal.append(record())


async def test_an_unexpected_failure_leaves_nobody_waiting(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(journal._records.raw, "insert_one", stumble)
    async with asyncio.timeout(5):
        with pytest.raises(JournalUnavailable):
            await journal.append(record())
