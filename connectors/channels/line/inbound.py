"""From LINE's webhook events to ours. Pure; one bad event loses no other.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReplyHandle,
    SenderId,
    place,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.signatures import content_id

# LINE says "use it at once"; about a minute is what it lasts
TOKEN_LASTS = timedelta(seconds=50)
STICKER = "https://stickershop.line-scdn.net/stickershop/v1/sticker/{}/android/sticker.png"
MEDIA: dict[str, tuple[MediaKind, str]] = {
    "image": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "audio": ("voice", "audio/x-m4a"),
    "file": ("file", "application/octet-stream"),
}


class Source(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where it was said; without ``user_id`` when the person has not agreed."""

    type: str = "user"
    user_id: str = ""
    group_id: str = ""
    room_id: str = ""


class Provider(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``external``: the file lies elsewhere."""

    type: str = "line"
    original_content_url: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was said, by ``type``."""

    id: str
    type: str
    text: str = ""
    content_provider: Provider = Provider()
    file_name: str = ""
    title: str = ""
    address: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    sticker_id: str = ""
    keywords: list[str] = []
    quoted_message_id: str = ""


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """``params`` has what was picked: a date, a rich menu."""

    data: str = ""
    params: dict[str, Any] | None = None


class Unsent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A message taken back."""

    message_id: str


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """Who came or went."""

    members: list[Source] = []


class Context(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A repeated event's reply token may be used up."""

    is_redelivery: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One event; ``timestamp`` in milliseconds."""

    type: str
    timestamp: int = 0
    source: Source = Source()
    webhook_event_id: str = ""
    reply_token: str = ""
    delivery_context: Context = Context()
    message: Said | None = None
    postback: Pressed | None = None
    unsend: Unsent | None = None
    joined: Members = Members()
    left: Members = Members()


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request; the test of the address has no events."""

    events: list[msgspec.Raw] = []
    destination: str = ""


EVENT = msgspec.json.Decoder(Event)
Change = Literal["joined", "left", "blocked", "unblocked"]
CHANGES: dict[str, Change] = {
    "follow": "unblocked",
    "unfollow": "blocked",
    "join": "joined",
    "leave": "left",
    "memberJoined": "joined",
    "memberLeft": "left",
}


def parse_notification(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed when it is none."""
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(decode_json(body, Notification, "a LINE notification").events):
        try:
            events.extend(_read(EVENT.decode(raw), received_at))
        except (Malformed, *UNREADABLE) as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _read(event: Event, received_at: datetime) -> Sequence[InboundEvent]:
    read = READERS.get(event.type)
    return read(event, _moment(event.timestamp, received_at)) if read else ()


def _thread(source: Source) -> str:
    key = source.group_id or source.room_id or source.user_id
    if not key:
        raise Malformed("source has no id")
    return key


def _senders(source: Source) -> tuple[SenderId, ...]:
    return (SenderId(family="line", value=source.user_id or _thread(source)),)


def _shared(event: Event, at: datetime) -> dict[str, Any]:
    key = _thread(event.source)
    id = event.webhook_event_id or content_id(key, event.type, str(event.timestamp))
    return {
        "dedupe_id": id,
        "thread_key": key,
        "senders": _senders(event.source),
        "occurred_at": at,
    }


def _handle(event: Event, at: datetime) -> ReplyHandle | None:
    if not event.reply_token or event.delivery_context.is_redelivery:
        return None
    return ReplyHandle(value=event.reply_token, expires_at=at + TOKEN_LASTS)


def _message(event: Event, at: datetime) -> Sequence[InboundEvent]:
    said = event.message
    if said is None:
        raise Malformed("message is missing")
    shared = _shared(event, at) | {"dedupe_id": event.webhook_event_id or said.id}
    return (
        MessageReceived(
            **shared,
            native_id=said.id,
            reply_to=said.quoted_message_id,
            reply_handle=_handle(event, at),
            **_content(said),
        ),
    )


def _content(said: Said) -> dict[str, Any]:
    if said.type in MEDIA:
        kind, media_type = MEDIA[said.type]
        url = said.content_provider.original_content_url
        file = MediaRef(
            kind=kind,
            url=url,
            ref="" if url else said.id,
            name=said.file_name,
            media_type=media_type,
        )
        return {"attachments": (file,)}
    if said.type == "text":
        return {"text": said.text}
    if said.type == "location":
        where = place(said.latitude, said.longitude, said.address)
        return {"text": said.title, "attachments": (where,)}
    if said.type == "sticker":
        picture = MediaRef(kind="sticker", url=STICKER.format(said.sticker_id))
        return {"text": said.text, "attachments": (picture,)}
    raise Malformed(f"message type {said.type!r} is not known")


def _edited(event: Event, at: datetime) -> Sequence[InboundEvent]:
    if event.message is None:
        raise Malformed("message is missing")
    said = event.message
    return (MessageEdited(**_shared(event, at), native_id=said.id, text=said.text),)


def _unsent(event: Event, at: datetime) -> Sequence[InboundEvent]:
    if event.unsend is None:
        raise Malformed("unsend is missing")
    id = event.unsend.message_id
    return (MessageDeleted(dedupe_id=f"{id}:unsent", native_id=id, occurred_at=at),)


def _pressed(event: Event, at: datetime) -> Sequence[InboundEvent]:
    if event.postback is None:
        raise Malformed("postback is missing")
    picked = [str(value) for value in (event.postback.params or {}).values()]
    shared = _shared(event, at)
    return (
        PostbackPressed(
            **shared,
            native_id=shared["dedupe_id"],
            text=" ".join((event.postback.data, *picked)),
            payload=event.postback.data,
            reply_handle=_handle(event, at),
        ),
    )


def _membership(event: Event, at: datetime) -> Sequence[InboundEvent]:
    """Of one person, or of members of a group."""
    shared = _shared(event, at)
    people = [*event.joined.members, *event.left.members] or [event.source]
    return [
        MembershipChanged(
            **(shared | {"senders": _senders(person)}),
            native_id=f"{shared['dedupe_id']}:{person.user_id}",
            change=CHANGES[event.type],
        )
        for person in people
    ]


def _moment(milliseconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


READERS: dict[str, Callable[[Event, datetime], Sequence[InboundEvent]]] = {
    "message": _message,
    "messageEdited": _edited,
    "unsend": _unsent,
    "postback": _pressed,
    **dict.fromkeys(CHANGES, _membership),
}
