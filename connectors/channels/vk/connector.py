"""A VK community's messages (https://dev.vk.com/ru/api/callback/getting-started)."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from connectors.channels.vk.inbound import Callback, parse_callback
from connectors.channels.vk.outbound import VkApi
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import same

PLAIN = {"content-type": "text/plain"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the community > Управление > Работа с API. The inbox's address is its short name."""

    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access key",
            description="Ключи доступа: with messages, photos and files",
            extra={"secret": True},
        ),
    ]
    confirmation: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Confirmation string",
            description="Callback API > Настройки сервера: what the server must answer",
        ),
    ]
    secret: Annotated[
        str,
        msgspec.Meta(
            title="Secret key",
            description="The same page. Without one, anybody who learns the address can write",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.vk.com"


def connect(account: Account, http: Http) -> "VkCommunity":
    """The connector of one inbox."""
    return VkCommunity(account, http)


class VkCommunity:
    """Receiver, sender, media and health of one community."""

    idempotent = False  # it forgets after an hour which random ids it has had

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._api = VkApi(http, self._settings.base_url, self._settings.access_token)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: the secret stands in the body."""
        if not self._settings.secret:
            return False
        if not same(self._settings.secret, _callback(request.body).secret):
            raise Unauthentic("secret does not fit: compare the secret key")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The test of the address wants a string that VK shows beside it."""
        if _callback(request.body).type != "confirmation":
            return None
        return WebhookResponse(body=self._settings.confirmation.encode(), headers=PLAIN)

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_callback(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Literally ``ok``; anything else is repeated."""
        return WebhookResponse(body=b"ok", headers=PLAIN)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the community, one for each chat."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: received files lie at public addresses."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


def _callback(body: bytes) -> Callback:
    """For verifying: what cannot be read has no secret."""
    try:
        return decode_json(body, Callback, "a VK callback")
    except Malformed:
        return Callback()
