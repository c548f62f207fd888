"""The journal: what arrived, sealed and on disk before anybody is told that we have it.

Group commit: one insert holds all that came while the previous one was under way; a lone record
waits for nobody. ``due`` exists only while a record is pending (its partition) or quarantined (-1),
so that the one partial index over it stays as small as these (an equality on ``state`` would not
let every planner use it; a second index costs each record 0.2 ms).
"""

import hashlib
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from storage.blobs import Blobs
from storage.commit import GroupCommit
from storage.doorbell import Doorbell
from storage.errors import BlobMissing, SealBroken
from storage.ids import new_id, truncate, utc_now
from storage.keyring import KeyRing
from storage.mongo import Mongo, Session
from storage.record import (
    Content,
    JournalCounts,
    JournalId,
    JournalRecord,
    NewRecord,
    State,
    StoredRecord,
)
from storage.writes import Writes

log = logging.getLogger(__name__)

PARTITIONS = 16
MAX_ATTEMPTS = 5
BLOB_ABOVE_BYTES = 8_000_000
_READ_AT_ONCE = 25
ASIDE = -1  # ``due`` of what is quarantined
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_PAUSE_S = 300.0


def partition_of(inbox_id: str) -> int:
    """Which of the PARTITIONS an inbox belongs to, the same on every machine and for ever."""
    return int.from_bytes(hashlib.sha256(inbox_id.encode()).digest()[:4], "big") % PARTITIONS


class Journal:
    """Appends raw requests and hands them to their partition's owner, oldest first."""

    def __init__(self, mongo: Mongo, keyring: KeyRing, blobs: Blobs, doorbell: Doorbell) -> None:
        self._records = mongo.collection("journal", StoredRecord)
        self._keyring = keyring
        self._blobs = blobs
        self._doorbell = doorbell
        self._commit = GroupCommit(self._records.raw, self._ring)
        self._horizons: dict[int, datetime] = {}

    async def append(self, new: NewRecord) -> JournalId:
        """Return when the record is on disk; its partition's doorbell is rung.

        Raises JournalFull, JournalUnavailable (both: answer 503 or 451, the sender tries again)
        or RecordRefused. Whoever stops waiting does not stop the write.
        """
        id = JournalId(new_id(new.received_at))
        self._commit.admit(len(new.body))
        await self._commit.insert(await self._seal(id, new))
        return id

    async def pending(
        self, partition: int, limit: int = 200, max_bytes: int = 4_000_000
    ) -> list[JournalRecord]:
        """The oldest that are due, at least one if any. What cannot be opened is quarantined."""
        stored = await self._oldest(partition, limit, max_bytes)
        opened = [await self._open_or_quarantine(record) for record in stored]
        return [record for record in opened if record is not None]

    async def backlog_of(self, inbox_id: str, most: int) -> int:
        """How many records wait in the inbox's partition, counted up to ``most``."""
        where = {"due": partition_of(inbox_id)}
        return await self._records.raw.count_documents(where, limit=most)

    async def get(self, id: JournalId) -> JournalRecord | None:
        """One record, opened; SealBroken when its key is gone."""
        stored = await self._records.get(id)
        return None if stored is None else await self._opened(stored)

    def mark_done(self, writes: Writes, ids: Sequence[JournalId]) -> None:
        """Processed: in the transaction that stored what came of them."""
        if ids:
            writes.update_many(
                self._records,
                {"_id": {"$in": list(ids)}},
                {"$set": {"state": "done"}, "$unset": {"due": 1, "reason": 1}},
            )

    async def fail(self, ids: Sequence[JournalId], reason: str) -> None:
        """Try again later, each time later; the fifth failure is quarantine."""
        now = utc_now()
        records = await self._records.by_ids(ids)
        await self._records.update_each(
            (
                {"_id": record.id, "attempts": record.attempts, "due": {"$gte": 0}},
                _after_failure(record.attempts + 1, reason, now),
            )
            for record in records.values()
        )

    async def quarantine(self, session: Session | None, id: JournalId, reason: str) -> None:
        """Put aside for a person to look at; replay brings it back."""
        await self._records.update({"_id": id}, _quarantined(reason), session=session)

    async def quarantined(
        self, inbox_id: str | None, limit: int, before: JournalId | None = None
    ) -> list[JournalRecord]:
        """Newest first, those older than ``before``; bodies are empty where the key is gone."""
        where: dict[str, Any] = {"due": ASIDE}
        if inbox_id is not None:
            where["inbox_id"] = inbox_id
        if before is not None:
            where["_id"] = {"$lt": before}
        found = await self._records.find(where, sort=[("_id", -1)], limit=limit)
        return [await self._opened_or_empty(record) for record in found]

    async def replay(self, ids: Sequence[JournalId]) -> int:
        """Pending again with all attempts, whatever became of them; how many. Rings the bell."""
        records = await self._records.by_ids(ids)
        for partition in {record.partition for record in records.values()}:
            members = [id for id, record in records.items() if record.partition == partition]
            await self._records.update_many(
                {"_id": {"$in": members}},
                {
                    "$set": {
                        "state": "pending",
                        "due": partition,
                        "attempts": 0,
                        "retry_at": _ALWAYS,
                    },
                    "$unset": {"reason": 1},
                },
            )
            self._doorbell.ring_soon(str(partition))
        return len(records)

    async def counts(self) -> JournalCounts:
        """Size and age of the backlog. Reads the backlog: ask every few seconds, not more."""
        groups = await self._backlog({"due": {"$gte": 0}})
        quarantined = await self._records.raw.count_documents({"due": ASIDE})
        return JournalCounts(
            pending=sum(group["count"] for group in groups),
            oldest_pending_at=min((group["oldest"] for group in groups), default=None),
            quarantined=quarantined,
        )

    async def stale_partitions(self, older_than: datetime, now: datetime) -> list[int]:
        """Partitions with something due that arrived before ``older_than``: ring for these."""
        groups = await self._backlog(
            {
                "due": {"$gte": 0},
                "received_at": {"$lt": older_than},
                "retry_at": {"$lte": now},
            }
        )
        return sorted(group["_id"] for group in groups)

    async def close(self) -> None:
        """Commit what waits; append raises JournalUnavailable from now on."""
        await self._commit.close()

    def _ring(self, stored: Mapping[str, Any]) -> None:
        self._doorbell.ring_soon(str(stored["partition"]))

    async def _backlog(self, where: Mapping[str, Any]) -> list[dict[str, Any]]:
        group = {"_id": "$due", "count": {"$sum": 1}, "oldest": {"$min": "$received_at"}}
        cursor = await self._records.raw.aggregate([{"$match": where}, {"$group": group}])
        return await cursor.to_list(PARTITIONS)

    async def _seal(self, id: JournalId, new: NewRecord) -> StoredRecord:
        content = Content(
            headers=new.headers, query=new.query, method=new.method, url=new.url, body=new.body
        )
        sealed = self._keyring.seal(msgspec.msgpack.encode(content), context=id.encode())
        blob = None
        if len(sealed) > BLOB_ABOVE_BYTES:
            blob = (await self._blobs.put(sealed)).sha256
            # kept before the record refers to it: a crash in between may leave bytes, never a hole
            await self._blobs.touch(None, [blob])
        partition = partition_of(new.inbox_id)
        return StoredRecord(
            id=id,
            inbox_id=new.inbox_id,
            channel=new.channel,
            transport=new.transport,
            received_at=truncate(new.received_at),
            partition=partition,
            due=partition,
            sealed=b"" if blob else sealed,
            blob=blob,
            size=len(sealed),
            request_id=new.request_id,
            state="pending",
            attempts=0,
            retry_at=_ALWAYS,
        )

    async def _oldest(self, partition: int, limit: int, max_bytes: int) -> list[StoredRecord]:
        """At most ``limit`` and ``max_bytes``.

        The embedded server sorts every match before it applies a limit, so a long backlog is
        read up to the horizon that filled the previous page, and whole only when that is short.
        """
        now = utc_now()
        horizon = self._horizons.pop(partition, None)
        found: list[StoredRecord] = []
        if horizon is not None:
            found = await self._read(partition, horizon, now, limit, max_bytes)
        if horizon is None or len(found) < limit // 2:
            found = await self._read(partition, None, now, limit, max_bytes)
        if len(found) == limit:
            first, last = found[0].received_at, found[-1].received_at
            self._horizons[partition] = last + 2 * (last - first) + timedelta(seconds=1)
        return found

    async def _read(
        self, partition: int, until: datetime | None, now: datetime, limit: int, max_bytes: int
    ) -> list[StoredRecord]:
        where: dict[str, Any] = {"due": partition, "retry_at": {"$lte": now}}
        if until is not None:
            where["received_at"] = {"$lte": until}
        cursor = self._records.raw.find(
            where,
            sort=[("received_at", 1), ("_id", 1)],
            limit=limit,
            batch_size=min(limit, _READ_AT_ONCE),
        )
        found: list[StoredRecord] = []
        total = 0
        async with cursor:
            async for document in cursor:
                record = self._records.decode(document)
                total += record.size
                if found and total > max_bytes:
                    break
                found.append(record)
        return found

    async def _opened(self, stored: StoredRecord) -> JournalRecord:
        sealed = stored.sealed
        if stored.blob is not None:
            sealed = await self._blobs.read(stored.blob, stored.size)
        plain = self._keyring.open(sealed, context=stored.id.encode())
        return stored.opened(msgspec.msgpack.decode(plain, type=Content))

    async def _opened_or_empty(self, stored: StoredRecord) -> JournalRecord:
        try:
            return await self._opened(stored)
        except (SealBroken, BlobMissing):
            return stored.opened(Content.empty())

    async def _open_or_quarantine(self, stored: StoredRecord) -> JournalRecord | None:
        try:
            return await self._opened(stored)
        except (SealBroken, BlobMissing) as error:
            log.error("journal record %s cannot be opened", stored.id)  # noqa: TRY400  no trace
            await self.quarantine(None, stored.id, f"cannot be opened: {error}")
            return None


def _after_failure(attempts: int, reason: str, now: datetime) -> dict[str, Any]:
    if attempts >= MAX_ATTEMPTS:
        change = _quarantined(reason)
        change["$set"]["attempts"] = attempts
        return change
    longest = min(_LONGEST_PAUSE_S, 2.0**attempts)
    pause = timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311  jitter
    return {"$set": {"attempts": attempts, "reason": reason, "retry_at": truncate(now + pause)}}


def _quarantined(reason: str) -> dict[str, Any]:
    return {"$set": {"state": "quarantined", "due": ASIDE, "reason": reason}}


__all__ = [
    "PARTITIONS",
    "Journal",
    "JournalCounts",
    "JournalId",
    "JournalRecord",
    "NewRecord",
    "State",
    "partition_of",
]
