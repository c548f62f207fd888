"""Leases: one owner at a time of a named thing, by the database's clock, with fencing tokens."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from storage.errors import LeaseLost
from storage.metrics import LEASES_LOST
from storage.mongo import Mongo

log = logging.getLogger(__name__)

DEFAULT_TTL_S = 30.0
_CANCEL_AGAIN_S = 0.5
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Lease(Struct, frozen=True, kw_only=True):
    id: str = field(name="_id")
    owner: str
    token: int
    until: datetime
    v: int = 1


class Lease:
    """Ours until ``ttl`` seconds after the last renewal. ``token`` grows with every owner."""

    def __init__(self, leases: "Leases", name: str, owner: str, token: int, ttl: float) -> None:
        self.name = name
        self.owner = owner
        self.token = token
        self.ttl = ttl
        self._leases = leases

    async def renew(self) -> None:
        """Another ``ttl`` seconds; LeaseLost when somebody else has taken it."""
        await self._leases.extend(self, self.ttl)

    async def release(self) -> None:
        """Let the next owner in at once; nothing happens when it is lost already."""
        try:
            await self._leases.extend(self, 0)
        except LeaseLost:
            return


class Leases:
    """Takes leases for an owner: a name of this process and purpose."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._leases = mongo.collection("leases", _Lease)

    async def acquire(self, name: str, owner: str, ttl: float = DEFAULT_TTL_S) -> Lease | None:
        """The lease, or None while somebody holds it (also when that is the same owner)."""
        # The clock is read first, so the lease ends early by the time of this call, never late.
        # Comparing with $$NOW in the server would save the trip, but the embedded one ignores it.
        now = await self._mongo.server_time()
        taken = await self._leases.raw.find_one_and_update(
            {"_id": name, "until": {"$lte": now}},
            {"$set": {"owner": owner, "until": now + timedelta(seconds=ttl)}, "$inc": {"token": 1}},
            return_document=ReturnDocument.AFTER,
        )
        if taken is not None:
            return Lease(self, name, owner, taken["token"], ttl)
        if await self._leases.get(name) is not None:
            return None
        first = _Lease(id=name, owner=owner, token=1, until=now + timedelta(seconds=ttl))
        if await self._leases.insert(first):
            return Lease(self, name, owner, 1, ttl)
        return None

    async def extend(self, lease: Lease, ttl: float) -> None:
        """Set the end to ``ttl`` seconds from now; LeaseLost when the token is no longer ours."""
        until = await self._mongo.server_time() + timedelta(seconds=ttl) if ttl else _NEVER
        result = await self._leases.raw.update_one(
            {"_id": lease.name, "token": lease.token, "until": {"$gt": _NEVER}},
            {"$set": {"until": until}},
        )
        if result.matched_count == 0:
            raise LeaseLost(f"lease {lease.name} is no longer held by {lease.owner}")

    @asynccontextmanager
    async def hold(self, name: str, owner: str, ttl: float = DEFAULT_TTL_S) -> AsyncIterator[Lease]:
        """Wait for the lease, renew it while the body runs, release it after.

        When it is lost (taken, or the database did not answer for ``ttl`` seconds) the body is
        cancelled and LeaseLost raised.
        """
        lease = await self._wait_for(name, owner, ttl)
        keeper = _Keeper(lease)
        try:
            yield lease
        except asyncio.CancelledError:
            if not keeper.taken_back():
                raise
            LEASES_LOST.labels(name=name).inc()
            raise LeaseLost(f"lease {name} was lost by {owner}") from None
        finally:
            await keeper.stop()
            await _release_quietly(lease)

    async def _wait_for(self, name: str, owner: str, ttl: float) -> Lease:
        while True:
            lease = await self.acquire(name, owner, ttl)
            if lease is not None:
                return lease
            await asyncio.sleep(random.uniform(ttl / 12, ttl / 6))  # noqa: S311  jitter


class _Keeper:
    """Renews at a third of the time; cancels the holder when that cannot be relied on any more.

    It cancels again until the holder listens: on Python 3.11 ``asyncio.wait_for``, which pymongo
    uses for every write, swallows a cancellation that meets the end of what it waits for.
    """

    def __init__(self, lease: Lease) -> None:
        holder = asyncio.current_task()
        if holder is None:
            raise RuntimeError("a lease is held by a task")
        self._lease = lease
        self._holder = holder
        self._cancels = 0
        self._task = asyncio.create_task(self._run(), name=f"lease {lease.name}")

    def taken_back(self) -> bool:
        """Undo our own cancellations; whether there was one and nobody else's."""
        ours = self._cancels > 0
        while self._cancels:
            self._cancels -= 1
            self._holder.uncancel()
        return ours and not self._holder.cancelling()

    async def stop(self) -> None:
        """Renew no longer."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await self._renew_while_held()
        while True:
            self._cancels += 1
            self._holder.cancel()
            await asyncio.sleep(_CANCEL_AGAIN_S)

    async def _renew_while_held(self) -> None:
        ttl = self._lease.ttl
        held_until = time.monotonic() + ttl
        while True:
            await asyncio.sleep(ttl / 3)
            asked = time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, held_until - asked)):
                    await self._lease.renew()
            except (LeaseLost, TimeoutError):
                return
            except PyMongoError as error:
                log.warning("lease %s could not be renewed: %r", self._lease.name, error)
                if time.monotonic() + ttl / 3 >= held_until:
                    return
            else:
                held_until = asked + ttl


async def _release_quietly(lease: Lease) -> None:
    try:
        await lease.release()
    except PyMongoError as error:
        log.warning("lease %s runs out by itself: %r", lease.name, error)
