"""A Telegram bot: by webhook with a secret token, or by long poll."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.telegram.account import TelegramApi
from connectors.channels.telegram.content import GEO, geojson
from connectors.channels.telegram.inbound import parse_update
from connectors.channels.telegram.payload import Update
from connectors.channels.telegram.polling import Poller
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    Sink,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import same


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From @BotFather. The inbox's address is the bot's name."""

    token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Bot token",
            description="From @BotFather: 123456:ABC...",
            extra={"secret": True},
        ),
    ]
    mode: Annotated[
        Literal["webhook", "poll"],
        msgspec.Meta(
            title="How messages arrive",
            description="webhook: Telegram calls us (needs a public https address); poll: we ask",
        ),
    ] = "webhook"
    secret_token: Annotated[
        str,
        msgspec.Meta(
            title="Webhook secret",
            description="1-256 letters, digits, _ and -; Telegram sends it with each webhook",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for a Bot API server of your own")
    ] = "https://api.telegram.org"


def connect(account: Account, http: Http) -> "TelegramBot":
    """The connector of one inbox: which way in it has is decided by ``mode``."""
    settings: Settings = account.settings
    return (TelegramPolling if settings.mode == "poll" else TelegramWebhook)(account, http)


class TelegramBot:
    """What both ways in share: sending, files, health."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._settings: Settings = account.settings
        self._http = http
        self._api = TelegramApi(http, self._settings.token, self._settings.base_url)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        from connectors.channels.telegram.outbound import Login, send_message

        login = Login(self._settings.token, self._settings.base_url)
        return await send_message(self._http, login, message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        from connectors.channels.telegram.acting import perform
        from connectors.channels.telegram.outbound import Login

        login = Login(self._settings.token, self._settings.base_url)
        return await perform(self._http, login, act)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        from connectors.channels.telegram.acting import show_typing
        from connectors.channels.telegram.outbound import Login

        login = Login(self._settings.token, self._settings.base_url)
        return await show_typing(self._http, login, to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each chat."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.value}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``; a file id is good for ever, the path behind it for an hour."""
        return _once(geojson(ref)) if ref.startswith(GEO) else await self._api.file(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``: the token, and what Telegram says of our webhook."""
        wanted = self._account.hook_url if self._settings.mode == "webhook" else ""
        return await probe(lambda: self._api.check(wanted))


class TelegramWebhook(TelegramBot):
    """Updates come to our hook."""

    async def register(self) -> Health:
        """See ``HookRegistrar``."""
        hook_url, secret = self._account.hook_url, self._settings.secret_token
        return await probe(lambda: self._api.register(hook_url, secret))

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``."""
        if not self._settings.secret_token:
            return False
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not same(given, self._settings.secret_token):
            raise Unauthentic("X-Telegram-Bot-Api-Secret-Token is wrong or missing")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Telegram has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_update(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Empty; for a pressed button the call that ends its spinner."""
        try:
            pressed = decode_json(request.body, Update, "an update").callback_query
        except Malformed:
            pressed = None
        if pressed is None:
            return WebhookResponse()
        answer = {"method": "answerCallbackQuery", "callback_query_id": pressed.id}
        return WebhookResponse(
            body=msgspec.json.encode(answer), headers={"content-type": "application/json"}
        )


class TelegramPolling(TelegramBot):
    """We ask for updates."""

    async def register(self) -> Health:
        """See ``HookRegistrar``: while a webhook is set, Telegram refuses to be polled."""
        return await probe(self._api.unregister)

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await Poller(self._http, self._api.url).run(sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Streamer``."""
        return parse_update(body, received_at)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
