"""What Zulip's event queue brings, as types (https://zulip.com/api/get-events)."""

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Of a direct conversation, or who types; ids have two names."""

    id: int = 0
    user_id: int = 0
    email: str = ""
    full_name: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said something: in a topic of a channel, or directly."""

    id: int
    sender_id: int
    sender_email: str = ""
    sender_full_name: str = ""
    type: str = ""
    display_recipient: str | list[Person] = ""
    stream_id: int = 0
    subject: str = ""
    content: str = ""
    timestamp: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds that we ask for; ``id`` counts in the queue."""

    id: int = -1
    type: str = ""
    op: str = ""
    message: Message | None = None
    message_id: int = 0
    message_ids: list[int] = []
    user_id: int | None = None
    content: str | None = None
    rendering_only: bool = False
    edit_timestamp: int = 0
    stream_id: int = 0
    new_stream_id: int = 0
    orig_subject: str = ""
    subject: str = ""
    propagate_mode: str = ""
    emoji_name: str = ""
    emoji_code: str = ""
    reaction_type: str = ""
    message_type: str = ""
    sender: Person | None = None
    recipients: list[Person] = []
    topic: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Events, or messages that were asked for because their queue was gone."""

    events: list[msgspec.Raw] = []
    messages: list[msgspec.Raw] = []


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """What moves the cursor."""

    id: int = -1
    type: str = ""
    message: "Numbered | None" = None
