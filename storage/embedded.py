"""The embedded stores: a MongoDB-protocol server and a Redis as supervised child processes."""

import asyncio
import fcntl
import logging
import os
import random
import time
from pathlib import Path
from typing import IO

from storage.child import Child
from storage.engines import free_port, mongo_engine, redis_engine
from storage.errors import DirectoryInUse, StoreStartFailed
from storage.metrics import STORE_RESTARTS

log = logging.getLogger(__name__)

LOCK_WAIT_S = 20.0  # the children of a killed owner need a moment to go
_WATCH_EVERY_S = 0.2
_LONGEST_PAUSE_S = 5.0
_START_TRIES = 3


class EmbeddedStores:
    """Both stores under one directory, which has one owner at a time."""

    def __init__(self, data_dir: Path, *, lock_wait: float = LOCK_WAIT_S) -> None:
        self.data_dir = data_dir
        self.mongo_url = ""
        self.redis_url = ""
        self.children: dict[str, Child] = {}
        self._lock_wait = lock_wait
        self._lock: IO[str] | None = None
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self, *, supervised: bool = True) -> tuple[str, str]:
        """Start and wait until both answer; the URLs of (MongoDB, Redis).

        Raises DirectoryInUse or StoreStartFailed. ``supervised`` restarts what dies, for as long
        as the event loop of this call runs.
        """
        self._lock = await _lock_directory(self.data_dir, self._lock_wait)
        try:
            await self._start_children(self._lock.fileno())
        except BaseException:
            await self.stop()
            raise
        self.mongo_url = self.children["mongo"].url
        self.redis_url = self.children["redis"].url
        if supervised:
            self._watchers = [
                asyncio.create_task(_supervise(name, child), name=f"watch {name}")
                for name, child in self.children.items()
            ]
        return self.mongo_url, self.redis_url

    async def _start_children(self, lock_fd: int) -> None:
        engines = {"mongo": mongo_engine(self.data_dir), "redis": redis_engine()}
        self.children = {
            name: Child(engine, self.data_dir, lock_fd) for name, engine in engines.items()
        }
        failures: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as starting:
                for child in self.children.values():
                    starting.create_task(_first_start(child))
        except* (StoreStartFailed, OSError) as failed:
            failures += failed.exceptions
        # outside: Python before 3.11.4 wraps in a group whatever is raised within `except*`
        if failures:
            raise StoreStartFailed(f"{self.data_dir}: {failures[0]}")

    async def stop(self) -> None:
        """Stop watching, stop both, give the directory back. Safe to call twice."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers = []
        await asyncio.gather(*(child.stop() for child in self.children.values()))
        if self._lock is not None:
            self._lock.close()
            self._lock = None


async def _first_start(child: Child) -> None:
    for attempt in range(1, _START_TRIES + 1):
        child.spawn()
        try:
            await child.wait_ready()
        except StoreStartFailed:
            child.kill()
            if attempt == _START_TRIES:
                raise
            child.port = free_port()  # somebody may have taken it meanwhile
        else:
            return


async def _supervise(name: str, child: Child) -> None:
    failures = 0
    while True:
        started = time.monotonic()
        while child.alive:  # noqa: ASYNC110  waitpid has no event
            await asyncio.sleep(_WATCH_EVERY_S)
        failures = 0 if time.monotonic() - started > 60 else failures + 1  # noqa: PLR2004
        STORE_RESTARTS.labels(store=name).inc()
        log.error("embedded store %s (pid %d) ended; starting it again", name, child.pid)
        pause = min(_LONGEST_PAUSE_S, 0.05 * 2**failures)
        await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter
        try:
            child.spawn()
            await child.wait_ready()
        except (StoreStartFailed, OSError):
            log.exception("embedded store %s did not come back", name)
            child.kill()


async def _lock_directory(data_dir: Path, wait: float) -> IO[str]:
    """The open lock file. The lock lives in the open file, which the children inherit."""
    file = _lock_file(data_dir)
    deadline = time.monotonic() + wait
    while not _try_lock(file):
        if time.monotonic() >= deadline:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            file.close()
            raise DirectoryInUse(f"{data_dir} is in use by process {owner}")
        await asyncio.sleep(0.1)
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _lock_file(data_dir: Path) -> IO[str]:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (data_dir / "owner.lock").open("a+")


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
