"""Child processes of `parley run`: started, restarted with back-off, stopped together.

Listening sockets belong to the parent and are handed down: a killed child loses no connection that
was not yet accepted, and several share one port. Each child holds the reading end of a pipe: when
the parent dies in whatever way, its end closes and the child drains and goes.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import msgspec

from gateway.backoff import Backoff
from gateway.metrics import CHILD_RESTARTS

log = logging.getLogger(__name__)

LIFELINE = "PARLEY_LIFELINE_FD"
HTTP_FD = "PARLEY_HTTP_FD"
SMTP_FD = "PARLEY_SMTP_FD"
STABLE_S = 60.0
STOP_WITHIN_S = 35.0
BACKLOG = 1_024
# Larger blocks go back to the system when they are freed. glibc learns from the first one that it
# should keep them: 19 MB after one login (argon2), 5 MB after large mails (measured).
MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1048576"}


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """What to run: arguments after ``python -m gateway``, environment, inherited descriptors."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that children inherit. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(BACKLOG)
    listening.setblocking(False)
    return listening


def inherited(name: str, host: str, port: int) -> socket.socket:
    """The parent's socket when there is one, else one of our own."""
    given = os.environ.get(name)
    if given is None:
        return listen(host, port)
    listening = socket.socket(fileno=int(given))
    listening.setblocking(False)
    return listening


class Supervisor:
    """Keeps one process per role."""

    def __init__(self, roles: Sequence[Role]) -> None:
        self._roles = roles
        self._reading, self._writing = os.pipe()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._keepers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start every role; needs a running loop."""
        self._keepers = [
            asyncio.create_task(self._keep(role), name=role.name) for role in self._roles
        ]

    async def stop(self) -> None:
        """SIGTERM to all, wait for them to drain, SIGKILL to what does not go."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        running = [one for one in self._processes.values() if one.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(_gone(process) for process in running))
        for end in (self._reading, self._writing):
            with contextlib.suppress(OSError):
                os.close(end)

    async def _keep(self, role: Role) -> None:
        backoff = Backoff(first_s=0.1, longest_s=10.0)
        while True:
            began = time.monotonic()
            process = self._spawn(role)
            status = await _exited(process)
            if time.monotonic() - began > STABLE_S:
                backoff.reset()
            CHILD_RESTARTS.labels(role.name).inc()
            log.error("a process ended", extra={"child": role.name, "status": status})
            await backoff.wait()

    def _spawn(self, role: Role) -> subprocess.Popen[bytes]:
        environment = {**MEMORY, **os.environ, **role.environment, LIFELINE: str(self._reading)}
        process = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, "-m", "gateway", *role.arguments],
            stdin=subprocess.DEVNULL,
            env=environment,
            pass_fds=(self._reading, *role.descriptors),
            # Ctrl-C reaches the parent alone, which stops its children in order
            start_new_session=True,
        )
        self._processes[role.name] = process
        return process


async def _exited(process: subprocess.Popen[bytes]) -> int:
    while (status := process.poll()) is None:  # noqa: ASYNC110  waitpid has no event
        await asyncio.sleep(0.1)
    return status


async def _gone(process: subprocess.Popen[bytes]) -> None:
    try:
        await asyncio.wait_for(_exited(process), STOP_WITHIN_S)
    except TimeoutError:
        process.kill()
        await _exited(process)


class Stopping:
    """Set by SIGTERM, SIGINT, or the parent's death."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.failed = False

    def ask(self, *, failed: bool = False) -> None:
        """Stop; ``failed`` says that it is not by anybody's wish."""
        self.failed |= failed
        self._event.set()

    def watch(self) -> None:
        """Install for the running loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._event.set)
        lifeline = os.environ.get(LIFELINE)
        if lifeline is not None:
            # readable only at its end: nobody writes
            loop.add_reader(int(lifeline), self._parent_gone, int(lifeline))

    async def wait(self) -> None:
        """Until somebody says stop."""
        await self._event.wait()

    def _parent_gone(self, lifeline: int) -> None:
        asyncio.get_running_loop().remove_reader(lifeline)
        self._event.set()
