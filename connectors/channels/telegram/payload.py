"""What we read of a Telegram update; all else that the Bot API sends is passed over.

Our own types and not the library's, which refuses an update as a whole when a field that we do not
need is absent or new.
"""

import msgspec


class User(msgspec.Struct, frozen=True):
    """A person or bot."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    is_bot: bool = False


class Chat(msgspec.Struct, frozen=True):
    """``type`` is private, group, supergroup or channel."""

    id: int
    type: str = "private"
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class Media(msgspec.Struct, frozen=True):
    """Any of document, audio, video, voice, sticker, one size of a photo."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None
    emoji: str = ""


class Location(msgspec.Struct, frozen=True):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class Venue(msgspec.Struct, frozen=True):
    """A place with a name."""

    location: Location
    title: str = ""
    address: str = ""


class PhoneContact(msgspec.Struct, frozen=True):
    """A shared card."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class WebAppData(msgspec.Struct, frozen=True):
    """What a mini app sent."""

    data: str
    button_text: str = ""


class PollOption(msgspec.Struct, frozen=True):
    """One answer."""

    text: str


class Poll(msgspec.Struct, frozen=True):
    """A question to the chat."""

    question: str
    options: tuple[PollOption, ...] = ()


class Dice(msgspec.Struct, frozen=True):
    """A thrown die."""

    emoji: str
    value: int


class Button(msgspec.Struct, frozen=True):
    """A button under one of our messages."""

    text: str
    callback_data: str = ""


class Markup(msgspec.Struct, frozen=True):
    """Rows of buttons."""

    inline_keyboard: tuple[tuple[Button, ...], ...] = ()


class Referred(msgspec.Struct, frozen=True):
    """The message that another answers."""

    message_id: int


class Message(msgspec.Struct, frozen=True):
    """A message; times are Unix seconds."""

    message_id: int
    date: int
    chat: Chat
    sender: User | None = msgspec.field(name="from", default=None)
    sender_chat: Chat | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    edit_date: int | None = None
    reply_to_message: Referred | None = None
    text: str = ""
    caption: str = ""
    photo: tuple[Media, ...] = ()
    document: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    video_note: Media | None = None
    animation: Media | None = None
    voice: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: PhoneContact | None = None
    web_app_data: WebAppData | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    reply_markup: Markup | None = None
    new_chat_members: tuple[User, ...] = ()
    left_chat_member: User | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


class CallbackQuery(msgspec.Struct, frozen=True):
    """A press on an inline button."""

    id: str
    sender: User = msgspec.field(name="from")
    data: str = ""
    message: Message | None = None


class ReactionType(msgspec.Struct, frozen=True):
    """``emoji`` is empty for custom and paid reactions."""

    type: str = "emoji"
    emoji: str = ""


class Reactions(msgspec.Struct, frozen=True):
    """All reactions of one person to one message, as they are now."""

    chat: Chat
    message_id: int
    date: int
    user: User | None = None
    actor_chat: Chat | None = None
    new_reaction: tuple[ReactionType, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """``status`` is creator, administrator, member, restricted, left or kicked."""

    status: str


class MemberUpdate(msgspec.Struct, frozen=True):
    """The bot itself was let in or put out."""

    chat: Chat
    sender: User = msgspec.field(name="from")
    date: int = 0
    new_chat_member: Member = Member(status="member")


class Update(msgspec.Struct, frozen=True):
    """One update has at most one of these."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None
    callback_query: CallbackQuery | None = None
    message_reaction: Reactions | None = None
    my_chat_member: MemberUpdate | None = None


ALLOWED = tuple(field for field in Update.__struct_fields__ if field != "update_id")
