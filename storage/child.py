"""One child process of an embedded store: started, watched, stopped, never left behind."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from storage.engines import Engine, free_port
from storage.errors import StoreStartFailed

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOG_LIMIT = 10_000_000
READY_WITHIN_S = 120.0  # a killed database replays its log first
STOP_WITHIN_S = 15.0


def _die_with_parent() -> Callable[[], None] | None:
    """What runs between fork and exec so that a kill -9 of Parley takes its stores along."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return tie


class Child:
    """The process of one engine in one directory; its port stays the same over restarts."""

    def __init__(self, engine: Engine, data_dir: Path, lock_fd: int) -> None:
        self.engine = engine
        self.directory = data_dir / engine.name
        self.log = data_dir / f"{engine.name}.log"
        self.port = free_port()
        self._lock_fd = lock_fd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return self.engine.url(self.port)

    @property
    def pid(self) -> int:
        """The process id; 0 before the first start."""
        return 0 if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs (it may not answer yet)."""
        return self._process is not None and self._process.poll() is None

    def spawn(self) -> None:
        """Start it. It holds the directory's lock too, so an orphan keeps others out."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.unlink()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own command line
                self.engine.command(self.directory, self.port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.engine.environment},
                start_new_session=True,  # Ctrl-C reaches Parley, which drains before it stops us
                pass_fds=(self._lock_fd,),
                preexec_fn=_die_with_parent(),  # noqa: PLW1509  one prctl, no locks taken
            )

    async def wait_ready(self) -> None:
        """Return when it answers; StoreStartFailed when it ends or takes too long."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if not self.alive:
                raise StoreStartFailed(f"{self.engine.name} ended at start:\n{self._last_lines()}")
            if await self.engine.ready(self.port):
                return
            await asyncio.sleep(0.05)
        raise StoreStartFailed(f"{self.engine.name} does not answer; see {self.log}")

    async def stop(self) -> None:
        """Ask, wait, and kill what does not go."""
        if self._process is None:
            return
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_S
        while self.alive and time.monotonic() < deadline:  # noqa: ASYNC110  waitpid has no event
            await asyncio.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """SIGKILL, and reap."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
