"""From Google Chat's interaction events to our own. Pure.

https://developers.google.com/workspace/chat/api/reference/rest/v1/Event
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaRef,
    MembershipChanged,
    MessageReceived,
    Parsed,
    PostbackPressed,
    SenderId,
)
from connectors.kit.decoding import decode_json
from connectors.kit.media_kinds import kind_of
from connectors.kit.signatures import content_id

MOST_FILES = 20
FRACTION = re.compile(r"(\.\d{6})\d+")
DRIVE = "https://drive.google.com/open?id="
LABEL = "text"


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``users/123``; people or apps."""

    name: str = ""
    display_name: str = ""
    type: str = ""


class Space(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``spaces/AAA``: a direct chat, a group or a room."""

    name: str = ""
    display_name: str = ""
    type: str = ""
    space_type: str = ""
    single_user_bot_dm: bool = False

    @property
    def direct(self) -> bool:
        """One person and us: one thread, whatever Google calls its messages' threads."""
        return self.single_user_bot_dm or self.type == "DM" or self.space_type == "DIRECT_MESSAGE"


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A thread or a quoted message, by its name."""

    name: str = ""


class DataRef(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the bytes are: by the Chat API, or in somebody's Drive."""

    resource_name: str = ""
    drive_file_id: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A file of a message."""

    content_name: str = ""
    content_type: str = ""
    attachment_data_ref: DataRef | None = None
    drive_data_ref: DataRef | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``argument_text`` is the text without the mention of the app."""

    name: str = ""
    sender: User | None = None
    create_time: str = ""
    text: str = ""
    argument_text: str | None = None
    thread: Named = Named()
    space: Space | None = None
    attachment: list[Attachment] = []
    quoted_message_metadata: Named | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """What lies behind a button."""

    key: str = ""
    value: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The button that was pressed."""

    action_method_name: str = ""
    parameters: list[Parameter] = []


class Interaction(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole request."""

    type: str
    event_time: str = ""
    message: Message | None = None
    user: User = User()
    space: Space = Space()
    action: Action = Action()


def parse_interaction(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed."""
    event = decode_json(body, Interaction, "a Chat event")
    read = READERS.get(event.type)
    return Parsed(events=(read(event, _moment(event.event_time, received_at)),) if read else ())


def _sender(user: User) -> SenderId:
    if not user.name:
        raise Malformed("user.name is missing")
    return SenderId(family="google_chat", value=user.name)


def _thread(event: Interaction) -> str:
    """A room's threads are apart; a direct chat is one."""
    space, message = event.space, event.message
    if not space.name and message is not None and message.space is not None:
        space = message.space
    if not space.name:
        raise Malformed("space.name is missing")
    threaded = message is not None and message.thread.name and not space.direct
    return message.thread.name if message is not None and threaded else space.name


def _message(event: Interaction, at: datetime) -> InboundEvent:
    message = event.message
    if message is None or not message.name:
        raise Malformed("message.name is missing")
    user = message.sender or event.user
    text = message.text if message.argument_text is None else message.argument_text
    links = [_link(one) for one in message.attachment if one.drive_data_ref is not None]
    quoted = message.quoted_message_metadata
    return MessageReceived(
        dedupe_id=message.name,
        native_id=message.name,
        thread_key=_thread(event),
        senders=(_sender(user),),
        sender_name=user.display_name,
        occurred_at=_moment(message.create_time, at),
        recipient=event.space.display_name,
        text="\n".join(part for part in (text.strip(), *links) if part),
        attachments=tuple(filter(None, map(_file, message.attachment[:MOST_FILES]))),
        reply_to=quoted.name if quoted else "",
    )


def _file(attachment: Attachment) -> MediaRef | None:
    data = attachment.attachment_data_ref
    if data is None or not data.resource_name:
        return None
    return MediaRef(
        kind=kind_of(attachment.content_type),
        ref=data.resource_name,
        name=attachment.content_name,
        media_type=attachment.content_type,
    )


def _link(attachment: Attachment) -> str:
    """A file of somebody's Drive opens with their permission only."""
    drive = attachment.drive_data_ref
    return f"{attachment.content_name} {DRIVE}{drive.drive_file_id}".strip() if drive else ""


def _pressed(event: Interaction, at: datetime) -> InboundEvent:
    """Our buttons carry their own words."""
    values = {one.key: one.value for one in event.action.parameters}
    card = event.message.name if event.message else ""
    id = content_id(card, event.user.name, event.action.action_method_name, event.event_time)
    return PostbackPressed(
        dedupe_id=id,
        native_id=id,
        thread_key=_thread(event),
        senders=(_sender(event.user),),
        sender_name=event.user.display_name,
        occurred_at=at,
        text=values.get(LABEL) or event.action.action_method_name,
        payload=msgspec.json.encode(values).decode(),
    )


def _added(event: Interaction, at: datetime) -> InboundEvent:
    """An app that is added by being mentioned gets the message with it."""
    if event.message is not None and event.message.name:
        return _message(event, at)
    return MembershipChanged(**_membership(event, at), change="joined")


def _removed(event: Interaction, at: datetime) -> InboundEvent:
    return MembershipChanged(**_membership(event, at), change="left")


def _membership(event: Interaction, at: datetime) -> dict[str, Any]:
    thread_key = _thread(event)
    return {
        "dedupe_id": content_id(thread_key, event.user.name, event.type, event.event_time),
        "thread_key": thread_key,
        "senders": (_sender(event.user),),
        "occurred_at": at,
    }


def _moment(text: str, otherwise: datetime) -> datetime:
    """Nanoseconds are more than Python reads."""
    try:
        return datetime.fromisoformat(FRACTION.sub(r"\1", text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


READERS: dict[str, Callable[[Interaction, datetime], InboundEvent]] = {
    "MESSAGE": _message,
    "APP_COMMAND": _message,
    "CARD_CLICKED": _pressed,
    "ADDED_TO_SPACE": _added,
    "REMOVED_FROM_SPACE": _removed,
}
