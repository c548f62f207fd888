"""A DingTalk (钉钉) robot of a corporation's own app, by webhook or by stream."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from connectors.channels.dingtalk.inbound import parse_robot
from connectors.channels.dingtalk.outbound import DingTalkApi
from connectors.channels.dingtalk.stream import run_stream
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
from connectors.kit.signatures import check_age, hmac_base64, same
from connectors.kit.wechat_cipher import Envelope

SIGNED_FOR = timedelta(hours=1)
EVENT_ANSWER = b"success"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From open-dev.dingtalk.com. The inbox's address is the robot's name."""

    client_id: Annotated[
        str,
        msgspec.Meta(min_length=1, title="Client ID", description="AppKey: 凭证与基础信息"),
    ]
    client_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Client Secret",
            description="AppSecret, beside it; it also signs the robot's callbacks",
            extra={"secret": True, "signs": True},
        ),
    ]
    robot_code: Annotated[
        str,
        msgspec.Meta(title="Robot code", description="机器人 page; empty: the Client ID"),
    ] = ""
    mode: Annotated[
        Literal["webhook", "stream"],
        msgspec.Meta(
            title="How messages arrive",
            description="webhook: DingTalk calls us; stream: we open a line (no public address)",
        ),
    ] = "webhook"
    token: Annotated[
        str,
        msgspec.Meta(
            title="Event token",
            description="事件订阅 > 加密 token; only where events are subscribed by HTTP",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    encoding_aes_key: Annotated[
        str,
        msgspec.Meta(title="Event AES key", description="Beside it", extra={"secret": True}),
    ] = ""
    owner_key: Annotated[
        str,
        msgspec.Meta(title="Event owner", description="Client ID or corp id; empty: Client ID"),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for a private deployment")
    ] = "https://api.dingtalk.com"


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An event callback."""

    encrypt: str = ""


def connect(account: Account, http: Http) -> "DingTalk":
    """The connector of one inbox: which way in it has is decided by ``mode``."""
    settings: Settings = account.settings
    return (DingTalkStream if settings.mode == "stream" else DingTalkWebhook)(account, http)


class DingTalk:
    """What both ways in share: sending, files, health."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._settings = settings
        self._http = http
        self._api = DingTalkApi(
            http,
            account.tokens,
            (settings.client_id, settings.client_secret),
            settings.robot_code or settings.client_id,
            settings.base_url,
        )

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the robot, one for each conversation."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: ``ref`` is a download code."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


class DingTalkStream(DingTalk):
    """By a line that we open."""

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        client = (self._settings.client_id, self._settings.client_secret)
        await run_stream(self._http, self._settings.base_url.rstrip("/"), client, sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """The same message as by webhook."""
        return parse_robot(body, received_at)


class DingTalkWebhook(DingTalk):
    """By HTTP: robot callbacks are signed, event callbacks are sealed, answers to those too."""

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. A robot's signature covers its time only."""
        sealed = _sealed(request.body)
        if sealed:
            self._check_event(request, sealed)
            return True
        stamp = request.headers.get("timestamp", "")
        secret = self._settings.client_secret
        expected = hmac_base64(secret, f"{stamp}\n{secret}".encode())
        if not same(expected, request.headers.get("sign", "")):
            raise Unauthentic("sign does not fit: compare the Client Secret")
        check_age(_moment(stamp), request.received_at, SIGNED_FOR)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Events (the test of the address among them) want a sealed ``success`` at once."""
        sealed = _sealed(request.body)
        return self._event_answer(request) if sealed else None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        if _sealed(request.body):
            return Parsed()
        return parse_robot(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty object: the answer follows by another way."""
        return WebhookResponse(body=b"{}", headers={"content-type": "application/json"})

    def _check_event(self, request: WebhookRequest, sealed: str) -> None:
        query = request.query
        if not self._settings.token:
            raise Unauthentic("a sealed event, but no event token is configured")
        signature = query.get("msg_signature") or query.get("signature", "")
        parts = query.get("timestamp", ""), query.get("nonce", "")
        self._envelope().check(signature, *parts, sealed)
        self._envelope().open(sealed)
        check_age(_moment(parts[0]), request.received_at, SIGNED_FOR)

    def _event_answer(self, request: WebhookRequest) -> WebhookResponse:
        envelope = self._envelope()
        stamp = str(int(request.received_at.timestamp() * 1000))
        nonce = request.query.get("nonce", "parley")
        sealed = envelope.seal(EVENT_ANSWER)
        answer = {
            "msg_signature": envelope.sign(stamp, nonce, sealed),
            "timeStamp": stamp,
            "nonce": nonce,
            "encrypt": sealed,
        }
        return WebhookResponse(
            body=msgspec.json.encode(answer), headers={"content-type": "application/json"}
        )

    def _envelope(self) -> Envelope:
        settings = self._settings
        return Envelope(
            token=settings.token,
            aes_key=settings.encoding_aes_key,
            owner=settings.owner_key or settings.client_id,
        )


def _sealed(body: bytes) -> str:
    try:
        return decode_json(body, Sealed, "an event").encrypt
    except Malformed:
        return ""


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthentic("timestamp is no time") from error
