"""/healthz, /readyz and /metrics: for load balancers and Prometheus, without login."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
WITHIN_S = 4.0


class Checked(msgspec.Struct, frozen=True):
    """One dependency."""

    name: str
    ok: bool
    detail: str


class Ready(msgspec.Struct, frozen=True):
    """Whether traffic is welcome, and why not."""

    ready: bool
    checks: list[Checked]


Check = Callable[[], Awaitable[list[Checked]]]


class HealthRoutes:
    """``check`` asks the stores; ``closing`` says that a shutdown has begun."""

    def __init__(self, check: Check, closing: asyncio.Event) -> None:
        self._check = check
        self._closing = closing

    def routes(self) -> list[web.RouteDef]:
        """The three of them."""
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def alive(self, request: web.Request) -> web.Response:
        """The process answers; it says nothing of the stores."""
        return web.json_response({"ok": True})

    async def ready(self, request: web.Request) -> web.Response:
        """503 while a store is away or the process is shutting down."""
        try:
            async with asyncio.timeout(WITHIN_S):
                checks = await self._check()
        except TimeoutError:
            checks = [Checked("stores", False, f"no answer within {WITHIN_S:g} s")]
        if self._closing.is_set():
            checks.append(Checked("process", False, "shutting down"))
        ready = all(one.ok for one in checks)
        return web.Response(
            status=200 if ready else 503,
            body=msgspec.json.encode(Ready(ready, checks)),
            content_type="application/json",
        )

    async def metrics(self, request: web.Request) -> web.Response:
        """Of all processes where the parent gave them a common directory."""
        text = await asyncio.to_thread(_collect)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _collect() -> bytes:
    if MULTIPROCESS not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no hints
    return generate_latest(registry)
