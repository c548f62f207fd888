"""A WeChat official account (服务号, 订阅号).

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

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
from connectors.events import ReceiptReported, SenderId
from connectors.http import Http
from connectors.kit.coded_api import CodedApi, granted
from connectors.kit.fields import xml_leaves
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age
from connectors.kit.wechat_api import DIALECT, WeChatApi, no_ids, read_token
from connectors.kit.wechat_cipher import Envelope, aes_key
from connectors.kit.wechat_messages import Fields, moment, parse_fields
from connectors.tokens import Token, named

# A plain callback is signed over its time only: an old address must not open the door for ever.
SIGNED_FOR = timedelta(hours=1)
SENT = {"templatesendjobfinish", "masssendjobfinish"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From mp.weixin.qq.com. The inbox's address is the account's original id (gh_...)."""

    app_id: Annotated[
        str, msgspec.Meta(min_length=1, title="AppID", description="设置与开发 > 基本配置")
    ]
    app_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="AppSecret", description="Beside the AppID", extra={"secret": True}
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            min_length=3,
            title="Token",
            description="Chosen by you, entered there too (服务器配置)",
            extra={"secret": True, "signs": True},
        ),
    ]
    encoding_aes_key: Annotated[
        str,
        msgspec.Meta(
            title="EncodingAESKey",
            description="43 characters; when set, only sealed messages are taken (安全模式)",
            extra={"secret": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for another data centre")
    ] = "https://api.weixin.qq.com"


def connect(account: Account, http: Http) -> "WeChatAccount":
    """The connector of one inbox."""
    return WeChatAccount(account, http)


class WeChatAccount:
    """Receiver, sender, media and health of one account."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._settings = settings
        self._http = http
        self._envelope = Envelope(
            token=settings.token, aes_key=settings.encoding_aes_key, owner=settings.app_id
        )
        if settings.encoding_aes_key and "placeholder" not in settings.encoding_aes_key:
            aes_key(settings.encoding_aes_key)
        api = CodedApi(
            http=http,
            tokens=account.tokens,
            token=named("wechat", settings.app_id, settings.app_secret),
            renew=self._renew,
            dialect=DIALECT,
        )
        self._api = WeChatApi(http, api, settings.base_url, sends_files=False)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: sealed messages are signed whole, plain ones by their time."""
        query = request.query
        parts = [query.get("timestamp", ""), query.get("nonce", "")]
        sealed = _leaves(request.body).get("Encrypt", "")
        if sealed:
            self._envelope.check(query.get("msg_signature", ""), *parts, sealed)
        else:
            if self._settings.encoding_aes_key and request.body.strip():
                raise Unauthentic("a plain message, but an EncodingAESKey is configured")
            self._envelope.check(query.get("signature", ""), *parts)
        check_age(moment(parts[0], datetime.fromtimestamp(0, UTC)), request.received_at, SIGNED_FOR)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The console asks for ``echostr`` back when the address is saved."""
        if request.method != "GET":
            return None
        return WebhookResponse(body=request.query.get("echostr", "").encode())

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        fields = self._fields(request.body)
        openid = fields.get("FromUserName", "")
        if not openid:
            raise Malformed("FromUserName is missing")
        if fields.get("Event", "").lower() in SENT:
            return Parsed(events=(_receipt(fields, request.received_at),))
        return parse_fields(fields, SenderId(family="wechat", value=openid), request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Anything else, and WeChat asks three times and tells the customer that we are down."""
        return WebhookResponse(body=b"success", headers={"content-type": "text/plain"})

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``. The answer names no message id, so nothing can be matched to it."""
        envelope = {"touser": message.recipient.value}
        return await self._api.reply(message, "/cgi-bin/message/custom/send", envelope, no_ids)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each customer."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)

    def _fields(self, body: bytes) -> Fields:
        fields = xml_leaves(body)
        sealed = fields.get("Encrypt", "")
        return xml_leaves(self._envelope.open(sealed)) if sealed else fields

    async def _renew(self, _last: Token | None) -> Token:
        """A stable token: asking again does not kill the one that others use."""
        settings = self._settings
        asked = {
            "grant_type": "client_credential",
            "appid": settings.app_id,
            "secret": settings.app_secret,
        }
        answer = self._http.request(
            "POST",
            f"{settings.base_url.rstrip('/')}/cgi-bin/stable_token",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode(asked),
        )
        return await granted(answer, read_token)


def _leaves(body: bytes) -> Fields:
    """For verifying: what is no XML has no sealed part."""
    try:
        return xml_leaves(body) if body.strip() else {}
    except Malformed:
        return {}


def _receipt(fields: Fields, received_at: datetime) -> ReceiptReported:
    """Template messages are told of by ``MsgID`` and a status in words."""
    id, status = fields.get("MsgID", ""), fields.get("Status", "")
    good = status.lower().startswith(("success", "send success"))
    return ReceiptReported(
        dedupe_id=f"{id}:{status}",
        native_id=id,
        state="delivered" if good else "failed",
        occurred_at=moment(fields.get("CreateTime", ""), received_at),
        reason="" if good else status,
    )
