"""What the chat page's gateway journals, one JSON object for each thing a visitor did.

The gateway encodes these Structs (``msgspec.json.encode``) and journals the bytes; the page never
reaches the hook address.
"""

from datetime import datetime

import msgspec


class Visitor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``id`` is what the gateway gave the browser. ``proven``: the site that embeds the chat
    vouched for email and phone (a signed visitor token); what was only typed is not proven.
    """

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    proven: bool = False


class ChatFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An upload that the gateway keeps behind ``url``."""

    url: str
    name: str = ""
    media_type: str = ""
    size: int | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="message"):
    """``client_msg_id`` is made by the page: the same one twice is one message."""

    client_msg_id: str
    visitor: Visitor
    text: str = ""
    attachments: tuple[ChatFile, ...] = ()
    sent_at: datetime | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True, tag="seen"):
    """The page showed (``delivered``) or the visitor looked at (``read``) messages of ours."""

    visitor: Visitor
    message_ids: tuple[str, ...]
    state: str = "read"


class Typing(msgspec.Struct, frozen=True, kw_only=True, tag="typing"):
    """The visitor types, or stopped."""

    visitor: Visitor
    typing: bool = True


ChatItem = Said | Seen | Typing
