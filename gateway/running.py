"""``parley run``: stores, edge and workers as children of one small process."""

import asyncio
import logging
import shutil
import socket
import sys
import urllib.request
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from config.keys import load_keys
from config.settings import Settings, SettingsInvalid, environment
from gateway.endpoints import publish, with_stores
from gateway.supervisor import HTTP_FD, SMTP_FD, Role, Stopping, Supervisor, listen
from storage.embedded import EmbeddedStores

log = logging.getLogger(__name__)

METRICS = "PROMETHEUS_MULTIPROC_DIR"
READY_WITHIN_S = 120.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  what a browser here must use


async def run_all(settings: Settings, *, demo: bool) -> int:
    """Until Ctrl-C or SIGTERM; then everything that was started is stopped, in order."""
    stopping = Stopping()
    stopping.watch()
    load_keys(settings)
    async with AsyncExitStack() as stack:
        http = _bound(settings.http_host, settings.http_port, "http_port")
        stack.callback(http.close)
        smtp = _smtp(settings, stack)
        settings = _addressed(settings, http, smtp)
        settings = await _with_stores(settings, stack)
        settings = _with_demo(settings) if demo else settings
        publish(settings.data, settings)
        sockets = {HTTP_FD: http, SMTP_FD: smtp} if smtp else {HTTP_FD: http}
        roles = _roles(settings, sockets)
        supervisor = Supervisor(roles)
        supervisor.start()
        stack.push_async_callback(supervisor.stop)
        await _until(stopping, _greet(settings, _local(http), demo=demo))
        print("\nParley stops.", file=sys.stderr, flush=True)
    return 0


async def _until(stopping: Stopping, greeting: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(greeting)
    await stopping.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _bound(host: str, port: int, name: str) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise SettingsInvalid(
            name,
            f"{host}:{port} cannot be listened on: {error.strerror}. "
            f"PARLEY_{name.upper()}=0 picks a free port.",
        ) from error


def _smtp(settings: Settings, stack: AsyncExitStack) -> socket.socket | None:
    """Nothing when mail is not taken."""
    if not settings.smtp_enabled:
        return None
    smtp = _bound(settings.smtp_host, settings.smtp_port, "smtp_port")
    stack.callback(smtp.close)
    return smtp


def _addressed(settings: Settings, http: socket.socket, smtp: socket.socket | None) -> Settings:
    """The ports that were found; the public URL follows while it was not configured."""
    if smtp is not None:
        settings = msgspec.structs.replace(settings, smtp_port=smtp.getsockname()[1])
    if settings.public_url != Settings().public_url:
        return settings
    return msgspec.structs.replace(settings, public_url=_local(http))


def _local(http: socket.socket) -> str:
    """Where a program on this machine reaches the edge, whatever the outside calls it."""
    host, port = http.getsockname()[:2]
    host = ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


async def _with_stores(settings: Settings, stack: AsyncExitStack) -> Settings:
    if settings.mongo_url and settings.redis_url:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return settings
    stores = EmbeddedStores(settings.data)
    urls = await stores.start()
    stack.push_async_callback(stores.stop)
    return with_stores(settings, *urls)


def _with_demo(settings: Settings) -> Settings:
    """The demo's providers are stand-ins on loopback, which is closed to connectors otherwise."""
    allowed = (*settings.egress_allow, "127.0.0.1")
    return msgspec.structs.replace(settings, demo=True, egress_allow=allowed)


def _roles(settings: Settings, sockets: Mapping[str, socket.socket]) -> list[Role]:
    """Edge processes share the sockets; workers have none."""
    metrics = settings.data / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    common = {**environment(settings), METRICS: str(metrics)}
    handed = {name: str(one.fileno()) for name, one in sockets.items()}
    descriptors = tuple(one.fileno() for one in sockets.values())
    edges = [
        Role(
            name=f"edge-{number}",
            arguments=("serve",),
            environment={**common, **handed},
            descriptors=descriptors,
        )
        for number in range(settings.http_processes)
    ]
    workers = [
        Role(name=f"worker-{number}", arguments=("work",), environment=common)
        for number in range(settings.worker_processes)
    ]
    demo = [Role(name="demo", arguments=("demo",), environment=common)] if settings.demo else []
    return [*edges, *workers, *demo]


async def _greet(settings: Settings, local_url: str, *, demo: bool) -> None:
    """Say where it is once it answers; the demo's own process does so when its story is told."""
    if not await _ready(local_url):
        log.error("the edge does not answer", extra={"url": local_url})
        return
    if demo:
        print("\nParley is up; the demo is being filled in.", flush=True)
        return
    rows = [
        ("mail in", smtp_place(settings)),
        ("first login", f"{_command()} agent add you@example.com --role admin"),
        ("all is well?", f"{_command()} doctor"),
    ]
    print(greeting(settings, rows), flush=True)


def greeting(settings: Settings, rows: Sequence[tuple[str, str]]) -> str:
    """What a person needs to begin, in one piece: log lines run on above and below."""
    found = [("inbox", f"{settings.public_url}/app/"), *rows]
    width = max(len(name) for name, _ in found) + 2
    lines = [f"  {name:<{width}}{value}" for name, value in found]
    return "\n".join(["", "Parley is running. Ctrl-C stops it.", "", *lines, ""])


def smtp_place(settings: Settings) -> str:
    """Where mail is taken."""
    place = f"by SMTP on {settings.smtp_host}:{settings.smtp_port}"
    return place if settings.smtp_enabled else "switched off"


def _command() -> str:
    """How this very installation is called: a clone has no command on PATH."""
    beside = Path(sys.executable).with_name("parley")
    if not beside.exists():
        return f"{sys.executable} -m gateway"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


async def _ready(url: str) -> bool:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    while asyncio.get_running_loop().time() < deadline:
        if await asyncio.to_thread(_answers, f"{url}/readyz"):
            return True
        await asyncio.sleep(0.1)
    return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except OSError:
        return False
