"""An OAuth2 server: rotating refresh tokens, access tokens that can be taken back, introspection.

RFC 6749 section 6 and RFC 7662, as far as a mail client and dovecot need them.
"""

import itertools
from types import TracebackType

from aiohttp import web


class TokenServer:
    """Every renewal gives a new refresh token and makes the one before useless."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.refresh_token = "refresh-0"
        self.good: set[str] = set()
        self.renewals: list[str] = []
        self._ids = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    def take_back(self) -> None:
        """No access token that was given is good any more."""
        self.good.clear()

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.renewals.append(str(form["refresh_token"]))
        if form["refresh_token"] != self.refresh_token:
            return web.json_response({"error": "invalid_grant"}, status=400)
        number = next(self._ids)
        self.refresh_token = f"refresh-{number}"
        self.good.add(f"access-{number}")
        return web.json_response(
            {
                "access_token": f"access-{number}",
                "expires_in": 3600,
                "refresh_token": self.refresh_token,
            }
        )

    async def _introspect(self, request: web.Request) -> web.Response:
        form = await request.post()
        active = form.get("token") in self.good
        return web.json_response({"active": active, "username": self.user})

    async def __aenter__(self) -> "TokenServer":
        app = web.Application()
        app.add_routes([web.post("/token", self._token), web.post("/introspect", self._introspect)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
