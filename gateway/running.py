"""``parley run``: stores, edge and workers as children of one small process."""

import asyncio
import logging
import shutil
import socket
import sys
import urllib.request
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack

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
        settings = _addressed(settings, http)
        settings = await _with_stores(settings, stack)
        settings = _with_demo(settings) if demo else settings
        publish(settings.data, settings)
        smtp = _smtp(settings, stack)
        sockets = {HTTP_FD: http, SMTP_FD: smtp} if smtp else {HTTP_FD: http}
        roles = _roles(settings, sockets)
        supervisor = Supervisor(roles)
        supervisor.start()
        stack.push_async_callback(supervisor.stop)
        await _until(stopping, _greet(settings, smtp, demo=demo))
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


def _addressed(settings: Settings, http: socket.socket) -> Settings:
    """The public URL follows the port while it was not configured."""
    if settings.public_url != Settings().public_url:
        return settings
    host = ANYWHERE.get(settings.http_host, settings.http_host)
    return msgspec.structs.replace(settings, public_url=f"http://{host}:{http.getsockname()[1]}")


async def _with_stores(settings: Settings, stack: AsyncExitStack) -> Settings:
    if settings.mongo_url and settings.redis_url:
        settings.data.mkdir(parents=True, exist_ok=True)
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


async def _greet(settings: Settings, smtp: socket.socket | None, *, demo: bool) -> None:
    """Say where it is once it answers; the demo's own process shows the login."""
    if not await _ready(settings.public_url):
        log.error("the edge does not answer", extra={"url": settings.public_url})
        return
    print(f"\nParley is at {settings.public_url}/app/", flush=True)
    if smtp:
        print(f"It takes mail by SMTP on {settings.smtp_host}:{smtp.getsockname()[1]}", flush=True)
    if not demo:
        print("Add a first login: parley agent add you@example.com --role admin", flush=True)
    print("Stop it with Ctrl-C.", flush=True)


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
