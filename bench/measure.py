"""One measurement: CPU over all processes, wall time, latencies, memory."""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from bench.load import Act, run
from bench.process import usage

Pids = Callable[[], Iterable[int]]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """CPU milliseconds a message over all processes; wall milliseconds a call."""

    name: str
    in_flight: int
    count: int
    cpu_ms: float
    per_s: float
    p50_ms: float
    p99_ms: float
    memory_mb: float


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measure(
    name: str,
    pids: Pids,
    act: Act,
    *,
    count: int,
    in_flight: int,
    settled: Callable[[], Awaitable[None]] | None = None,
) -> Measured:
    """Run ``act`` ``count`` times; ``settled`` returns when all its consequences are done.

    The load's own CPU is not counted, nor is what starts and ends with it.
    """
    began, before = time.perf_counter(), usage(pids())
    taken = await run(act, count, in_flight)
    if settled:
        await settled()
    after, wall = usage(pids()), time.perf_counter() - began
    return Measured(
        name=name,
        in_flight=in_flight,
        count=count,
        cpu_ms=1000 * (after.cpu_s - before.cpu_s) / count,
        per_s=count / wall,
        p50_ms=1000 * statistics.median(taken),
        p99_ms=1000 * percentile(taken, 0.99),
        memory_mb=after.memory / 1e6,
    )
