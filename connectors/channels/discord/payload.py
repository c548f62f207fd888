"""Discord's objects as types (https://discord.com/developers/docs/resources/message)."""

import msgspec


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes; ids are numbers of 64 bits, sent as text."""

    id: str = ""
    username: str = ""
    global_name: str | None = None
    bot: bool = False


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """The same, within a server."""

    user: User = User()
    nick: str | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file; ``duration_secs`` is there for a voice message."""

    url: str
    filename: str = ""
    content_type: str | None = None
    size: int | None = None
    duration_secs: float | None = None


class Sticker(msgspec.Struct, frozen=True, kw_only=True):
    """A sticker: only its name and number come."""

    id: str
    name: str = ""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The message that is answered."""

    message_id: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, also one that was changed or deleted (then mostly empty)."""

    id: str
    channel_id: str = ""
    guild_id: str | None = None
    author: User = User()
    member: Member | None = None
    content: str = ""
    timestamp: str = ""
    edited_timestamp: str | None = None
    attachments: list[Attachment] = []
    sticker_items: list[Sticker] = []
    mentions: list[User] = []
    message_reference: Reference | None = None
    type: int = 0


class Emoji(msgspec.Struct, frozen=True, kw_only=True):
    """A character, or one of the server's own by its name."""

    id: str | None = None
    name: str | None = None


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """On a message."""

    user_id: str
    channel_id: str
    message_id: str
    emoji: Emoji = Emoji()


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed behind a command."""

    name: str = ""
    value: str | int | float | bool | None = None


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """A command's name and options, or a component's id and values."""

    name: str = ""
    custom_id: str = ""
    options: list[Option] = []
    values: list[str] = []


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """``type`` 1 ping, 2 command, 3 component."""

    type: int
    id: str = ""
    token: str = ""
    channel_id: str = ""
    guild_id: str | None = None
    user: User | None = None
    member: Member | None = None
    data: Data = Data()


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the Gateway: its name, and what happened."""

    t: str | None = None
    d: msgspec.Raw = msgspec.Raw(b"null")
    op: int = 0
    s: int | None = None
