"""A WeCom (企业微信) app that colleagues write to.

https://developer.work.weixin.qq.com/document/path/90236 (sending), 90239 (receiving).
"""

from collections.abc import AsyncIterator
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
from connectors.errors import Malformed
from connectors.events import SenderId
from connectors.http import Http, HttpReply
from connectors.kit.probing import probe
from connectors.kit.wechat_messages import parse_fields
from connectors.kit.wecom import SealedCallback, WeComSettings, wecom_api


class Settings(WeComSettings, frozen=True, kw_only=True):
    """From work.weixin.qq.com > 应用管理. The inbox's address is the app's name."""

    agent_id: Annotated[
        int, msgspec.Meta(ge=0, title="AgentId", description="On the app's own page")
    ]


class Sent(msgspec.Struct, frozen=True):
    """The answer to a sent message; whoever may not get it is told by code 81013."""

    msgid: str = ""


def connect(account: Account, http: Http) -> "WeComApp":
    """The connector of one inbox."""
    return WeComApp(account, http)


class WeComApp:
    """Receiver, sender, media and health of one app."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._callback = SealedCallback(self._settings)
        self._api = wecom_api(account, http, sends_files=True)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``."""
        return self._callback.verify(request)

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """See ``WebhookReceiver``."""
        return self._callback.handshake(request)

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``. A user id means something within its corporation only."""
        fields = self._callback.fields(request)
        user = fields.get("FromUserName", "")
        if user in {"", "sys"}:  # the corporation speaks: its address book or calendars changed
            if not user and fields.get("MsgType") != "event":
                raise Malformed("FromUserName is missing")
            return Parsed()
        sender = SenderId(family="wecom", value=user, scope=self._settings.corp_id)
        return parse_fields(fields, sender, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty answer: no reply by this way."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        envelope = {"touser": message.recipient.value, "agentid": self._settings.agent_id}
        return await self._api.reply(message, "/cgi-bin/message/send", envelope, _ids)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the app, one for each colleague."""
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
