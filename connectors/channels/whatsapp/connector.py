"""WhatsApp by Meta's Cloud API."""

from typing import Annotated

import msgspec

from connectors.channels.whatsapp.templates import list_templates
from connectors.contract import (
    Account,
    TemplateInfo,
    WebhookRequest,
    WebhookResponse,
)
from connectors.http import Http
from connectors.kit import meta
from connectors.kit.whatsapp.line import Endpoint
from connectors.kit.whatsapp.number import CloudNumber


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From developers.facebook.com and business.facebook.com. The inbox's address is the number."""

    phone_number_id: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Phone number ID",
            description="WhatsApp > API Setup, below the number (not the number itself)",
        ),
    ]
    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access token",
            description="Of a system user, never expiring, with whatsapp_business_messaging",
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
    business_account_id: Annotated[
        str,
        msgspec.Meta(
            title="WhatsApp Business Account ID",
            description="Beside the phone number ID; for listing templates",
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="With the version of the Graph API")
    ] = "https://graph.facebook.com/v23.0"


def connect(account: Account, http: Http) -> "WhatsApp":
    """The connector of one inbox."""
    return WhatsApp(account, http)


class WhatsApp(CloudNumber):
    """Receiver, sender, media, templates and health of one number."""

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        base = settings.base_url.rstrip("/")
        headers = {"authorization": f"Bearer {settings.access_token}"}
        self._settings = settings
        self._http = http
        self._headers = headers
        super().__init__(
            http,
            Endpoint(
                messages=f"{base}/{{phone}}/messages",
                upload=f"{base}/{{phone}}/media",
                media=f"{base}/{{media}}",
                headers=headers,
                phone_id=settings.phone_number_id,
                health=f"{base}/{{phone}}?fields=verified_name,quality_rating",
            ),
        )

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

    async def templates(self) -> tuple[TemplateInfo, ...]:
        """See ``TemplateLister``."""
        settings = self._settings
        base = settings.base_url.rstrip("/")
        return await list_templates(self._http, base, settings.business_account_id, self._headers)
