"""WhatsApp by Turn.io (https://whatsapp.turn.io/docs/api)."""

from typing import Annotated

import msgspec

from connectors.contract import (
    Account,
    Parsed,
    WebhookRequest,
)
from connectors.errors import Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.signatures import hmac_base64, same
from connectors.kit.whatsapp.inbound import parse_values
from connectors.kit.whatsapp.line import Endpoint
from connectors.kit.whatsapp.number import Number
from connectors.kit.whatsapp.payload import Value


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From app.turn.io > Settings > API & Webhooks. The inbox's address is the number."""

    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="API token", description="API Tokens", extra={"secret": True}
        ),
    ]
    hook_secret: Annotated[
        str,
        msgspec.Meta(
            title="Webhook secret",
            description="Webhooks > the hook's HMAC secret; Turn signs with it",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Or an on-premises client of your own")
    ] = "https://whatsapp.turn.io"


def connect(account: Account, http: Http) -> "Turn":
    """The connector of one inbox."""
    return Turn(account, http)


class Turn(Number):
    """Receiver, sender, media and health of one number."""

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        base = settings.base_url.rstrip("/")
        self._secret = settings.hook_secret
        super().__init__(
            http,
            Endpoint(
                messages=f"{base}/v1/messages",
                upload=f"{base}/v1/media",
                media=f"{base}/v1/media/{{media}}",
                headers={"authorization": f"Bearer {settings.access_token}"},
                product=False,
                media_moves=False,
                health=f"{base}/v1/health",
            ),
        )

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: a base64 HMAC-SHA256 of the body."""
        if not self._secret:
            return False
        given = request.headers.get("x-turn-hook-signature", "")
        if not same(hmac_base64(self._secret, request.body), given):
            raise Unauthentic("X-Turn-Hook-Signature does not fit: compare the webhook secret")
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``: the value of a Cloud API change, without what is around it."""
        value = decode_json(request.body, Value, "a WhatsApp notification")
        return parse_values([value], request.received_at)
