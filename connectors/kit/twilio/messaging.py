"""Programmable Messaging: webhook in, REST out, status callbacks as receipts; SMS and WhatsApp."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import msgspec

from connectors.contract import (
    Account,
    Health,
    OutboundFile,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.http import Http
from connectors.kit.fields import form_pairs
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.probing import probe
from connectors.kit.splitting import split_text
from connectors.kit.twilio.inbound import OUR_ID, address, parse_fields, status_url
from connectors.kit.twilio.signature import check_signature

if TYPE_CHECKING:
    from connectors.kit.twilio.outbound import TwilioApi

MAX_CHARS = 1600
MAX_MEDIA = 10
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the Twilio console. The inbox's address is the number (or short code) that sends."""

    account_sid: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="Account SID", description="AC..., on the console's first page"
        ),
    ]
    auth_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Auth token",
            description="Beside the Account SID; it also signs Twilio's webhooks",
            extra={"secret": True, "signs": True},
        ),
    ]
    shared_key: Annotated[
        str,
        msgspec.Meta(
            title="Shared key",
            description="Only when the account signs its webhooks with a shared key of its own",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    messaging_service_sid: Annotated[
        str,
        msgspec.Meta(
            title="Messaging service SID",
            description="MG...; when set, the service chooses the sending number",
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for compatible providers")
    ] = "https://api.twilio.com"


class TwilioMessaging:
    """Receiver, sender, media and health of one sender of a Twilio account."""

    idempotent = False

    def __init__(self, account: Account, http: Http, most_files: int = MAX_MEDIA) -> None:
        self._account = account
        self._most_files = most_files
        self._settings: Settings = account.settings
        self._http = http

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. The token is always configured, so all is signed."""
        check_signature(request, self._settings.auth_token, self._settings.shared_key)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Twilio has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        fields = dict(form_pairs(request))
        return parse_fields(fields, request.query.get(OUR_ID, ""), request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty TwiML document: "say nothing back"."""
        return WebhookResponse(body=TWIML, headers={"content-type": "text/xml; charset=utf-8"})

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        private = [file.name for file in message.attachments if not file.url]
        if private:
            return Rejected(reason=f"Twilio fetches files by public links; none for {private[0]}")
        texts = split_text(message.text, MAX_CHARS)
        files = message.attachments
        most = self._most_files
        batches = [files[i : i + most] for i in range(0, len(files), most)]
        pieces = [self._piece(message, text, ()) for text in texts[:-1]]
        pieces.append(self._piece(message, texts[-1], batches[0] if batches else ()))
        pieces.extend(self._piece(message, "", batch) for batch in batches[1:])
        return await send_pieces(pieces)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the number, one for each recipient."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: media links open with the account's credentials."""
        return await self._api().media(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api().check)

    def _piece(self, message: OutboundMessage, text: str, files: tuple[OutboundFile, ...]) -> Piece:
        fields = self._fields(message, text, files)
        name = files[0].name if files and not text else "a part of the text"
        return Piece(name=name, send=lambda: self._api().create(message, fields))

    def _fields(
        self, message: OutboundMessage, text: str, files: tuple[OutboundFile, ...]
    ) -> dict[str, str | list[str]]:
        to = address(message.recipient)
        fields: dict[str, str | list[str]] = {"to": to, "body": text}
        if self._settings.messaging_service_sid:
            fields["messaging_service_sid"] = self._settings.messaging_service_sid
        else:
            ours = self._account.address.removeprefix("whatsapp:")
            fields["from_"] = f"whatsapp:{ours}" if to.startswith("whatsapp:") else ours
        if files:
            fields["media_url"] = [file.url for file in files]
        if self._account.hook_url.startswith("https://"):
            fields["status_callback"] = status_url(self._account.hook_url, message.id)
        return fields

    def _api(self) -> "TwilioApi":
        from connectors.kit.twilio.outbound import TwilioApi

        settings = self._settings
        return TwilioApi(self._http, settings.account_sid, settings.auth_token, settings.base_url)
