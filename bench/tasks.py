"""The tasks of a page's main thread, from Chromium's own trace.

A busy machine stretches the time that passes (wall); the thread's own time (CPU) it stretches
hardly. Both are told.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from playwright.async_api import Browser, Page

CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
MAIN_THREAD = "CrRendererMain"
TASK = ("RunTask", "ThreadControllerImpl::RunTask")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task, in milliseconds."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ms ({self.cpu:.0f} of CPU)"


class Tasks:
    """What a page did while it was watched."""

    def __init__(self) -> None:
        self.all: list[Task] = []

    @property
    def longest(self) -> str:
        """The most that passed in one, and the most that one took: not always the same task."""
        wall = max((one.wall for one in self.all), default=0.0)
        cpu = max((one.cpu for one in self.all), default=0.0)
        return str(Task(wall=wall, cpu=cpu))


@asynccontextmanager
async def watched(browser: Browser, page: Page) -> AsyncIterator[Tasks]:
    """Known when the block has ended."""
    seen = Tasks()
    await browser.start_tracing(page=page, categories=CATEGORIES)
    yield seen
    seen.all = _tasks(await browser.stop_tracing())


def _tasks(trace: bytes) -> list[Task]:
    """Outermost tasks only: one may hold others, where the page runs a loop of its own."""
    events = json.loads(trace)["traceEvents"]
    threads = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == MAIN_THREAD
    }
    return [
        Task(wall=one.get("dur", 0) / 1000, cpu=one.get("tdur", 0) / 1000)
        for one in events
        if one["name"] in TASK and (one["pid"], one["tid"]) in threads
    ]
