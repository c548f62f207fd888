"""WeCom customer service (微信客服): WeChat users write to a corporation.

The webhook only rings; messages are pulled (https://developer.work.weixin.qq.com/document/path/94670).
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.channels.wecom_kf.inbound import Page, parse_page
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import FetchFailed
from connectors.events import Doorbell
from connectors.http import Http, HttpReply
from connectors.kit.coded_api import CredentialsRefused
from connectors.kit.decoding import decode_json
from connectors.kit.probing import probe
from connectors.kit.signatures import content_id
from connectors.kit.wechat_messages import moment
from connectors.kit.wecom import SealedCallback, WeComSettings, wecom_api

MOST = 1000
LONGEST_ID = 32


class Settings(WeComSettings, frozen=True, kw_only=True):
    """From work.weixin.qq.com > 应用管理 > 微信客服. The inbox's address is the account: wk...

    Pages of the console that make its token and key: 微信客服 > API > 企业内部开发.
    """


class Sent(msgspec.Struct, frozen=True):
    """The answer to a sent message."""

    msgid: str = ""


def connect(account: Account, http: Http) -> "WeComService":
    """The connector of one inbox."""
    return WeComService(account, http)


class WeComService:
    """Doorbell, puller, sender, media and health of one customer service account."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._account = account
        self._callback = SealedCallback(settings)
        self._api = wecom_api(account, http, sends_files=True)
        self._ring = ""

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``."""
        return self._callback.verify(request)

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """See ``WebhookReceiver``."""
        return self._callback.handshake(request)

    def parse(self, request: WebhookRequest) -> Parsed:
        """A ring, or an event that is no concern of a conversation."""
        fields = self._callback.fields(request)
        if fields.get("Event") != "kf_msg_or_event":
            return Parsed()
        token = fields.get("Token", "")
        at = moment(fields.get("CreateTime", ""), request.received_at)
        return Parsed(events=(Doorbell(dedupe_id=content_id(token), occurred_at=at, cursor=token),))

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty answer."""
        return WebhookResponse()

    def rung(self, cursor: str) -> None:
        """The ring's token lets us pull without the strict limit; it lasts ten minutes."""
        self._ring = cursor

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``: a page is one item, its cursor what the next one follows."""
        while True:
            page, body = await self._page(cursor)
            if page.msg_list and page.next_cursor != cursor:
                yield Pulled(body=body, cursor=page.next_cursor)
            if not page.has_more or page.next_cursor == cursor:
                return
            cursor = page.next_cursor

    async def wait(self, seconds: float) -> None:
        """Never asked: the webhook rings."""

    async def _page(self, cursor: str) -> tuple[Page, bytes]:
        asked: dict[str, Any] = {"cursor": cursor, "limit": MOST}
        asked |= {"token": self._ring} if self._ring else {}
        asked |= {"open_kfid": self._account.address} if self._account.address else {}
        try:
            raw, words = await self._api.post("/cgi-bin/kf/sync_msg", asked, msgspec.Raw)
        except CredentialsRefused as error:
            raise FetchFailed(str(error), retry=True) from error
        if raw is None:
            raise FetchFailed(words, retry=True)
        body = bytes(raw)
        return decode_json(body, Page, "a page of messages"), body

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Pure: a page as it was pulled."""
        return parse_page(decode_json(body, Page, "a page of messages"), received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        account, _, _ = message.thread_key.partition("/")
        envelope = {
            "touser": message.recipient.value,
            "open_kfid": account or self._account.address,
        }
        return await self._api.reply(message, "/cgi-bin/kf/send_msg", envelope, _ids)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each customer."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._api.fetch(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


def _ids(reply: HttpReply) -> tuple[str, ...]:
    sent = reply.read(Sent)
    return (sent.msgid,) if sent and sent.msgid else ()
