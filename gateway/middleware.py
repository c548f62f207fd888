"""What every request passes: its id, its problem document, its metric, its security headers."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from config.logging import REQUEST_ID
from gateway import problems
from gateway.metrics import HTTP_SECONDS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GIVEN_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A request id: the proxy's when it looks like one, else ours."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if GIVEN_ID.match(given) else secrets.token_hex(8)
    mark = REQUEST_ID.set(request_id)
    try:
        response = await handler(request)
    finally:
        REQUEST_ID.reset(mark)
    if not response.prepared:
        response.headers["X-Request-Id"] = request_id
    return response


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Time by route pattern, never by path: paths hold ids."""
    began = time.perf_counter()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "none"
    HTTP_SECONDS.labels(route, request.method, str(response.status)).observe(
        time.perf_counter() - began
    )
    return response


@web.middleware
async def explain_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Exceptions become problem documents; a client that hung up gets nothing."""
    try:
        response = await handler(request)
    except asyncio.CancelledError:
        raise
    except ConnectionResetError:
        return web.Response(status=499)
    except Exception as error:
        response = problems.from_error(error)
    if not response.prepared:
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
    return response


MIDDLEWARES = (identify, observe, explain_failures)
