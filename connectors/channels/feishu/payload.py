"""Feishu's events as types (schema 2.0).

https://open.feishu.cn/document/server-docs/im-v1/message/events/receive
"""

import msgspec


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """``create_time`` in milliseconds; ``token`` is the verification token."""

    event_id: str = ""
    event_type: str = ""
    token: str = ""
    create_time: str = ""


class UserId(msgspec.Struct, frozen=True, kw_only=True):
    """One person: by app, by developer, within the tenant."""

    open_id: str | None = None
    union_id: str | None = None
    user_id: str | None = None


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """``sender_type`` is user or app."""

    sender_id: UserId = UserId()
    sender_type: str = "user"


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` stands in the text where ``name`` is meant."""

    key: str = ""
    name: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """``content`` is JSON inside a string, another for each ``message_type``."""

    message_id: str
    chat_id: str
    message_type: str
    content: str = ""
    create_time: str = ""
    chat_type: str = "p2p"
    root_id: str | None = None
    parent_id: str | None = None
    thread_id: str | None = None
    mentions: list[Mention] | None = None


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who read, and when (milliseconds)."""

    reader_id: UserId = UserId()
    read_time: str = ""


class Emoji(msgspec.Struct, frozen=True, kw_only=True):
    """By its Feishu name: THUMBSUP."""

    emoji_type: str = ""


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Who pressed or reacted; newer events have the ids flat."""

    open_id: str | None = None
    union_id: str | None = None
    user_id: str | None = None
    operator_type: str = "user"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What was pressed on a card; ``value`` is what we had put behind it."""

    value: msgspec.Raw = msgspec.Raw(b"{}")
    option: str = ""
    tag: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Where the card is."""

    open_message_id: str = ""
    open_chat_id: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of all events that we read."""

    message: Message | None = None
    sender: Sender = Sender()
    reader: Reader | None = None
    message_id_list: list[str] = []
    message_id: str = ""
    recall_time: str = ""
    reaction_type: Emoji = Emoji()
    user_id: UserId | None = None
    action_time: str = ""
    chat_id: str = ""
    operator: Operator | None = None
    users: list[Sender] = []
    action: Action | None = None
    context: Context | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request, opened."""

    header: Header = Header()
    event: Event = Event()
    schema: str = ""
    token: str = ""
    type: str = ""
    challenge: str = ""
    encrypt: str = ""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Of text."""

    text: str = ""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Of image, file, audio, media and sticker."""

    image_key: str = ""
    file_key: str = ""
    file_name: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Of location; degrees as text or numbers."""

    name: str = ""
    longitude: str | float = ""
    latitude: str | float = ""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a post's line."""

    tag: str = ""
    text: str = ""
    href: str = ""
    user_name: str = ""
    image_key: str = ""
    file_key: str = ""
    emoji_type: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """Of post: lines of nodes."""

    title: str = ""
    content: list[list[Node]] = []
