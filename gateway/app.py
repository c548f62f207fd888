"""The aiohttp application of one edge process, and its life from socket to drained."""

import logging
import socket
from collections.abc import Iterable, Mapping

from aiohttp import web

from gateway.api.call import Handler
from gateway.api.endpoint import Endpoints
from gateway.api.router import routes as api_routes
from gateway.middleware import MIDDLEWARES

log = logging.getLogger(__name__)

# Requests under way may end; then the process goes whatever they do.
DRAIN_S = 20.0
KEEPALIVE_S = 75.0


def web_app(
    *,
    endpoints: Endpoints,
    handlers: Iterable[Mapping[str, Handler]],
    public: Iterable[Iterable[web.RouteDef]],
) -> web.Application:
    """All routes under the common middlewares; each handler bounds its own body."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=0)
    app.add_routes(api_routes(endpoints, handlers))
    for group in public:
        app.add_routes(group)
    return app


class Server:
    """One listening socket."""

    def __init__(self, app: web.Application, listening: socket.socket) -> None:
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=DRAIN_S,
            keepalive_timeout=KEEPALIVE_S,
        )
        self._listening = listening

    async def start(self) -> None:
        """Accept connections."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()
        host, port = self._listening.getsockname()[:2]
        log.info("listening", extra={"host": host, "port": port})

    async def stop(self) -> None:
        """Accept no more, let requests end."""
        await self._runner.cleanup()
