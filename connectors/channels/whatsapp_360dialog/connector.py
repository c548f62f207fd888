"""WhatsApp by 360dialog (https://docs.360dialog.com/docs/messaging-api)."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

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
from connectors.kit.whatsapp.inbound import parse_notification
from connectors.kit.whatsapp.line import Endpoint, Line

PARAMETER = "secret"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From hub.360dialog.com. The inbox's address is the number."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="WhatsApp Accounts > the number > Generate API Key",
            extra={"secret": True},
        ),
    ]
    hook_secret: Annotated[
        str,
        msgspec.Meta(
            title="Webhook secret",
            description="360dialog signs nothing: add ?secret=... to the webhook address",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for the sandbox")
    ] = "https://waba-v2.360dialog.io"


def connect(account: Account, http: Http) -> "Dialog360":
    """The connector of one inbox."""
    return Dialog360(account, http)


class Dialog360:
    """Receiver, sender, media and health of one number."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        base = settings.base_url.rstrip("/")
        self._secret = settings.hook_secret
        self._line = Line(
            http,
            Endpoint(
                messages=f"{base}/messages",
                upload=f"{base}/media",
                media=f"{base}/{{media}}",
                headers={"D360-API-KEY": settings.api_key},
                media_host=base,
                health=f"{base}/health_status",
            ),
        )

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: nothing is signed, so the address is the secret."""
        if not self._secret:
            return False
        if not same(self._secret, request.query.get(PARAMETER, "")):
            raise Unauthentic(f"{PARAMETER} in the address does not fit")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """360dialog has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_notification(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within five seconds."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._line.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the number, one for each pair of number and person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._line.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._line.check)
