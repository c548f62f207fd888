"""A LINE official account (https://developers.line.biz/en/docs/messaging-api)."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from connectors.channels.line.inbound import parse_notification
from connectors.channels.line.outbound import LineApi
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Unauthentic
from connectors.http import Http
from connectors.kit.probing import probe
from connectors.kit.signatures import hmac_base64, same


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From developers.line.biz. The inbox's address is the account's basic id (@...)."""

    channel_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Channel secret",
            description="The channel > Basic settings; LINE signs its webhooks with it",
            extra={"secret": True, "signs": True},
        ),
    ]
    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Channel access token",
            description="The channel > Messaging API, at the bottom (long-lived)",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.line.me"
    data_url: Annotated[
        str, msgspec.Meta(title="Content address", description="Where received files are")
    ] = "https://api-data.line.me"


def connect(account: Account, http: Http) -> "LineAccount":
    """The connector of one inbox."""
    return LineAccount(account, http)


class LineAccount:
    """Receiver, sender, media and health of one account."""

    # a reply token serves once: a broken reply cannot be tried again, a broken push can (and is)
    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._headers = {"authorization": f"Bearer {self._settings.access_token}"}
        self._api = LineApi(http, self._settings.base_url, self._settings.access_token)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: a base64 HMAC-SHA256 of the raw body."""
        expected = hmac_base64(self._settings.channel_secret, request.body)
        if not same(expected, request.headers.get("x-line-signature", "")):
            raise Unauthentic("X-Line-Signature does not fit: compare the channel secret")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """LINE tests the address by a request without events."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_notification(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Anything of 2xx."""
        return WebhookResponse(body=b"{}", headers={"content-type": "application/json"})

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each chat."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: ``ref`` is a message id; other addresses open without our token."""
        if ref.startswith(("https://", "http://")):
            return self._http.stream(ref)
        url = f"{self._settings.data_url.rstrip('/')}/v2/bot/message/{ref}/content"
        return self._http.stream(url, headers=self._headers)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._look)

    async def _look(self) -> Health:
        url = f"{self._settings.base_url.rstrip('/')}/v2/bot/channel/webhook/endpoint"
        reply = await self._http.request("GET", url, headers=self._headers, timeout_s=8)
        if not reply.ok:
            advice = "Issue the channel access token anew."
            return Health(ok=False, detail=f"LINE answered {reply.status}", advice=advice)
        active = (reply.read(_Endpoint) or _Endpoint()).active
        advice = "" if active else "Switch on Use webhook at the channel's Messaging API page."
        detail = "the webhook is on" if active else "the webhook is off"
        return Health(ok=active, detail=detail, advice=advice)


class _Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    endpoint: str = ""
    active: bool = False
