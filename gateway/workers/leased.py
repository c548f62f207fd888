"""Work that one process in the whole cluster does at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from gateway.backoff import Backoff
from gateway.metrics import WORKER_RUNS
from storage.errors import LeaseLost
from storage.leases import Lease, Leases

log = logging.getLogger(__name__)

TTL_S = 30
RENEW_EVERY_S = 10.0
# How soon another process takes over what a dead one held, beyond its lease.
ASK_EVERY_S = 5.0


async def while_leased(
    leases: Leases, name: str, owner: str, work: Callable[[], Awaitable[None]]
) -> None:
    """Run ``work`` whenever the lease is ours, for ever; it is cancelled when the lease is lost."""
    backoff = Backoff(first_s=0.5, longest_s=30.0)
    while True:
        try:
            lease = await leases.acquire(name, owner, ttl=TTL_S)
            if lease is None:
                await asyncio.sleep(ASK_EVERY_S)
                continue
            await _hold(lease, work)
            backoff.reset()
        except LeaseLost:
            WORKER_RUNS.labels(name.partition(":")[0], "lease-lost").inc()
        except Exception:
            WORKER_RUNS.labels(name.partition(":")[0], "failed").inc()
            log.exception("leased work failed", extra={"lease": name})
            await backoff.wait()


async def _hold(lease: Lease, work: Callable[[], Awaitable[None]]) -> None:
    """Ends with the work, or with LeaseLost; the lease is given back either way."""
    working = asyncio.ensure_future(work())
    renewing = asyncio.create_task(_renew(lease))
    try:
        done, _ = await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (working, renewing):
            task.cancel()
        await asyncio.gather(working, renewing, return_exceptions=True)
        await asyncio.shield(_release(lease))


async def _renew(lease: Lease) -> None:
    """One missed renewal is no loss: the lease outlives two."""
    missed = 0
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await lease.renew()
            missed = 0
        except LeaseLost:
            raise
        except Exception as error:
            missed += 1
            log.warning("a lease was not renewed", extra={"missed": missed})
            if missed > 1:
                raise LeaseLost(str(error)) from error


async def _release(lease: Lease) -> None:
    try:
        await lease.release()
    except Exception:
        log.warning("a lease was not given back; it expires")
