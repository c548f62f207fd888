"""Webhooks: verified, on disk, acknowledged, in that order (the plan of the house, section 3)."""

import asyncio
import logging
from collections.abc import Mapping

from aiohttp import web

from connectors.contract import Preparer, WebhookReceiver, WebhookRequest, WebhookResponse
from connectors.errors import ConnectorError, FetchFailed, Malformed, Unauthentic
from gateway import problems
from gateway.directory import InboxDirectory
from gateway.errors import Refused
from gateway.metrics import WEBHOOKS
from storage.errors import JournalFull, JournalUnavailable
from storage.ids import utc_now
from storage.journal import Journal, NewRecord
from ticketing.model import Inbox

log = logging.getLogger(__name__)

METHODS = ("GET", "POST", "PUT")  # GET brings HEAD along
PREPARE_S = 6.0
# Hop-by-hop and proxy headers mean nothing later and may hold credentials of other services.
DROPPED = frozenset({"cookie", "connection", "keep-alive", "transfer-encoding", "proxy-connection"})


class Webhooks:
    """The route /hooks/{channel}/{inbox_id}."""

    def __init__(
        self, *, directory: InboxDirectory, journal: Journal, public_url: str, max_bytes: int
    ) -> None:
        self._directory = directory
        self._journal = journal
        self._public_url = public_url
        self._max_bytes = max_bytes

    def routes(self) -> list[web.RouteDef]:
        """Every method a provider uses."""
        return [
            web.route(method, "/hooks/{channel}/{inbox_id}", self.receive) for method in METHODS
        ]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """404, 401, 413 and 503 store nothing; anything else is the channel's own answer."""
        inbox, receiver = await self._receiver(request)
        hook = await self._read(request, self._limit(inbox.channel))
        if isinstance(receiver, Preparer):
            await _prepare(inbox, receiver, hook)
        try:
            receiver.verify(hook)
        except Unauthentic as error:
            WEBHOOKS.labels(inbox.channel, "unauthentic").inc()
            raise Refused(401, "unauthentic", "the signature does not fit") from error
        except Malformed as error:
            WEBHOOKS.labels(inbox.channel, "malformed").inc()
            raise Refused(400, "malformed", str(error)) from error
        greeting = receiver.handshake(hook)
        if greeting is not None:
            WEBHOOKS.labels(inbox.channel, "handshake").inc()
            return _answer(greeting)
        if hook.method == "HEAD":
            raise Refused(405, "method-not-allowed", "this channel does not ask in this way")
        return await self._keep(inbox, receiver, hook, request)

    async def _receiver(self, request: web.Request) -> tuple[Inbox, WebhookReceiver]:
        inbox = await self._directory.inbox(request.match_info["inbox_id"])
        if inbox is None or inbox.channel != request.match_info["channel"]:
            WEBHOOKS.labels("none", "unknown").inc()
            raise Refused(404, "unknown-inbox", "there is no such inbox")
        try:
            connector = self._directory.connect(inbox)
        except ConnectorError as error:
            log.exception("an inbox cannot be used", extra={"inbox_id": inbox.id})
            raise Refused(503, "inbox-broken", "this inbox is not usable now") from error
        if not isinstance(connector, WebhookReceiver):
            raise Refused(404, "unknown-inbox", "this channel takes no webhooks")
        return inbox, connector

    def _limit(self, channel: str) -> int:
        """In bytes; a channel of mail takes more than others."""
        own = self._directory.manifest(channel).limits.request_max_bytes or 0
        return max(own, self._max_bytes)

    async def _read(self, request: web.Request, most: int) -> WebhookRequest:
        """The raw bytes; the URL is the configured external one, whatever a proxy shows."""
        if (request.content_length or 0) > most:
            raise Refused(413, "too-large", f"at most {most} bytes")
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > most:
                raise Refused(413, "too-large", f"at most {most} bytes")
        return WebhookRequest(
            method=request.method,
            url=self._public_url + request.raw_path,
            headers=_headers(request),
            query=dict(request.query),
            body=bytes(body),
            received_at=utc_now(),
        )

    async def _keep(
        self, inbox: Inbox, receiver: WebhookReceiver, hook: WebhookRequest, request: web.Request
    ) -> web.StreamResponse:
        record = NewRecord(
            inbox_id=inbox.id,
            channel=inbox.channel,
            transport="webhook",
            received_at=hook.received_at,
            headers=dict(hook.headers),
            query=dict(hook.query),
            method=hook.method,
            url=hook.url,
            body=hook.body,
            request_id=problems.request_id(),
        )
        try:
            await self._journal.append(record)
        except (JournalFull, JournalUnavailable):
            WEBHOOKS.labels(inbox.channel, "unavailable").inc()
            raise
        WEBHOOKS.labels(inbox.channel, "accepted").inc()
        return _answer(receiver.ack(hook))


async def _prepare(inbox: Inbox, receiver: Preparer, hook: WebhookRequest) -> None:
    try:
        async with asyncio.timeout(PREPARE_S):
            await receiver.prepare(hook)
    except (FetchFailed, TimeoutError) as error:
        WEBHOOKS.labels(inbox.channel, "unavailable").inc()
        log.warning("a webhook cannot be checked now", extra={"inbox_id": inbox.id})
        raise Refused(503, "not-now", "the provider's keys cannot be had now") from error


def _headers(request: web.Request) -> Mapping[str, str]:
    """Lower-case names; repeated headers joined (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        if key not in DROPPED:
            found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def _answer(response: WebhookResponse) -> web.Response:
    return web.Response(status=response.status, body=response.body, headers=dict(response.headers))
