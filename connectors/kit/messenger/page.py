"""One page or account of the Messenger Platform, whichever product it belongs to."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from connectors.acts import Correspondent
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.http import Http
from connectors.kit import meta
from connectors.kit.messenger.inbound import Source, parse_notification
from connectors.kit.messenger.outbound import Limit, SendApi
from connectors.kit.probing import probe


class PageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """From developers.facebook.com."""

    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Page access token",
            description="The product > API setup > Generate token",
            extra={"secret": True},
        ),
    ]
    app_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="App secret",
            description="App settings > Basic; Meta signs its webhooks with it",
            extra={"secret": True, "signs": True},
        ),
    ]
    verify_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Verify token",
            description="Chosen by you; entered beside the webhook address at Meta",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="With the version of the Graph API")
    ] = "https://graph.facebook.com/v23.0"


class Page:
    """Receiver, sender, media and health of one page or account."""

    idempotent = False

    def __init__(self, account: Account, http: Http, source: Source, limit: Limit) -> None:
        settings: PageSettings = account.settings
        self._settings = settings
        self._source = source
        self._api = SendApi(http, settings.base_url, settings.access_token, limit)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``."""
        if request.method == "GET":
            meta.check_subscription(request, self._settings.verify_token)
        else:
            meta.check_signature(request, self._settings.app_secret)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """See ``WebhookReceiver``."""
        return meta.challenge(request)

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_notification(request.body, self._source, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within 20 seconds; anything else is repeated."""
        return WebhookResponse(body=b"EVENT_RECEIVED")

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        return await self._api.show_typing(to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the page, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)
