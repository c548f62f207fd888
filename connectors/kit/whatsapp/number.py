"""What every WhatsApp number does, by whichever partner it is reached."""

from collections.abc import AsyncIterator

from connectors.acts import Correspondent, OutboundAct
from connectors.contract import (
    Health,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.http import Http
from connectors.kit.probing import probe
from connectors.kit.whatsapp.inbound import parse_notification
from connectors.kit.whatsapp.line import Endpoint, Line


class Number:
    """Sender, media and health of one number; who may call is the partner's to say (``verify``)."""

    idempotent = False

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._line = Line(http, endpoint)

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Partners have none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_notification(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Anything else is repeated, by Meta for up to seven days."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._line.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await self._line.act(act)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the number, one for each pair of number and person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: addresses of files last five minutes, so each is asked for anew."""
        return await self._line.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._line.check)


class CloudNumber(Number):
    """A number whose partner speaks the Cloud API's newer parts."""

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``: shown as an answer to a message of theirs."""
        if not to.heard:
            return Rejected(reason="they have written nothing yet")
        return await self._line.show_typing(to)
