"""What a WeCom app and WeCom customer service share: sealed callbacks and the corporation's token.

https://developer.work.weixin.qq.com/document/path/90238 (callbacks), 91039 (tokens).
"""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from connectors.contract import Account, WebhookRequest, WebhookResponse
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.coded_api import CodedApi, granted
from connectors.kit.fields import xml_leaves
from connectors.kit.signatures import check_age
from connectors.kit.wechat_api import DIALECT, WeChatApi, read_token
from connectors.kit.wechat_cipher import Envelope
from connectors.kit.wechat_messages import Fields, moment
from connectors.tokens import Token, named


class WeComSettings(msgspec.Struct, frozen=True, kw_only=True):
    """From work.weixin.qq.com."""

    corp_id: Annotated[
        str, msgspec.Meta(min_length=1, title="Corp id", description="我的企业 > 企业信息: ww...")
    ]
    secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Secret",
            description="Of the app (应用管理), or of customer service (微信客服 > API)",
            extra={"secret": True},
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Token",
            description="接收消息 > 设置API接收; made there",
            extra={"secret": True, "signs": True},
        ),
    ]
    encoding_aes_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="EncodingAESKey",
            description="43 characters, beside the token",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="Only for a private deployment")
    ] = "https://qyapi.weixin.qq.com"


def wecom_api(account: Account, http: Http, *, sends_files: bool) -> WeChatApi:
    """The calls of one inbox, with its token."""
    settings: WeComSettings = account.settings

    async def renew(_last: Token | None) -> Token:
        asked = urlencode({"corpid": settings.corp_id, "corpsecret": settings.secret})
        url = f"{settings.base_url.rstrip('/')}/cgi-bin/gettoken?{asked}"
        return await granted(http.request("GET", url), read_token)

    api = CodedApi(
        http=http,
        tokens=account.tokens,
        token=named("wecom", settings.corp_id, settings.secret),
        renew=renew,
        dialect=DIALECT,
    )
    return WeChatApi(http, api, settings.base_url, sends_files=sends_files)


class SealedCallback:
    """The receiving half: every callback is sealed, the console's test of the address too."""

    def __init__(self, settings: WeComSettings) -> None:
        self._envelope = Envelope(
            token=settings.token, aes_key=settings.encoding_aes_key, owner=settings.corp_id
        )

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``."""
        stamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        sealed = _sealed(request)
        if not sealed:
            raise Unauthentic("a callback without a sealed part")
        self._envelope.check(request.query.get("msg_signature", ""), stamp, nonce, sealed)
        check_age(moment(stamp, datetime.fromtimestamp(0, UTC)), request.received_at)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The console wants ``echostr`` back, opened."""
        if request.method != "GET":
            return None
        return WebhookResponse(body=self._envelope.open(_sealed(request)))

    def fields(self, request: WebhookRequest) -> Fields:
        """What was said. Raises Malformed."""
        fields = xml_leaves(request.body)
        sealed = fields.get("Encrypt", "")
        try:
            return xml_leaves(self._envelope.open(sealed)) if sealed else fields
        except Unauthentic as error:
            raise Malformed(str(error)) from error


def _sealed(request: WebhookRequest) -> str:
    if request.method == "GET":
        return request.query.get("echostr", "")
    try:
        return xml_leaves(request.body).get("Encrypt", "")
    except Malformed:
        return ""
