"""A Feishu (飞书) or Lark bot."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from connectors.channels.feishu.cipher import opened
from connectors.channels.feishu.inbound import parse_envelope
from connectors.channels.feishu.outbound import FeishuApi
from connectors.channels.feishu.payload import Envelope
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age, same

JSON = {"content-type": "application/json"}
# a request is repeated after 15 s, 5 min, 1 h and 6 h, with the signature of its first time
SIGNED_FOR = timedelta(hours=8)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From open.feishu.cn (or open.larksuite.com). The inbox's address is the bot's name."""

    app_id: Annotated[
        str, msgspec.Meta(min_length=1, title="App ID", description="凭证与基础信息: cli_...")
    ]
    app_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="App Secret", description="Beside it", extra={"secret": True}
        ),
    ]
    encrypt_key: Annotated[
        str,
        msgspec.Meta(
            title="Encrypt Key",
            description="事件与回调 > 加密策略; when set, events are sealed and signed",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    verification_token: Annotated[
        str,
        msgspec.Meta(
            title="Verification Token",
            description="Beside it; the only proof where there is no Encrypt Key",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Lark: https://open.larksuite.com")
    ] = "https://open.feishu.cn"


def connect(account: Account, http: Http) -> "Feishu":
    """The connector of one inbox."""
    return Feishu(account, http)


class Feishu:
    """Receiver, sender, media and health of one bot."""

    idempotent = False  # it forgets after an hour what it has had

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._settings = settings
        app = (settings.app_id, settings.app_secret)
        self._api = FeishuApi(http, account.tokens, app, settings.base_url)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: the signature over the raw body, else the token within it.

        The test of the address is sealed, but not signed: it carries the token.
        """
        settings = self._settings
        if settings.encrypt_key and "x-lark-signature" in request.headers:
            self._check_signature(request)
            return True
        if not settings.verification_token:
            if settings.encrypt_key:
                self._greeting(request)
                return True
            return False
        envelope = self._open(request.body)
        if settings.encrypt_key and not envelope.challenge:
            raise Unauthentic("X-Lark-Signature is missing")
        if not same(settings.verification_token, envelope.header.token or envelope.token):
            raise Unauthentic("the verification token does not fit")
        return True

    def _greeting(self, request: WebhookRequest) -> None:
        """Without a signature only the test of the address is let in: it is sealed with the key."""
        if not self._open(request.body).challenge:
            raise Unauthentic("X-Lark-Signature is missing")

    def _check_signature(self, request: WebhookRequest) -> None:
        """https://open.feishu.cn/document/server-docs/event-subscription-guide (signature)."""
        stamp = request.headers.get("x-lark-request-timestamp", "")
        nonce = request.headers.get("x-lark-request-nonce", "")
        key = self._settings.encrypt_key
        whole = hashlib.sha256(f"{stamp}{nonce}{key}".encode() + request.body).hexdigest()
        if not same(whole, request.headers["x-lark-signature"]):
            raise Unauthentic("X-Lark-Signature does not fit: compare the Encrypt Key")
        check_age(_moment(stamp), request.received_at, SIGNED_FOR)

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """``url_verification`` wants its challenge back."""
        try:
            challenge = self._open(request.body).challenge
        except (Malformed, Unauthentic):
            return None
        if not challenge:
            return None
        return WebhookResponse(body=msgspec.json.encode({"challenge": challenge}), headers=JSON)

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        try:
            envelope = self._open(request.body)
        except Unauthentic as error:
            raise Malformed(str(error)) from error
        return parse_envelope(envelope, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within three seconds; a pressed card needs an object."""
        return WebhookResponse(body=b"{}", headers=JSON)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each chat."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)

    def _open(self, body: bytes) -> Envelope:
        envelope = decode_json(body, Envelope, "a Feishu event")
        if not envelope.encrypt:
            return envelope
        plain = opened(envelope.encrypt, self._settings.encrypt_key)
        return decode_json(plain, Envelope, "a Feishu event")


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthentic("X-Lark-Request-Timestamp is no time") from error
