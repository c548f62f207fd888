"""The arq worker: picks a job as soon as a bell rings instead of at its next poll.

Jobs are doorbells: what is to be done stands in MongoDB. They keep no result, are not retried by
arq (sweepers ring again), and losing all of them loses nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from arq import func
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from gateway.backoff import Backoff
from gateway.metrics import WORKER_RUNS, WORKER_SECONDS
from gateway.workers.loops import Bell

log = logging.getLogger(__name__)

Job = Callable[..., Awaitable[None]]
POLL_S = 1.0  # the bell wakes it; this is for deferred jobs
JOB_TIMEOUT_S = 120
AT_ONCE = 16
DRAIN_WITHIN_S = 20.0


class BellWorker(Worker):
    """arq's worker with a bell in its poll."""

    def __init__(self, bell: Bell, jobs: Mapping[str, Job], redis: ArqRedis) -> None:
        super().__init__(
            functions=[func(_counted(name, job), name=name) for name, job in jobs.items()],
            redis_pool=redis,
            handle_signals=False,
            max_jobs=AT_ONCE,
            job_timeout=JOB_TIMEOUT_S,
            keep_result=0,
            max_tries=1,
            poll_delay=POLL_S,
            log_results=False,
        )
        self._bell = bell

    async def main(self) -> None:
        """Until cancelled, or Redis goes away (which raises)."""
        while True:
            await self._poll_iteration()
            await self._bell.heard(POLL_S)

    def _release_sem_dec_counter_on_complete(self) -> None:
        """A free place is a reason to look, when there was none."""
        full = self.job_counter >= self.max_jobs
        super()._release_sem_dec_counter_on_complete()
        if full:
            self._bell.ring()

    async def finish(self) -> None:
        """Pick no more, let what runs end, cancel what does not."""
        self.allow_pick_jobs = False
        if self.tasks:
            _, late = await asyncio.wait(self.tasks.values(), timeout=DRAIN_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def work(bell: Bell, jobs: Mapping[str, Job], connect: Callable[[], ArqRedis]) -> None:
    """Run workers until cancelled: arq ends when Redis does, and a new one begins."""
    backoff = Backoff(first_s=0.2, longest_s=5.0)
    while True:
        redis = connect()
        worker = BellWorker(bell, jobs, redis)
        began = asyncio.get_running_loop().time()
        try:
            await worker.main()
        except asyncio.CancelledError:
            await worker.finish()
            await redis.aclose()
            raise
        except Exception as error:
            WORKER_RUNS.labels("arq", "failed").inc()
            log.warning("the job queue is away", extra={"cause": type(error).__name__})
            await worker.finish()
            await redis.aclose()
        if asyncio.get_running_loop().time() - began > JOB_TIMEOUT_S:
            backoff.reset()
        await backoff.wait()


def _counted(name: str, job: Job) -> WorkerCoroutine:
    """A job as arq calls it: its failure is logged and counted, and never arq's to retry."""

    async def run(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  arq's
        try:
            with WORKER_SECONDS.labels(name).time():
                await job(*args)
        except Exception:
            WORKER_RUNS.labels(name, "failed").inc()
            log.exception("a job failed", extra={"job": name})
        else:
            WORKER_RUNS.labels(name, "worked").inc()

    run.__qualname__ = name
    return run
