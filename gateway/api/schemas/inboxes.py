"""Inboxes, channels, and what could not be read."""

from typing import Literal

from gateway.api.answer import Answer
from gateway.api.fields import Time


class Capabilities(Answer, frozen=True, kw_only=True):
    """What a reply on this channel may hold; ``receipts`` are the states it reports.

    ``start``: we may write first. ``quick_replies`` and ``reply_to``: the channel has a shape of
    its own for them; elsewhere they go as words. ``templates``: the
    provider keeps approved ones, see ``GET /inboxes/{id}/templates``.
    """

    reply: bool
    html: bool
    start: bool
    subject: bool
    cc: bool
    quick_replies: bool
    reply_to: bool
    templates: bool
    attachments: bool
    attachment_max_bytes: int | None
    max_chars: int | None
    sms_segments: bool
    receipts: list[str]


class Inbox(Answer, frozen=True, kw_only=True):
    """One configured account of a channel."""

    id: str
    name: str
    channel: str
    family_name: str
    address: str
    active: bool
    health: Literal["ok", "degraded", "unknown"]
    health_detail: str
    open_count: int
    capabilities: Capabilities


class InboxList(Answer, frozen=True, kw_only=True):
    """The inboxes I may see."""

    items: list[Inbox]


class Setting(Answer, frozen=True, kw_only=True):
    """One field of a channel's settings, for the form that asks for it."""

    name: str
    title: str
    description: str
    secret: bool
    required: bool
    kind: str


class Channel(Answer, frozen=True, kw_only=True):
    """An installed channel, from its manifest."""

    id: str
    name: str
    family: str
    transports: list[str]
    tier: str
    docs: str
    capabilities: Capabilities
    settings: list[Setting]


class ChannelList(Answer, frozen=True, kw_only=True):
    """Every installed channel."""

    items: list[Channel]


class InboxHealth(Answer, frozen=True, kw_only=True):
    """``ok`` null: this channel cannot know."""

    ok: bool | None
    detail: str
    advice: str


class QuarantinedItem(Answer, frozen=True, kw_only=True):
    """A request that could not be read, and why."""

    id: str
    inbox_id: str
    channel: str
    transport: str
    received_at: Time
    reason: str
    attempts: int
    size: int


class QuarantinePage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[QuarantinedItem]
    next_cursor: str | None


class Replayed(Answer, frozen=True, kw_only=True):
    """How many went back to ingest."""

    replayed: int
