"""Group commit: whatever arrives while one insert is under way goes into the next, together."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bson.errors import BSONError
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    PyMongoError,
    WriteError,
)

from storage.collection import to_document
from storage.errors import JournalFull, JournalUnavailable, RecordRefused, StorageError
from storage.metrics import (
    JOURNAL_COMMIT_SECONDS,
    JOURNAL_COMMITS,
    JOURNAL_GROUP,
    JOURNAL_RECORDS,
    JOURNAL_WAITING,
)
from storage.record import StoredRecord

log = logging.getLogger(__name__)

MAX_WAITING = 2_000
MAX_WAITING_BYTES = 32_000_000
GROUP_RECORDS = 500
GROUP_BYTES = 16_000_000
COMMIT_WITHIN_S = 20.0
_DUPLICATE_KEY = 11000  # MongoDB error code

# what no retry of the same bytes will change; the rest is the network's or the server's
_REFUSALS = (BSONError, DocumentTooLarge, OverflowError, UnicodeError, TypeError)


@dataclass(kw_only=True, eq=False)
class _Waiting:
    document: dict[str, Any]
    size: int
    done: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class GroupCommit:
    """Inserts into one collection; the waiting list is bounded by number and bytes."""

    def __init__(
        self,
        records: AsyncCollection[dict[str, Any]],
        stored: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """``stored`` is told of each durable document, also of those whose caller hung up."""
        self._records = records
        self._stored = stored
        self._waiting: list[_Waiting] = []
        self._held = 0
        self._held_bytes = 0
        self._committer: asyncio.Task[None] | None = None
        self._closed = False

    def admit(self, size: int) -> None:
        """JournalFull when that much more would be over the bounds."""
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        over = self._held_bytes + size > MAX_WAITING_BYTES and self._held > 0
        if self._held >= MAX_WAITING or over:
            JOURNAL_RECORDS.labels(outcome="full").inc()
            raise JournalFull(f"{self._held} records of {self._held_bytes} bytes wait")

    async def insert(self, record: StoredRecord) -> None:
        """Return when the document is durable. A cancelled caller leaves it in its group."""
        self.admit(len(record.sealed))
        waiting = _Waiting(document=to_document(record), size=len(record.sealed))
        self._hold(waiting)
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._run(), name="journal commit")
        await waiting.done

    async def close(self) -> None:
        """Commit what waits and take no more."""
        self._closed = True
        if self._committer is not None:
            await self._committer

    def _hold(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        self._held += 1
        self._held_bytes += waiting.size
        JOURNAL_WAITING.set(self._held)

    def _settle(self, waiting: _Waiting, error: StorageError | None) -> None:
        self._held -= 1
        self._held_bytes -= waiting.size
        JOURNAL_WAITING.set(self._held)
        JOURNAL_RECORDS.labels(outcome=_outcome(error)).inc()
        if error is None:
            self._stored(waiting.document)
        if waiting.done.done():
            return  # its caller hung up
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)

    async def _run(self) -> None:
        while self._waiting:
            group = self._next_group()
            started = time.monotonic()
            try:
                errors = await self._commit(group)
            except Exception as error:
                log.exception("group commit failed; first record %s", group[0].document["_id"])
                errors = {waiting: _unavailable(error) for waiting in group}
            JOURNAL_COMMIT_SECONDS.observe(time.monotonic() - started)
            JOURNAL_GROUP.observe(len(group))
            for waiting in group:
                self._settle(waiting, errors.get(waiting))

    def _next_group(self) -> list[_Waiting]:
        total = 0
        for count, waiting in enumerate(self._waiting):
            total += waiting.size
            if count and (count >= GROUP_RECORDS or total > GROUP_BYTES):
                break
        else:
            count = len(self._waiting)
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _commit(self, group: list[_Waiting]) -> dict[_Waiting, StorageError]:
        """The errors of those that are not stored."""
        if len(group) == 1:
            return self._count(await self._one_by_one(group))  # cheaper than a group of one
        try:
            async with asyncio.timeout(COMMIT_WITHIN_S):
                await self._records.insert_many([w.document for w in group], ordered=False)
        except BulkWriteError as error:
            errors = _each(group, error)
        except _REFUSALS:
            errors = await self._one_by_one(group)
        except (PyMongoError, TimeoutError) as error:
            errors = self._give_up(group, error)
        else:
            errors = {}
        return self._count(errors)

    def _count(self, errors: dict[_Waiting, StorageError]) -> dict[_Waiting, StorageError]:
        JOURNAL_COMMITS.labels(outcome="failed" if errors else "committed").inc()
        return errors

    def _give_up(
        self, group: list[_Waiting], cause: PyMongoError | TimeoutError
    ) -> dict[_Waiting, StorageError]:
        """The database is away: those who wait behind this group would only wait to hear it."""
        if isinstance(cause, ConnectionFailure | TimeoutError):
            behind, self._waiting = self._waiting, []
            for waiting in behind:
                self._settle(waiting, _unavailable(cause))
        return {waiting: _unavailable(cause) for waiting in group}

    async def _one_by_one(self, group: list[_Waiting]) -> dict[_Waiting, StorageError]:
        """One of them cannot be stored: find out which, and let no other suffer for it."""
        errors = {}
        for waiting in group:
            error = await self._alone(waiting)
            if error is not None:
                errors[waiting] = error
        return errors

    async def _alone(self, waiting: _Waiting) -> StorageError | None:
        try:
            async with asyncio.timeout(COMMIT_WITHIN_S):
                await self._records.insert_one(waiting.document)
        except DuplicateKeyError:
            return None  # ids are random: the group's first try stored it
        except (*_REFUSALS, WriteError) as error:
            return RecordRefused(f"{type(error).__name__}: {error}")
        except (PyMongoError, TimeoutError) as error:
            return self._give_up([waiting], error)[waiting]
        return None


def _each(group: list[_Waiting], error: BulkWriteError) -> dict[_Waiting, StorageError]:
    details = error.details or {}
    failures = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures:
        return {waiting: _unavailable(error) for waiting in group}
    return {
        group[failure["index"]]: RecordRefused(str(failure.get("errmsg", "refused")))
        for failure in failures
        # ids are random: a duplicate is the first try of a write that the driver repeated
        if failure.get("code") != _DUPLICATE_KEY
    }


def _unavailable(cause: Exception) -> JournalUnavailable:
    return JournalUnavailable(f"{type(cause).__name__}: {cause}")


def _outcome(error: StorageError | None) -> str:
    names = {type(None): "stored", RecordRefused: "refused", JournalUnavailable: "unavailable"}
    return names[type(error)]
