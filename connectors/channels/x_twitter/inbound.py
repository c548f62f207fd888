"""From X's account activity to events. Pure.

https://docs.x.com/x-api/account-activity/introduction
"""

import html
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaKind,
    MediaRef,
    MessageReceived,
    Parsed,
    PostbackPressed,
    SenderId,
    TypingChanged,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.signatures import content_id

MEDIA: dict[str, MediaKind] = {"photo": "image", "video": "video", "animated_gif": "video"}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is for."""

    recipient_id: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or a film; opens with our signature only."""

    type: str = "photo"
    media_url_https: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """At most one."""

    type: str = ""
    media: Media = Media()


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """A button of ours."""

    metadata: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A short address in the text and what it stands for."""

    url: str = ""
    expanded_url: str = ""


class Entities(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in the text."""

    urls: list[Link] = []


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What was said."""

    text: str = ""
    attachment: Attachment | None = None
    quick_reply_response: Pressed | None = None
    entities: Entities = Entities()


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """A direct message."""

    sender_id: str
    target: Target = Target()
    source_app_id: str = ""
    message_data: Data = Data()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """``created_timestamp`` in milliseconds, as text."""

    id: str
    type: str = ""
    created_timestamp: str = ""
    message_create: Created | None = None


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks."""

    name: str = ""
    screen_name: str = ""


class Typing(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody types."""

    sender_id: str
    created_timestamp: str = ""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request; ``for_user_id`` is our account."""

    for_user_id: str = ""
    direct_message_events: list[msgspec.Raw] = []
    direct_message_indicate_typing_events: list[Typing] = []
    users: dict[str, User] = {}


EVENT = msgspec.json.Decoder(Event)


def parse_activity(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed when it is none; one bad message loses no other."""
    activity = decode_json(body, Activity, "account activity")
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(activity.direct_message_events):
        try:
            event = EVENT.decode(raw)
            if event.message_create is not None:
                events.append(_message(event, event.message_create, activity, received_at))
        except (Malformed, *UNREADABLE) as error:
            bad.append(BadItem(index=index, reason=str(error)))
    events.extend(_typing(t, received_at) for t in activity.direct_message_indicate_typing_events)
    return Parsed(events=tuple(events), bad=tuple(bad))


def _message(
    event: Event, said: Created, activity: Activity, received_at: datetime
) -> InboundEvent:
    echo = bool(activity.for_user_id) and said.sender_id == activity.for_user_id
    person = said.target.recipient_id if echo else said.sender_id
    if not person.isdecimal():
        raise Malformed(f"{person!r} is no user id of X")
    shared: dict[str, Any] = {
        "dedupe_id": event.id,
        "native_id": event.id,
        "thread_key": person,
        "senders": (SenderId(family="twitterid", value=person),),
        "occurred_at": _moment(event.created_timestamp, received_at),
        "sender_name": activity.users.get(person, User()).name,
    }
    data = said.message_data
    text, files = _text(data), _files(data)
    if data.quick_reply_response is not None and not files:
        return PostbackPressed(**shared, text=text, payload=data.quick_reply_response.metadata)
    return MessageReceived(
        **shared,
        recipient=said.target.recipient_id,
        direction="echo" if echo else "in",
        text=text,
        attachments=files,
    )


def _text(data: Data) -> str:
    """Short addresses as what they stand for; the one of the attachment goes."""
    text = data.text
    attached = data.attachment is not None
    for link in data.entities.urls:
        mine = attached and "/messages/media/" in link.expanded_url
        text = text.replace(link.url, "" if mine else link.expanded_url) if link.url else text
    return html.unescape(text).strip()


def _files(data: Data) -> tuple[MediaRef, ...]:
    if data.attachment is None or not data.attachment.media.media_url_https:
        return ()
    media = data.attachment.media
    return (MediaRef(kind=MEDIA.get(media.type, "file"), url=media.media_url_https),)


def _typing(typing: Typing, received_at: datetime) -> InboundEvent:
    return TypingChanged(
        dedupe_id=content_id(typing.sender_id, typing.created_timestamp),
        thread_key=typing.sender_id,
        senders=(SenderId(family="twitterid", value=typing.sender_id),),
        occurred_at=_moment(typing.created_timestamp, received_at),
        typing=True,
    )


def _moment(milliseconds: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
