"""A Discord bot: by the Gateway (all messages), by interactions, or by a relay of one's own."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.discord.acting import perform, show_typing
from connectors.channels.discord.gateway import Gateway
from connectors.channels.discord.inbound import parse_dispatch, parse_interaction, parse_relay
from connectors.channels.discord.outbound import DiscordApi, Relay
from connectors.channels.discord.payload import Interaction
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    Sink,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, SettingsInvalid, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age

PING = 1
COMPONENT = 3
JSON = {"content-type": "application/json"}
# answers: pong; "thinking" for a command (the reply is a message); nothing to see for a button
PONG, LATER, NOTED = b'{"type":1}', b'{"type":5,"data":{"flags":64}}', b'{"type":6}'


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From discord.com/developers. The inbox's address is the bot's name."""

    bot_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="Bot token", description="The app > Bot", extra={"secret": True}
        ),
    ]
    mode: Annotated[
        Literal["webhook", "gateway"],
        msgspec.Meta(
            title="How messages arrive",
            description="gateway: all messages (we open a line); webhook: commands and buttons",
        ),
    ] = "gateway"
    application_id: Annotated[
        str,
        msgspec.Meta(title="Application ID", description="General Information; tells our posts"),
    ] = ""
    public_key: Annotated[
        str,
        msgspec.Meta(
            title="Public key",
            description="General Information; Discord signs interactions",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    relay_url: Annotated[
        str,
        msgspec.Meta(
            title="Relay address",
            description="Only for a bot of your own that takes replies as JSON",
        ),
    ] = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://discord.com/api/v10"


def connect(account: Account, http: Http) -> "DiscordBot":
    """The connector of one inbox: which way in it has is decided by ``mode``."""
    settings: Settings = account.settings
    return (DiscordWebhook if settings.mode == "webhook" else DiscordGateway)(account, http)


class DiscordBot:
    """What all ways in share: sending, files, health."""

    idempotent = False  # it forgets after minutes which nonces it has had

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._api = DiscordApi(http, self._settings.base_url, self._settings.bot_token)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        if self._settings.relay_url:
            return await Relay(self._http, self._settings.relay_url).send(message)
        return await self._api.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        if self._settings.relay_url:
            return Rejected(reason="a relay takes replies only")
        return await perform(self._api, act)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        if self._settings.relay_url or not to.thread_key:
            return Rejected(reason="there is no channel to show it in")
        return await show_typing(self._api, to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each channel."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: files lie at signed public addresses for a day."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


class DiscordGateway(DiscordBot):
    """By a line that we open."""

    def __init__(self, account: Account, http: Http) -> None:
        super().__init__(account, http)
        self._gateway = Gateway(http, self._settings.base_url, self._settings.bot_token)

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await self._gateway.run(sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """An event of the Gateway."""
        return parse_dispatch(body, received_at, self._settings.application_id)


class DiscordWebhook(DiscordBot):
    """By interactions; and by a relay's forms."""

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: Ed25519 over time stamp and raw body."""
        if not self._settings.public_key:
            return False
        stamp = request.headers.get("x-signature-timestamp", "")
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self._settings.public_key))
        except ValueError as error:
            raise SettingsInvalid("public_key", "must be 64 hexadecimal digits") from error
        try:
            signature = bytes.fromhex(request.headers.get("x-signature-ed25519", ""))
            key.verify(signature, stamp.encode() + request.body)
        except (ValueError, InvalidSignature) as error:
            raise Unauthentic("X-Signature-Ed25519 does not fit: compare the key") from error
        check_age(_moment(stamp), request.received_at)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Discord pings when the address is saved, and tries wrong signatures."""
        asked = _interaction(request)
        if asked is None or asked.type != PING:
            return None
        return WebhookResponse(body=PONG, headers=JSON)

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        if request.media_type.endswith("json"):
            return parse_interaction(request.body, request.received_at)
        return parse_relay(request)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within three seconds."""
        asked = _interaction(request)
        if asked is None:
            return WebhookResponse()
        return WebhookResponse(body=NOTED if asked.type == COMPONENT else LATER, headers=JSON)


def _interaction(request: WebhookRequest) -> Interaction | None:
    if not request.media_type.endswith("json"):
        return None
    try:
        return decode_json(request.body, Interaction, "an interaction")
    except Malformed:
        return None


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthentic("X-Signature-Timestamp is no time") from error
