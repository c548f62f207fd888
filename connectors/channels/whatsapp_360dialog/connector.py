"""WhatsApp by 360dialog (https://docs.360dialog.com/docs/messaging-api)."""

from typing import Annotated

import msgspec

from connectors.contract import (
    Account,
    WebhookRequest,
)
from connectors.errors import Unauthentic
from connectors.http import Http
from connectors.kit.signatures import same
from connectors.kit.whatsapp.line import Endpoint
from connectors.kit.whatsapp.number import CloudNumber

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


class Dialog360(CloudNumber):
    """Receiver, sender, media and health of one number."""

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        base = settings.base_url.rstrip("/")
        self._secret = settings.hook_secret
        super().__init__(
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
