"""The generic channel. In: signed JSON (or a plain form). Out: signed JSON to a callback."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec

from connectors.channels.api.inbound import Context, event_of
from connectors.channels.api.outbound import Callback, post, send_message
from connectors.channels.api.payload import item_of, items_of
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.events import BadItem, InboundEvent
from connectors.http import Http
from connectors.kit.fields import flat_fields
from connectors.kit.probing import probe
from connectors.kit.signatures import check_standard, content_id, same, standard_key

OPENING = (b"{", b"[")
ACTIONS = {"sent", "delivered", "read", "failed", "stopped", "started"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One integration. Both directions are signed with the same secret."""

    signing_secret: Annotated[
        str,
        msgspec.Meta(
            title="Signing secret",
            description="whsec_ and base64, for Standard Webhooks signatures in both directions",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    token: Annotated[
        str,
        msgspec.Meta(
            title="Bearer token",
            description="For callers that cannot sign: Authorization: Bearer ..., or ?token=...",
            extra={"secret": True},
        ),
    ] = ""
    allow_unsigned: Annotated[
        bool,
        msgspec.Meta(
            title="Accept unsigned requests",
            description="Only behind a network that lets nobody else in",
        ),
    ] = False
    callback_url: Annotated[
        str, msgspec.Meta(title="Callback address", description="Where replies are POSTed")
    ] = ""
    region: Annotated[
        str,
        msgspec.Meta(
            title="Country", description="Of numbers without country code: two letters, as US"
        ),
    ] = ""

    def __post_init__(self) -> None:
        standard_key(self.signing_secret)


def connect(account: Account, http: Http) -> "ApiChannel":
    """The connector of one inbox."""
    return ApiChannel(account, http)


class ApiChannel:
    """Receiver, sender and health of one integration."""

    idempotent = True

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._settings: Settings = account.settings
        self._http = http
        self._callback = Callback(self._settings.callback_url, self._settings.signing_secret)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: a signature, else the token, else only when so configured."""
        settings = self._settings
        if settings.signing_secret and "webhook-signature" in request.headers:
            check_standard(
                settings.signing_secret, request.headers, request.body, request.received_at
            )
            return True
        if settings.token and same(_token(request), settings.token):
            return True
        if settings.allow_unsigned and not _token(request):
            return False
        raise Unauthentic("neither a right webhook-signature nor a right token")

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """There is none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``. JSON in our shape or a list of it; else names and values."""
        raws = items_of(request.body) if _is_json(request) else [_plain(request)]
        if len(raws) == 1:
            return Parsed(events=(self._event(raws[0], request, 0),))
        events, bad = [], []
        for index, raw in enumerate(raws):
            try:
                events.append(self._event(raw, request, index))
            except Malformed as error:
                bad.append(BadItem(index=index, reason=str(error)))
        return Parsed(events=tuple(events), bad=tuple(bad))

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Accepted: it is on disk."""
        return WebhookResponse(
            status=202, body=b'{"accepted":true}', headers={"content-type": "application/json"}
        )

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        if not self._settings.callback_url:
            return Rejected(reason="this inbox has no callback address", code="no_callback")
        return await send_message(self._http, self._callback, message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """No limit but the receiver's own 429."""
        return ()

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: links need no credentials, and may not lead into our network."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``: a signed ping to the callback."""
        if not self._settings.callback_url:
            return Health(ok=None, detail="no callback address: this inbox only receives")
        return await probe(self._ping)

    async def _ping(self) -> Health:
        reply = await post(self._http, self._callback, "ping", b'{"type":"ping"}')
        advice = "" if reply.ok else "The callback must answer a ping with 2xx."
        return Health(ok=reply.ok, detail=f"the callback answered {reply.status}", advice=advice)

    def _event(self, raw: object, request: WebhookRequest, index: int) -> InboundEvent:
        context = Context(
            inbox_id=self._account.inbox_id,
            region=self._settings.region,
            received_at=request.received_at,
            fallback_id=_fallback_id(request, index),
        )
        return event_of(item_of(raw), context)


def _fallback_id(request: WebhookRequest, index: int) -> str:
    """The sender's ``webhook-id``; without one, the same content within a minute is the same."""
    given = request.headers.get("webhook-id", "")
    if given:
        return f"{given}:{index}" if index else given
    minute = request.received_at.strftime("%Y%m%d%H%M")
    query = "&".join(f"{name}={value}" for name, value in sorted(request.query.items()))
    return content_id(request.body, query, minute, str(index))


def _is_json(request: WebhookRequest) -> bool:
    return request.media_type.endswith("json") or request.body.lstrip()[:1] in OPENING


def _plain(request: WebhookRequest) -> dict[str, Any]:
    """A form or query as an item; the last part of the address may say what happened."""
    fields: dict[str, Any] = dict(flat_fields(request))
    fields.pop("token", None)
    action = request.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return {"type": action, **fields} if action in ACTIONS else fields


def _token(request: WebhookRequest) -> str:
    bearer = request.headers.get("authorization", "")
    given = bearer.removeprefix("Bearer ") if bearer.startswith("Bearer ") else ""
    return given or request.headers.get("x-api-key", "") or request.query.get("token", "")
