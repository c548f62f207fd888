"""The table of ``docs/performance.md``."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bench.measure import Measured
from bench.workloads import Latency

MARK = "<!-- measured -->"


def _row(one: Measured) -> str:
    return (
        f"| {one.name} | {one.in_flight} | {one.count} | {one.cpu_ms:.2f} | {one.per_s:.0f} "
        f"| {one.p50_ms:.1f} | {one.p99_ms:.1f} | {one.memory_mb:.0f} |"
    )


def table(measured: Iterable[Measured], latencies: Iterable[Latency], facts: Iterable[str]) -> str:
    """Markdown: one row per measurement, then latencies, then facts in words."""
    head = (
        "| what | in flight | messages | CPU ms a message | a second | p50 ms | p99 ms | MB |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    late = [
        f"- {one.name}: p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms over {one.count}"
        for one in latencies
    ]
    said = [f"- {fact}" for fact in facts]
    return "\n".join([head, *map(_row, measured), "", *late, *said])


def write(path: Path, text: str, now: datetime, command: str) -> None:
    """Replace what stands between the two marks; the words around it stay."""
    before, _, rest = path.read_text().partition(MARK)
    _, _, after = rest.partition(MARK)
    body = f"{MARK}\n\nMeasured on {now:%Y-%m-%d} by `{command}`.\n\n{text}\n\n{MARK}"
    path.write_text(before + body + after)
