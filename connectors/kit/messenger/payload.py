"""Webhook payloads as types.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import msgspec


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person (page-scoped id) or a page."""

    id: str = ""


class Coordinates(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees."""

    lat: float
    long: float


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What an attachment is."""

    url: str | None = None
    title: str | None = None
    sticker_id: int | None = None
    coordinates: Coordinates | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """``type`` is image, video, audio, file, location, fallback, share, story_mention ..."""

    type: str = ""
    title: str | None = None
    url: str | None = None
    payload: Payload | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A story of ours that was answered."""

    url: str = ""


class ReplyTo(msgspec.Struct, frozen=True, kw_only=True):
    """A message or a story."""

    mid: str = ""
    story: Story | None = None


class QuickReply(msgspec.Struct, frozen=True, kw_only=True):
    """What we had put behind a button."""

    payload: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What was said; ``is_echo``: by us, or in the page's own inbox."""

    mid: str = ""
    text: str | None = None
    attachments: list[Attachment] = []
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """``mids``, or all up to ``watermark`` (milliseconds)."""

    mids: list[str] = []
    watermark: int = 0


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Messenger: all up to ``watermark``. Instagram: up to ``mid``."""

    watermark: int = 0
    mid: str = ""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """``action`` is react or unreact."""

    mid: str
    action: str = "react"
    emoji: str = ""
    reaction: str = ""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that now says something else."""

    mid: str
    text: str = ""
    num_edit: int = 0


class Postback(msgspec.Struct, frozen=True, kw_only=True):
    """A pressed button."""

    mid: str = ""
    title: str = ""
    payload: str = ""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``messaging``. ``timestamp`` in milliseconds."""

    sender: Party = Party()
    recipient: Party = Party()
    timestamp: int = 0
    message: Message | None = None
    message_edit: Edit | None = None
    delivery: Delivery | None = None
    read: Read | None = None
    reaction: Reaction | None = None
    postback: Postback | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One page. ``standby``: while another app has the conversation."""

    id: str = ""
    messaging: list[msgspec.Raw] = []
    standby: list[msgspec.Raw] = []


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request; ``object`` is page or instagram."""

    object: str = ""
    entry: list[Entry] = []
