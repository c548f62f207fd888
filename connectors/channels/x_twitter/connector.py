"""Direct messages of an X (Twitter) account."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from connectors.channels.x_twitter.inbound import parse_activity
from connectors.channels.x_twitter.outbound import Keys, XApi
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
from connectors.kit.signatures import same

CRC = "crc_token"
PREFIX = "sha256="


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From developer.x.com. The inbox's address is the account's name (@...)."""

    consumer_key: Annotated[
        str,
        msgspec.Meta(min_length=1, title="API key", description="Keys and tokens > Consumer keys"),
    ]
    consumer_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key secret",
            description="Beside it; X signs its webhooks with it",
            extra={"secret": True, "signs": True},
        ),
    ]
    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access token",
            description="Keys and tokens > Access token, with direct message permission",
            extra={"secret": True},
        ),
    ]
    access_token_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access token secret",
            description="Beside it",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.x.com"


def connect(account: Account, http: Http) -> "XAccount":
    """The connector of one inbox."""
    return XAccount(account, http)


class XAccount:
    """Receiver, sender, media and health of one account."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._settings = settings
        keys = Keys(
            settings.consumer_key,
            settings.consumer_secret,
            settings.access_token,
            settings.access_token_secret,
        )
        self._api = XApi(http, settings.base_url, keys)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: base64 HMAC-SHA256 of the raw body. The challenge-response
        check is not signed: what it gets is worth nothing to whom does not know the secret.
        """
        if CRC in request.query and not request.body:
            return True
        given = request.headers.get("x-twitter-webhooks-signature", "")
        if not same(self._signature(request.body), given):
            raise Unauthentic("x-twitter-webhooks-signature does not fit: compare the secret")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The challenge-response check, at first and then every day."""
        if CRC not in request.query or request.body:
            return None
        answer = {"response_token": self._signature(request.query[CRC].encode())}
        return WebhookResponse(
            body=msgspec.json.encode(answer), headers={"content-type": "application/json"}
        )

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_activity(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within ten seconds."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)

    def _signature(self, data: bytes) -> str:
        key = self._settings.consumer_secret.encode()
        return PREFIX + base64.b64encode(hmac.new(key, data, hashlib.sha256).digest()).decode()
