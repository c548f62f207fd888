"""The one path of every API call: who, whether, how often, what; then the handler."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from config.logging import REQUEST_ID
from gateway.api import checks
from gateway.api.auditing import Record, audited
from gateway.api.call import Call, Handler, Result
from gateway.api.idempotency import Attempt, Idempotency
from gateway.api.operation import Operation
from gateway.auth.model import Identity
from gateway.auth.sessions import Sessions
from gateway.errors import Refused
from gateway.metrics import RATE_LIMITED
from gateway.ratelimit import Limiter
from storage.ids import utc_now
from ticketing.permissions import Origin, allowed

ENCODER = msgspec.json.Encoder()
READS = frozenset({"GET", "HEAD"})


class Endpoints:
    """Turns an operation and its handler into what the router calls."""

    def __init__(  # wired once
        self,
        *,
        sessions: Sessions,
        idempotency: Idempotency,
        limiter: Limiter,
        cookie: str,
        public_url: str,
        trusted_proxies: tuple[str, ...],
        record: Record,
    ) -> None:
        self._sessions = sessions
        self._idempotency = idempotency
        self._limiter = limiter
        self.cookie = cookie
        self._public_origin = public_url
        self._trusted = frozenset(trusted_proxies)
        self._record = record

    def bind(
        self, operation: Operation, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """An aiohttp handler."""
        handler = audited(operation, handler, self._record)

        async def answer(request: web.Request) -> web.StreamResponse:
            identity = await self.authorise(request, operation)
            self._limit(request, operation, identity)
            call: Call[Any, Any] = Call(
                identity=identity,
                params=checks.path_params(request),
                query=checks.query(request, operation),
                key=checks.idempotency_key(request, operation),
                body=await checks.body(request, operation),
                now=utc_now(),
                request=request,
                origin=self.origin(request, identity),
            )
            if call.key and not operation.keeps_keys:
                return await self._once(operation, handler, call)
            return encoded(operation, await handler(call))

        return answer

    async def authorise(self, request: web.Request, operation: Operation) -> Identity | None:
        """The identity, checked for permission and CSRF; None only where nobody is needed."""
        if operation.permission == "public":
            self._same_origin(request, operation)
            return None
        identity = await self.identify(request)
        if identity is None:
            raise Refused(401, "not-logged-in", "log in, or send a bearer token")
        if identity.csrf is not None and (operation.method not in READS or operation.socket):
            self._same_origin(request, operation)
        given = request.headers.get("X-CSRF-Token", "")
        if operation.method not in READS and not self._sessions.csrf_fits(identity, given):
            raise Refused(403, "csrf", "send the session's csrf_token as X-CSRF-Token")
        if not identity.may(operation.permission):
            raise Refused(403, "not-allowed", f"this needs {operation.permission!r}")
        if operation.required and not allowed(identity.viewer, operation.required):
            raise Refused(403, "not-allowed", f"your role does not allow {operation.required!r}")
        return identity

    async def identify(self, request: web.Request) -> Identity | None:
        """By bearer token, else by cookie."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._sessions.by_token(token.strip(), utc_now())
        cookie = request.cookies.get(self.cookie, "")
        return await self._sessions.by_cookie(cookie, utc_now()) if cookie else None

    async def people_changed(self) -> None:
        """Return when what ``identify`` says may be different from before."""
        await self._sessions.next_change()

    def origin(self, request: web.Request, identity: Identity | None) -> Origin:
        """Where a request comes from, for whoever writes down who did what."""
        by_token = identity is not None and identity.csrf is None
        return Origin(
            via="token" if by_token else "session",
            ip=self.client(request),
            login_id=identity.key if identity else "",
            request_id=REQUEST_ID.get(),
        )

    def client(self, request: web.Request) -> str:
        """The client's address: the last one that a trusted proxy did not add itself."""
        remote = request.remote or ""
        forwarded = request.headers.get("X-Forwarded-For", "") if remote in self._trusted else ""
        for address in reversed([one.strip() for one in forwarded.split(",") if one.strip()]):
            if address not in self._trusted:
                return address
        return remote

    def _same_origin(self, request: web.Request, operation: Operation) -> None:
        """Browsers name the page that asks: another site's page may not (WebSockets too)."""
        origin = request.headers.get("Origin")
        if origin is None or (operation.method in READS and not operation.socket):
            return
        if origin != self._public_origin and urlsplit(origin).netloc != request.host:
            raise Refused(403, "origin", "another site's page may not do this")

    def _limit(self, request: web.Request, operation: Operation, identity: Identity | None) -> None:
        if operation.rate is None:
            return
        client = identity.agent.id if identity else self.client(request)
        wait = self._limiter.take(
            operation.name,
            client,
            operation.rate.per_s,
            operation.rate.burst,
            asyncio.get_running_loop().time(),
        )
        if wait:
            RATE_LIMITED.labels(operation.name).inc()
            raise Refused(429, "rate", f"try again in {wait} s", retry_after=wait)

    async def _once(
        self, operation: Operation, handler: Handler, call: Call[Any, Any]
    ) -> web.StreamResponse:
        content = ENCODER.encode((dict(call.params), call.body))
        attempt = await self._idempotency.begin(
            call.agent.id, operation, call.key, content, call.now
        )
        if attempt.status:
            return _json(attempt.status, attempt.answer)
        return await self._run(operation, handler, call, attempt)

    async def _run(
        self, operation: Operation, handler: Handler, call: Call[Any, Any], attempt: Attempt
    ) -> web.StreamResponse:
        try:
            body = ENCODER.encode(await handler(call))
        except BaseException:
            await asyncio.shield(self._idempotency.give_up(attempt))
            raise
        await asyncio.shield(self._idempotency.finish(attempt, operation.status, body))
        return _json(operation.status, body)


def encoded(operation: Operation, result: Result) -> web.StreamResponse:
    """A handler's result as the answer its operation promises."""
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=operation.status)
    return _json(operation.status, ENCODER.encode(result))


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(
        status=status,
        body=body,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
