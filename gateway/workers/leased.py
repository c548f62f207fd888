"""Work that one process in the whole cluster does at a time."""

import logging
from collections.abc import Awaitable, Callable

from gateway.backoff import Backoff
from gateway.metrics import WORKER_RUNS
from storage.errors import LeaseLost
from storage.leases import Leases

log = logging.getLogger(__name__)


async def while_leased(
    leases: Leases, name: str, owner: str, work: Callable[[], Awaitable[None]]
) -> None:
    """Run ``work`` whenever the lease is ours, for ever; it is cancelled when the lease is lost."""
    backoff = Backoff(first_s=0.5, longest_s=30.0)
    kind = name.partition(":")[0]
    while True:
        try:
            async with leases.hold(name, owner):
                await work()
            backoff.reset()
        except LeaseLost:
            WORKER_RUNS.labels(kind, "lease-lost").inc()
            log.info("another process has it now", extra={"lease": name})
        except Exception:
            WORKER_RUNS.labels(kind, "failed").inc()
            log.exception("leased work failed", extra={"lease": name})
        await backoff.wait()
