"""Numbered migrations: each runs once, under a lease, resumes after a crash, and runs online."""

import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from storage.errors import MigrationFailed
from storage.ids import utc_now
from storage.leases import Leases
from storage.mongo import Mongo

log = logging.getLogger(__name__)


class _Applied(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str = field(name="_id")
    cursor: str | None = None
    done_at: datetime | None = None


class Progress:
    """How far a long migration came: save after each batch, start from ``cursor``."""

    def __init__(self, mongo: Mongo, id: str, cursor: str | None) -> None:
        self._applied = mongo.collection("migrations", _Applied)
        self._id = id
        self.cursor = cursor

    async def save(self, cursor: str) -> None:
        """The next start goes on from here."""
        self.cursor = cursor
        await self._applied.update({"_id": self._id}, {"$set": {"cursor": cursor}}, upsert=True)

    async def finish(self) -> None:
        """Never again."""
        await self._applied.update(
            {"_id": self._id},
            {"$set": {"done_at": utc_now()}, "$unset": {"cursor": 1}},
            upsert=True,
        )


class Index(Struct, frozen=True, kw_only=True):
    """An index. A partial one whose field is not its first key needs a range (``$gte``) filter:
    the embedded server's planner does not see that an equality implies the filter."""

    collection: str
    keys: tuple[tuple[str, int], ...]
    name: str
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after_s: int | None = None

    async def ensure(self, mongo: Mongo) -> None:
        """Create it; nothing happens when it is there."""
        options: dict[str, Any] = {"name": self.name, "unique": self.unique}
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.expire_after_s is not None:
            options["expireAfterSeconds"] = self.expire_after_s
        await mongo.db[self.collection].create_index(list(self.keys), **options)


class Migration(Struct, frozen=True, kw_only=True):
    """One step. ``up`` may run again after a crash: it begins at ``progress.cursor``.

    What makes only indexes says which. A site that has run it gets none that are added later.
    """

    number: int
    name: str
    up: Callable[[Mongo, Progress], Awaitable[None]]
    indexes: tuple[Index, ...] = ()

    @property
    def id(self) -> str:
        """How the database knows it."""
        return f"{self.number:04d}_{self.name}"


def ensure_indexes(number: int, name: str, indexes: Sequence[Index]) -> Migration:
    """The migration that creates these."""

    async def up(mongo: Mongo, _progress: Progress) -> None:
        for index in indexes:
            await index.ensure(mongo)

    return Migration(number=number, name=name, up=up, indexes=tuple(indexes))


def drop_index(number: int, name: str, collection: str, index: str) -> Migration:
    """The migration that drops an index which older sites have."""

    async def up(mongo: Mongo, _progress: Progress) -> None:
        if index in await mongo.db[collection].index_information():
            await mongo.db[collection].drop_index(index)

    return Migration(number=number, name=name, up=up)


class Migrator:
    """Runs what is missing in the order of numbers. A package takes its own hundred of them."""

    def __init__(self, mongo: Mongo, migrations: Sequence[Migration]) -> None:
        numbers = [migration.number for migration in migrations]
        if len(set(numbers)) < len(numbers):
            raise ValueError(f"two migrations have one number: {sorted(numbers)}")
        self._mongo = mongo
        self._migrations = sorted(migrations, key=lambda migration: migration.number)
        self._applied = mongo.collection("migrations", _Applied)

    async def missing(self) -> list[Migration]:
        """What has not run to its end."""
        known = await self._applied.by_ids(migration.id for migration in self._migrations)
        done = {id for id, applied in known.items() if applied.done_at is not None}
        return [migration for migration in self._migrations if migration.id not in done]

    async def run(self) -> list[str]:
        """Run what is missing, one process at a time; the ids of what ran here."""
        if not await self.missing():
            return []
        owner = f"{socket.gethostname()}:{os.getpid()}"
        async with Leases(self._mongo).hold("migrations", owner):
            missing = await self.missing()
            for migration in missing:
                await self._run_one(migration)
            return [migration.id for migration in missing]

    async def _run_one(self, migration: Migration) -> None:
        applied = await self._applied.get(migration.id)
        progress = Progress(self._mongo, migration.id, applied.cursor if applied else None)
        log.info("migration %s starts", migration.id)
        try:
            await migration.up(self._mongo, progress)
        except Exception as error:
            raise MigrationFailed(
                f"{migration.id} stopped and goes on at next start: {error!r}"
            ) from error
        await progress.finish()
