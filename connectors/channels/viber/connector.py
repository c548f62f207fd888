"""A Viber bot (https://developers.viber.com/docs/api/rest-bot-api)."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec

from connectors.channels.viber.inbound import parse_callback
from connectors.contract import (
    Accepted,
    Account,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    Parsed,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.outcomes import attempt, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.probing import probe
from connectors.kit.signatures import hmac_hex, same
from connectors.kit.splitting import split_text

MAX_TEXT = 7000
MAX_CAPTION = 768
BUTTONS_MAX, COLUMNS = 24, 6
WANTED = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"]
OK, BAD_TOKEN, TOO_MANY = 0, 2, 12


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From partners.viber.com. The inbox's address is the bot's name."""

    auth_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Token",
            description="The bot's page; it also signs Viber's callbacks",
            extra={"secret": True, "signs": True},
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://chatapi.viber.com"


def connect(account: Account, http: Http) -> "ViberBot":
    """The connector of one inbox."""
    return ViberBot(account, http)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int = -1
    status_message: str = ""
    message_token: int | str = ""
    webhook: str = ""


class ViberBot:
    """Receiver, sender, registration and health of one bot."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._settings: Settings = account.settings
        self._http = http

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: a hex HMAC-SHA256 of the raw body."""
        given = request.headers.get("x-viber-content-signature", "")
        if not same(hmac_hex(self._settings.auth_token, request.body), given):
            raise Unauthentic("X-Viber-Content-Signature does not fit: compare the token")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The test of the address is an event like others."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_callback(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Anything of 2xx; an empty answer starts no conversation."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``: files by link, then the words with their buttons."""
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"Viber fetches files by public links; none for {lost[0]}")
        parts = _parts(message)
        if message.quick_replies and parts:
            parts[-1]["keyboard"] = _keyboard(message.quick_replies)
        return await send_pieces([self._piece(message, part) for part in parts])

    def _piece(self, message: OutboundMessage, part: dict[str, Any]) -> Piece:
        body = {
            "receiver": message.recipient.value,
            "min_api_version": 7,
            "sender": {"name": (message.sender_name or self._account.name)[:28] or "Support"},
            "tracking_data": message.id,
            **part,
        }

        async def send() -> SendOutcome:
            return _outcome(await self._call("send_message", body))

        return Piece(name=part.get("file_name", part["type"]), send=lambda: attempt(send))

    async def _call(self, method: str, body: object, timeout_s: float = 20.0) -> HttpReply:
        return await self._http.request(
            "POST",
            f"{self._settings.base_url.rstrip('/')}/pa/{method}",
            headers={
                "x-viber-auth-token": self._settings.auth_token,
                "content-type": "application/json",
            },
            body=msgspec.json.encode(body),
            timeout_s=timeout_s,
        )

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: received files lie at public addresses for a while."""
        return self._http.stream(ref)

    async def register(self) -> Health:
        """See ``HookRegistrar``."""
        return await probe(self._register)

    async def _register(self) -> Health:
        body = {"url": self._account.hook_url, "event_types": WANTED, "send_name": True}
        return _health(await self._call("set_webhook", body, 10), "the webhook is set")

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._look)

    async def _look(self) -> Health:
        return _health(await self._call("get_account_info", {}, 8), "the token is accepted")


def _parts(message: OutboundMessage) -> list[dict[str, Any]]:
    """A short text goes under the only picture."""
    files, text = message.attachments, message.text
    if len(files) == 1 and _kind(files[0]) == "picture" and len(text) <= MAX_CAPTION:
        return [_file(files[0]) | {"text": text}]
    texts = split_text(text, MAX_TEXT) if text else []
    return [*map(_file, files), *({"type": "text", "text": one} for one in texts)]


def _kind(file: OutboundFile) -> str:
    kind = file.media_type.partition("/")[0]
    return {"image": "picture", "video": "video"}.get(kind, "file")


def _file(file: OutboundFile) -> dict[str, Any]:
    kind = _kind(file)
    if kind == "picture":
        return {"type": kind, "text": "", "media": file.url}
    named = {"file_name": file.name} if kind == "file" else {}
    return {"type": kind, "media": file.url, "size": file.size, **named}


def _keyboard(labels: tuple[str, ...]) -> dict[str, Any]:
    buttons = [
        {"ActionType": "reply", "ActionBody": label, "Text": label, "Columns": COLUMNS, "Rows": 1}
        for label in labels[:BUTTONS_MAX]
    ]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}


def _outcome(reply: HttpReply) -> SendOutcome:
    """Errors come with status 200 and a number of Viber's own."""
    if not reply.ok:
        return of_reply(reply)
    answer = reply.read(_Answer)
    if answer is None or answer.status < OK:
        return OutcomeUnknown(reason="the answer cannot be read")
    reason = f"{answer.status_message} ({answer.status})"
    if answer.status == BAD_TOKEN:
        return ReauthNeeded(reason=reason)
    if answer.status == TOO_MANY:
        return RetryLater(reason=reason, after_s=retry_after(reply))
    if answer.status != OK:
        return Rejected(reason=reason, code=str(answer.status))
    return Accepted(native_ids=(str(answer.message_token),) if answer.message_token else ())


def _health(reply: HttpReply, detail: str) -> Health:
    answer = reply.read(_Answer)
    if reply.ok and answer is not None and answer.status == OK:
        return Health(ok=True, detail=detail)
    words = answer.status_message if answer else f"answered {reply.status}"
    return Health(
        ok=False, detail=words, advice="Copy the token anew; the address must be https and answer."
    )
