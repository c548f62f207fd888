"""Slack's events as types (https://docs.slack.dev/reference/events)."""

import msgspec


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A shared file; its address opens with the bot's token."""

    id: str = ""
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    url_private_download: str | None = None
    url_private: str | None = None
    size: int | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What a reaction is on."""

    type: str = ""
    channel: str = ""
    ts: str = ""


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    """Who posted by an app."""

    app_id: str = ""
    name: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message inside an event that speaks of it."""

    ts: str = ""
    user: str = ""
    text: str | None = None
    thread_ts: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of all events that we read. ``ts`` is seconds with a counter: an id and a time."""

    type: str = ""
    subtype: str = ""
    channel: msgspec.Raw = msgspec.Raw(b'""')
    channel_type: str = ""
    user: msgspec.Raw = msgspec.Raw(b'""')
    bot_id: str = ""
    app_id: str = ""
    bot_profile: Bot | None = None
    username: str = ""
    text: str | None = None
    ts: str = ""
    event_ts: str = ""
    thread_ts: str = ""
    deleted_ts: str = ""
    files: list[File] = []
    message: Message | None = None
    previous_message: Message | None = None
    item: Item | None = None
    reaction: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody or somewhere in an interactive payload."""

    id: str = ""
    name: str = ""
    username: str = ""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A label."""

    text: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a menu."""

    text: Words = Words()
    value: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What was pressed."""

    action_id: str = ""
    value: str = ""
    text: Words | None = None
    selected_option: Chosen | None = None
    action_ts: str = ""


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """Where the button stood."""

    channel_id: str = ""
    message_ts: str = ""
    thread_ts: str = ""


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """For whom an event is told; of a bot token the bot's own user."""

    user_id: str | None = None
    is_bot: bool = False


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request, of whichever kind: event_callback, block_actions, url_verification."""

    type: str = ""
    token: str = ""
    challenge: str = ""
    api_app_id: str = ""
    team_id: str = ""
    event_id: str = ""
    event_time: int = 0
    event: Event | None = None
    authorizations: list[Authorization] = []
    user: Named | None = None
    channel: Named | None = None
    container: Container | None = None
    actions: list[Action] = []
    trigger_id: str = ""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A slash command."""

    command: str
    text: str = ""
    user_id: str = ""
    user_name: str = ""
    channel_id: str = ""
    trigger_id: str = ""
