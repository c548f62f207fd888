"""From VK's callbacks to events. Pure.

https://dev.vk.com/ru/api/community-events/json-schema
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    Direction,
    InboundEvent,
    MediaRef,
    MembershipChanged,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    SenderId,
    TypingChanged,
    place,
)
from connectors.kit.decoding import decode_json
from connectors.kit.signatures import content_id

MOST_FILES = 10
GROUPS_FROM = 2_000_000_000  # peers from here on are chats of several people


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """One size of a picture."""

    url: str = ""
    width: int = 0
    height: int = 0
    type: str = ""


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in several sizes."""

    sizes: list[Size] = []


class Sticker(msgspec.Struct, frozen=True, kw_only=True):
    """The same."""

    images: list[Size] = []


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice message; VK's transcript comes later, or never."""

    link_mp3: str = ""
    link_ogg: str = ""
    transcript: str = ""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A file, a drawing, a song or a page."""

    url: str = ""
    title: str = ""
    artist: str = ""


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A post or a video that was shared: it has a page of its own."""

    id: int = 0
    owner_id: int = 0
    from_id: int = 0
    text: str = ""
    title: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """What is named by ``type`` is there."""

    type: str = ""
    photo: Photo | None = None
    sticker: Sticker | None = None
    audio_message: Voice | None = None
    doc: Linked | None = None
    graffiti: Linked | None = None
    audio: Linked | None = None
    link: Linked | None = None
    wall: Posted | None = None
    video: Posted | None = None


class Coordinates(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees."""

    latitude: float
    longitude: float


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """What is there."""

    title: str = ""


class Geo(msgspec.Struct, frozen=True, kw_only=True):
    """A shared place."""

    coordinates: Coordinates
    place: Town | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The message that is answered."""

    id: int = 0
    conversation_message_id: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message. ``id`` is 0 in chats of several people; ``out`` 1: by the community."""

    from_id: int
    id: int = 0
    conversation_message_id: int = 0
    peer_id: int = 0
    date: int = 0
    text: str = ""
    out: int = 0
    payload: str = ""
    update_time: int = 0
    attachments: list[Attachment] = []
    geo: Geo | None = None
    reply_message: Answered | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """``object``: a message (older versions: flat), a press, a permission."""

    message: Said | None = None
    user_id: int = 0
    from_id: int = 0
    peer_id: int = 0
    event_id: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"null")
    state: str = ""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request."""

    type: str = ""
    group_id: int = 0
    event_id: str = ""
    secret: str = ""
    object: msgspec.Raw = msgspec.Raw(b"{}")


def parse_callback(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed."""
    callback = decode_json(body, Callback, "a VK callback")
    read = READERS.get(callback.type)
    return Parsed(events=tuple(read(callback, received_at))) if read else Parsed()


def _body(callback: Callback) -> Body:
    return decode_json(bytes(callback.object), Body, f"the object of {callback.type}")


def _said(callback: Callback) -> Said:
    said = _body(callback).message
    if said is not None:
        return said
    return decode_json(bytes(callback.object), Said, f"the object of {callback.type}")


def _message(callback: Callback, received_at: datetime) -> Sequence[InboundEvent]:
    """VK shows each file as a bubble of its own, and so do we: the first with the words."""
    said = _said(callback)
    echo = said.out == 1 or callback.type == "message_reply"
    direction: Direction = "echo" if echo else "in"
    person = (said.peer_id or said.from_id) if echo else said.from_id
    id = native_id(said)
    texts, files = _content(said)
    if said.payload and not echo and texts:
        return (
            PostbackPressed(
                **_shared(said, person, received_at),
                dedupe_id=id,
                native_id=id,
                text=texts,
                payload=said.payload,
            ),
        )
    answered = said.reply_message
    first = MessageReceived(
        **_shared(said, person, received_at),
        dedupe_id=id,
        native_id=id,
        direction=direction,
        text=texts,
        attachments=files[:1],
        reply_to=_answered(answered, said) if answered else "",
    )
    more = [
        MessageReceived(
            **_shared(said, person, received_at),
            dedupe_id=f"{id}.{number}",
            native_id=f"{id}.{number}",
            direction=direction,
            attachments=(file,),
        )
        for number, file in enumerate(files[1:], 2)
    ]
    return (first, *more)


def native_id(said: Said) -> str:
    """Numbered by the community; in chats of several people only by the chat."""
    if said.id:
        return str(said.id)
    if not said.conversation_message_id:
        raise Malformed("id is missing")
    return f"{said.peer_id}:{said.conversation_message_id}"


def _answered(answered: Answered, said: Said) -> str:
    if answered.id:
        return str(answered.id)
    return f"{said.peer_id}:{answered.conversation_message_id}"


def _shared(said: Said, person: int, received_at: datetime) -> dict[str, Any]:
    return {
        "thread_key": str(said.peer_id or person),
        "senders": _senders(person),
        "occurred_at": _moment(said.date, received_at),
    }


def _senders(person: int) -> tuple[SenderId, ...]:
    return (SenderId(family="vk", value=str(person)),)


def _content(said: Said) -> tuple[str, tuple[MediaRef, ...]]:
    lines, files = [said.text], []
    for attachment in said.attachments[:MOST_FILES]:
        found = _attached(attachment)
        if isinstance(found, MediaRef):
            files.append(found)
        else:
            lines.append(found)
    if said.geo is not None:
        at = said.geo.coordinates
        name = said.geo.place.title if said.geo.place else ""
        files.append(place(at.latitude, at.longitude, name))
    return "\n".join(line for line in lines if line), tuple(files)


def _attached(attachment: Attachment) -> MediaRef | str:
    read = FILES.get(attachment.type)
    found = read(attachment) if read else None
    if found is not None:
        return found
    posted = attachment.wall or attachment.video
    if posted is not None:
        page = f"https://vk.com/{attachment.type}{posted.owner_id or posted.from_id}_{posted.id}"
        return " ".join(part for part in (posted.title or posted.text[:200], page) if part)
    if attachment.link is not None:
        return " ".join(part for part in (attachment.link.title, attachment.link.url) if part)
    return f"[{attachment.type}]"


def _photo(attachment: Attachment) -> MediaRef | None:
    sizes = attachment.photo.sizes if attachment.photo else []
    return MediaRef(kind="image", url=_largest(sizes)) if sizes else None


def _sticker(attachment: Attachment) -> MediaRef | None:
    sizes = attachment.sticker.images if attachment.sticker else []
    return MediaRef(kind="sticker", url=_largest(sizes)) if sizes else None


def _largest(sizes: list[Size]) -> str:
    return max(sizes, key=lambda size: size.width * size.height).url


def _graffiti(attachment: Attachment) -> MediaRef | None:
    drawn = attachment.graffiti
    return MediaRef(kind="image", url=drawn.url) if drawn and drawn.url else None


def _voice(attachment: Attachment) -> MediaRef | None:
    said = attachment.audio_message
    url = (said.link_mp3 or said.link_ogg) if said else ""
    return MediaRef(kind="voice", url=url, media_type="audio/mpeg") if url else None


def _doc(attachment: Attachment) -> MediaRef | None:
    doc = attachment.doc
    return MediaRef(kind="file", url=doc.url, name=doc.title) if doc and doc.url else None


def _audio(attachment: Attachment) -> MediaRef | None:
    song = attachment.audio
    if not song or not song.url:
        return None
    name = f"{song.artist} - {song.title}.mp3"
    return MediaRef(kind="audio", url=song.url, name=name, media_type="audio/mpeg")


FILES: dict[str, Callable[[Attachment], MediaRef | None]] = {
    "photo": _photo,
    "sticker": _sticker,
    "graffiti": _graffiti,
    "audio_message": _voice,
    "doc": _doc,
    "audio": _audio,
}


def _edited(callback: Callback, received_at: datetime) -> Sequence[InboundEvent]:
    said = _said(callback)
    id = native_id(said)
    return (
        MessageEdited(
            dedupe_id=f"{id}:{said.update_time}",
            native_id=id,
            occurred_at=_moment(said.update_time or said.date, received_at),
            thread_key=str(said.peer_id or said.from_id),
            senders=_senders(said.from_id),
            text=_content(said)[0],
        ),
    )


def _pressed(callback: Callback, received_at: datetime) -> Sequence[InboundEvent]:
    """A button that sends no message; its payload is JSON."""
    body = _body(callback)
    payload = bytes(body.payload).decode()
    id = body.event_id or callback.event_id or content_id(bytes(callback.object))
    return (
        PostbackPressed(
            dedupe_id=id,
            native_id=id,
            thread_key=str(body.peer_id or body.user_id),
            senders=_senders(body.user_id),
            occurred_at=received_at,
            text=payload.strip('"'),
            payload=payload,
        ),
    )


def _permission(callback: Callback, received_at: datetime) -> Sequence[InboundEvent]:
    change: Literal["blocked", "unblocked"] = (
        "unblocked" if callback.type == "message_allow" else "blocked"
    )
    person = _body(callback).user_id
    return (
        MembershipChanged(
            dedupe_id=callback.event_id or content_id(callback.type, bytes(callback.object)),
            thread_key=str(person),
            senders=_senders(person),
            occurred_at=received_at,
            change=change,
        ),
    )


def _typing(callback: Callback, received_at: datetime) -> Sequence[InboundEvent]:
    body = _body(callback)
    return (
        TypingChanged(
            dedupe_id=callback.event_id or content_id(bytes(callback.object)),
            thread_key=str(body.from_id),
            senders=_senders(body.from_id),
            occurred_at=received_at,
            typing=body.state == "typing",
        ),
    )


def _moment(seconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


READERS: dict[str, Callable[[Callback, datetime], Sequence[InboundEvent]]] = {
    "message_new": _message,
    "message_reply": _message,
    "message_edit": _edited,
    "message_event": _pressed,
    "message_allow": _permission,
    "message_deny": _permission,
    "message_typing_state": _typing,
}
