"""A small client of /api/v1 for tests: one logged-in agent."""

import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import aiohttp


class ApiProblem(Exception):
    """A problem document; ``status`` and ``document`` are the server's."""

    def __init__(self, status: int, document: Any) -> None:
        super().__init__(f"{status}: {document}")
        self.status = status
        self.document = document


class ApiClient:
    """``await client.call("GET", "/tickets", query={"view": "open"})``; JSON in, JSON out."""

    def __init__(self, base_url: str, email: str, password: str) -> None:
        self.base_url = base_url
        self._login = {"email": email, "password": password}
        self._csrf = ""
        # loopback is an address, not a name: aiohttp keeps no cookies of it otherwise
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> "ApiClient":
        await self.login()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.http.close()

    async def login(self) -> None:
        """Log in (again)."""
        session = await self.call("POST", "/session", self._login)
        self._csrf = session["csrf_token"]

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Any:
        """One request; raises ApiProblem for anything but a 2xx. Writes carry a key."""
        headers = {"X-CSRF-Token": self._csrf}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        url = f"{self.base_url}/api/v1{path}"
        params = {name: str(value) for name, value in (query or {}).items()}
        async with self.http.request(
            method, url, json=body, params=params, headers=headers
        ) as answer:
            content = await answer.json(content_type=None) if answer.content_length != 0 else None
            if answer.status >= 300:
                raise ApiProblem(answer.status, content)
            return content
