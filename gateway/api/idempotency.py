"""A repeated write returns the first one's answer: kept for a day, per agent and key."""

import hashlib
from datetime import datetime, timedelta

import msgspec

from gateway.api.operation import Operation
from gateway.errors import Refused
from storage.ids import derived_id
from storage.migrations import Index
from storage.mongo import Mongo

KEPT = timedelta(days=1)
# An attempt that died (a killed process) gives its key free after this long.
ABANDONED = timedelta(seconds=60)

INDEXES = (
    Index(collection="idempotency", keys=(("expires_at", 1),), name="expiry", expire_after_s=0),
)


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One keyed write. ``status`` 0 while it runs; ``answer`` is the JSON that was sent."""

    id: str = msgspec.field(name="_id")
    fingerprint: str
    status: int
    answer: bytes = b""
    began_at: datetime
    expires_at: datetime


class Idempotency:
    """Claims keys before a write and keeps its answer after it."""

    def __init__(self, mongo: Mongo) -> None:
        self._attempts = mongo.collection("idempotency", Attempt)

    async def begin(
        self, who: str, operation: Operation, key: str, content: bytes, now: datetime
    ) -> Attempt:
        """A new claim (``status`` 0), or the finished attempt whose answer is to be repeated."""
        mine = Attempt(
            id=derived_id("idempotency", who, operation.name, key),
            fingerprint=hashlib.sha256(content).hexdigest(),
            status=0,
            began_at=now,
            expires_at=now + KEPT,
        )
        if await self._attempts.insert(mine):
            return mine
        first = await self._attempts.get(mine.id)
        if first is None:
            return mine
        if first.fingerprint != mine.fingerprint:
            detail = "this key was used for another request"
            raise Refused(409, "key-reused", detail, field="Idempotency-Key")
        if first.status or await self._take_over(first, now):
            return first
        detail = "the first attempt with this key is still running"
        raise Refused(409, "in-progress", detail, retry_after=1)

    async def finish(self, attempt: Attempt, status: int, answer: bytes) -> None:
        """Keep the answer."""
        await self._attempts.update(
            {"_id": attempt.id}, {"$set": {"status": status, "answer": answer}}
        )

    async def give_up(self, attempt: Attempt) -> None:
        """It failed: the key is free again."""
        await self._attempts.delete({"_id": attempt.id, "status": 0})

    async def _take_over(self, first: Attempt, now: datetime) -> bool:
        """True when the first attempt died; what it wrote is found by ids that derive from keys."""
        if now - first.began_at < ABANDONED:
            return False
        where = {"_id": first.id, "status": 0, "began_at": first.began_at}
        return await self._attempts.update(where, {"$set": {"began_at": now}}) == 1
