"""Recorded requests and replies as data: what ``explain`` and ``fixtures/cases.toml`` read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from connectors.contract import MailEnvelope
from connectors.standin import CannedReply

ADDRESS = "+15550100"
MAIL_ADDRESS = "support@example.com"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Of what a record expects only this concerns us: at which ``clock`` it was judged."""

    clock: datetime | None = None


class WebhookCase(msgspec.Struct, frozen=True, kw_only=True):
    """A request as recorded. ``secret`` is the signing secret, or an object of settings."""

    method: str = "POST"
    url: str = "/"
    headers: Mapping[str, str] = {}
    content_type: str = ""
    body: str | dict[str, Any] | list[Any] | None = None
    form: Mapping[str, str | list[str]] | None = None
    query: Mapping[str, str] | None = None
    secret: str | Mapping[str, Any] | None = None
    received_at: datetime | None = None
    address: str = ""
    expected: Expected = Expected()


class FileCase(msgspec.Struct, frozen=True, kw_only=True):
    """A file to send; ``content`` stands for its bytes, ``content_id`` puts it into the HTML."""

    url: str = ""
    name: str = "file"
    media_type: str = "application/octet-stream"
    content: str = ""
    content_id: str = ""


class TemplateCase(msgspec.Struct, frozen=True, kw_only=True):
    """A template of the provider."""

    name: str
    language: str = ""
    params: tuple[str, ...] = ()


class MessageCase(msgspec.Struct, frozen=True, kw_only=True):
    """A reply; ``recipient`` is ``family:value``. ``mail`` is what was frozen for a mail."""

    recipient: str
    text: str = ""
    id: str = "message-1"
    html: str | None = None
    subject: str = ""
    thread_key: str = ""
    attachments: tuple[FileCase, ...] = ()
    quick_replies: tuple[str, ...] = ()
    template: TemplateCase | None = None
    reply_to: str = ""
    reply_handle: str = ""
    mail: MailEnvelope | None = None


class SendCase(msgspec.Struct, frozen=True, kw_only=True):
    """A reply and the provider's answers to it."""

    message: MessageCase
    replies: tuple[CannedReply, ...] = ()
    secret: str | Mapping[str, Any] | None = None
    address: str = ""
    hook_url: str = ""


class ActCase(msgspec.Struct, frozen=True, kw_only=True):
    """An act as ``OutboundAct`` has it; ``typing`` shows that somebody answers (``heard``)."""

    kind: Literal["edit", "delete", "react", "typing"]
    recipient: str = "test:recipient-1"
    id: str = "act-1"
    thread_key: str = ""
    native_ids: tuple[str, ...] = ()
    author: str = ""
    text: str = ""
    emoji: str = ""
    before: str = ""
    before_id: str = ""
    heard: str = ""


class PerformCase(msgspec.Struct, frozen=True, kw_only=True):
    """An act and the provider's answers to it."""

    act: ActCase
    replies: tuple[CannedReply, ...] = ()
    address: str = ""
