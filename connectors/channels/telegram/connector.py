"""A Telegram bot: by webhook with a secret token, or by long poll."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from connectors.channels.telegram.content import GEO, geojson
from connectors.channels.telegram.inbound import parse_update
from connectors.channels.telegram.payload import ALLOWED, Update
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
from connectors.errors import FetchFailed, Malformed, Unauthentic
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import same

OK, BROKEN_FROM = 200, 500
LATER = {429}
CHECK_TIMEOUT_S = 8.0


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


class FilePath(msgspec.Struct, frozen=True):
    """Where a file lies for the next hour."""

    file_path: str = ""


class GetFile(msgspec.Struct, frozen=True):
    """The answer of getFile."""

    result: FilePath = FilePath()


class Named(msgspec.Struct, frozen=True):
    """The answer of getMe and getWebhookInfo, as far as we read it."""

    username: str = ""
    url: str = ""
    last_error_message: str = ""
    pending_update_count: int = 0


class Answered(msgspec.Struct, frozen=True):
    """Any answer whose result is an object."""

    result: Named = Named()
    description: str = ""


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
        self._base_url = self._settings.base_url.rstrip("/")
        self._api = f"{self._base_url}/bot{self._settings.token}"

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        from connectors.channels.telegram.outbound import Login, send_message

        login = Login(self._settings.token, self._base_url)
        return await send_message(self._http, login, message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each chat."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.value}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``; a file id is good for ever, the path behind it for an hour."""
        if ref.startswith(GEO):
            return _once(geojson(ref))
        try:
            reply = await self._call("getFile", {"file_id": ref})
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        found = reply.read(GetFile)
        path = found.result.file_path if found else ""
        if reply.status != OK or not path:
            retry = reply.status in LATER or reply.status >= BROKEN_FROM
            raise FetchFailed(
                f"getFile was answered {reply.status}", retry=retry, status=reply.status
            )
        return self._http.stream(f"{self._base_url}/file/bot{self._settings.token}/{path}")

    async def check(self) -> Health:
        """See ``HealthChecker``: the token, and what Telegram says of our webhook."""
        return await probe(self._check)

    async def _check(self) -> Health:
        reply = await self._call("getMe", {})
        if reply.status != OK:
            advice = "Ask @BotFather for the token (/mybots) and paste it anew."
            return Health(ok=False, detail=f"Telegram answered {reply.status}", advice=advice)
        me = reply.read(Answered) or Answered()
        hook = (await self._call("getWebhookInfo", {})).read(Answered) or Answered()
        return self._hook_health(f"@{me.result.username}", hook.result)

    def _hook_health(self, name: str, hook: Named) -> Health:
        wanted = self._account.hook_url if self._settings.mode == "webhook" else ""
        if hook.url != wanted:
            advice = "Save the inbox again: that registers its address with Telegram."
            return Health(
                ok=False, detail=f"{name}: webhook is {hook.url or 'not set'}", advice=advice
            )
        if hook.last_error_message and hook.pending_update_count:
            detail = f"{name}: Telegram cannot deliver: {hook.last_error_message}"
            return Health(ok=False, detail=detail, advice="See that the hook address is public.")
        return Health(ok=True, detail=name)

    async def _call(self, method: str, arguments: Mapping[str, object]) -> HttpReply:
        return await self._http.request(
            "POST",
            f"{self._api}/{method}",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(arguments),
            timeout_s=CHECK_TIMEOUT_S,
        )


class TelegramWebhook(TelegramBot):
    """Updates come to our hook."""

    async def register(self) -> Health:
        """See ``HookRegistrar``."""
        return await probe(self._register)

    async def _register(self) -> Health:
        arguments: dict[str, object] = {
            "url": self._account.hook_url,
            "allowed_updates": ALLOWED,
        }
        if self._settings.secret_token:
            arguments["secret_token"] = self._settings.secret_token
        reply = await self._call("setWebhook", arguments)
        said = (reply.read(Answered) or Answered()).description
        return Health(ok=reply.status == OK, detail=said or f"answered {reply.status}")

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

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await Poller(self._http, self._api).run(sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Streamer``."""
        return parse_update(body, received_at)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
