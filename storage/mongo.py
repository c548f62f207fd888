"""The MongoDB client of one process: majority-journaled writes, transactions that retry."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from storage.collection import Collection
from storage.errors import TransactionGaveUp

Session = AsyncClientSession
StructT = TypeVar("StructT", bound=msgspec.Struct)
ResultT = TypeVar("ResultT")

log = logging.getLogger(__name__)

DURABLE = WriteConcern(w="majority", j=True, wtimeout=15_000)
TRANSACTION_TRIES = 10


class Mongo:
    """One client, made inside the loop that uses it and after any fork."""

    def __init__(self, url: str, database: str) -> None:
        self.client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            url,
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=3_000,
            connectTimeoutMS=3_000,
            socketTimeoutMS=20_000,
            retryWrites=True,
        )
        self.db: AsyncDatabase[dict[str, Any]] = self.client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            write_concern=DURABLE,
        )
        self.joins_reads: bool | None = None

    def collection(self, name: str, kind: type[StructT]) -> Collection[StructT]:
        """The typed collection ``name``; each package names its own in its ``store.py``."""
        return Collection(self.db.get_collection(name), kind)

    @property
    def wire_version(self) -> int:
        """What every server that is known by now can do; 0 before the first answer."""
        return self.client.topology_description.common_wire_version or 0

    async def may_join_reads(self) -> bool:
        """Whether a transaction takes one command that reads several collections (``read_joined``).
        Tried once a process: MongoDB knows it since 5.1, and nothing is to depend on that.
        """
        if self.joins_reads is None:
            try:
                await self.transaction(self._joined_read)
            except OperationFailure:
                log.warning(
                    "this database takes no joined reads: each is sent alone", exc_info=True
                )
                self.joins_reads = False
            else:
                self.joins_reads = True
        return self.joins_reads

    async def _joined_read(self, session: Session) -> None:
        look = {"from": "none", "localField": "a", "foreignField": "_id", "pipeline": [], "as": "b"}
        stages: list[dict[str, Any]] = [{"$documents": [{"a": ["x"]}]}, {"$lookup": look}]
        await (await self.db.aggregate(stages, session=session)).to_list(1)

    async def transaction(
        self, work: Callable[[Session], Awaitable[ResultT]], *, reads: bool = True
    ) -> ResultT:
        """Run ``work`` in one transaction, anew after a conflict or a lost primary.

        ``work`` may run several times and its commit may be repeated: nothing random and no side
        effect inside. Raises TransactionGaveUp after ten tries. Without ``reads`` it begins by a
        write: the embedded server takes no read concern with a write of several collections.
        """
        last: Exception | None = None
        for attempt in range(TRANSACTION_TRIES):
            if attempt:
                # full jitter: writers that met once must not meet again
                await asyncio.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 6)))  # noqa: S311
            try:
                return await self._once(work, ReadConcern("snapshot") if reads else None)
            except (PyMongoError, RuntimeError) as error:
                if not _passing(error):
                    raise
                last = error
        raise TransactionGaveUp(TRANSACTION_TRIES) from last

    async def _once(
        self, work: Callable[[Session], Awaitable[ResultT]], read_concern: ReadConcern | None
    ) -> ResultT:
        async with self.client.start_session() as session:
            await session.start_transaction(read_concern=read_concern, write_concern=DURABLE)
            try:
                result = await work(session)
            except BaseException:
                if session.in_transaction:
                    await _abort_quietly(session)
                raise
            await _commit(session)
            return result

    async def server_time(self) -> datetime:
        """The database's clock: leases and sweeps go by it, not by any host's."""
        reply = await self.client.admin.command("hello")
        moment: datetime = reply["localTime"]
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    async def ping(self) -> None:
        """Raises PyMongoError when no primary answers within three seconds."""
        await self.client.admin.command("ping")

    async def close(self) -> None:
        """Close every connection of this process."""
        await self.client.close()


def _passing(error: PyMongoError | RuntimeError) -> bool:
    """A conflict, or no server: also as the driver's pool says it when it is closed under us."""
    if isinstance(error, RuntimeError):
        return str(error) == "Lock is not acquired"
    return error.has_error_label("TransientTransactionError") or isinstance(
        error, ConnectionFailure
    )


async def _abort_quietly(session: Session) -> None:
    try:
        await session.abort_transaction()
    except PyMongoError:
        return  # the server forgets an unfinished transaction by itself


async def _commit(session: Session) -> None:
    for attempt in range(TRANSACTION_TRIES):
        try:
            await session.commit_transaction()
        except (ConnectionFailure, OperationFailure) as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not unknown or attempt == TRANSACTION_TRIES - 1:
                raise
            await asyncio.sleep(random.uniform(0.05, 0.5))  # noqa: S311  jitter, not a secret
        else:
            return
