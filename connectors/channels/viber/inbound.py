"""From Viber's callbacks to events. Pure. Ids are 64-bit numbers: text from here on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageReceived,
    Parsed,
    ReceiptReported,
    ReceiptState,
    SenderId,
    place,
)
from connectors.kit.decoding import decode_json

MEDIA: dict[str, tuple[MediaKind, str]] = {
    "picture": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "file": ("file", "application/octet-stream"),
    "sticker": ("sticker", "image/png"),
}
STATES: dict[str, ReceiptState] = {"delivered": "delivered", "seen": "read", "failed": "failed"}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, or who subscribed."""

    id: str = ""
    name: str | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A shared contact."""

    name: str | None = None
    phone_number: str | None = None


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees."""

    lat: float
    lon: float


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, by ``type``."""

    type: str = ""
    text: str | None = None
    media: str | None = None
    file_name: str | None = None
    contact: Card | None = None
    location: Where | None = None


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request; ``timestamp`` in milliseconds."""

    event: str
    timestamp: int = 0
    message_token: int | str = ""
    chat_id: str = ""
    sender: Person | None = None
    user: Person | None = None
    user_id: str = ""
    desc: str | None = None
    message: Said | None = None


def parse_callback(body: bytes, received_at: datetime) -> Parsed:
    """One event, or none. Raises Malformed."""
    callback = decode_json(body, Callback, "a Viber callback")
    at = _moment(callback.timestamp, received_at)
    read = READERS.get(callback.event)
    return Parsed(events=(read(callback, at),)) if read else Parsed()


def _message(callback: Callback, at: datetime) -> InboundEvent:
    sender, said = callback.sender, callback.message
    if sender is None or not sender.id or said is None:
        raise Malformed("sender.id or message is missing")
    id = str(callback.message_token)
    if not id:
        raise Malformed("message_token is missing")
    return MessageReceived(
        dedupe_id=id,
        native_id=id,
        thread_key=callback.chat_id or sender.id,
        senders=(SenderId(family="viber", value=sender.id),),
        sender_name=sender.name or "",
        occurred_at=at,
        **_content(said),
    )


def _content(said: Said) -> dict[str, Any]:
    if said.type in MEDIA:
        if not said.media:
            raise Malformed(f"{said.type} has no media")
        kind, media_type = MEDIA[said.type]
        file = MediaRef(kind=kind, url=said.media, name=said.file_name or "", media_type=media_type)
        return {"text": said.text or "", "attachments": (file,)}
    read = CONTENT.get(said.type)
    if read is None:
        raise Malformed(f"message type {said.type!r} is not known")
    return read(said)


def _text(said: Said) -> dict[str, Any]:
    return {"text": said.text or ""}


def _url(said: Said) -> dict[str, Any]:
    return {"text": "\n".join(part for part in (said.text, said.media) if part)}


def _card(said: Said) -> dict[str, Any]:
    card = said.contact or Card()
    parts = (card.name, card.phone_number)
    return {"text": ": ".join(part for part in parts if part)}


def _location(said: Said) -> dict[str, Any]:
    if said.location is None:
        raise Malformed("location is missing")
    where = place(said.location.lat, said.location.lon)
    return {"text": said.text or "", "attachments": (where,)}


CONTENT: dict[str, Callable[[Said], dict[str, Any]]] = {
    "text": _text,
    "url": _url,
    "contact": _card,
    "location": _location,
}


def _receipt(callback: Callback, at: datetime) -> InboundEvent:
    id, state = str(callback.message_token), STATES[callback.event]
    return ReceiptReported(
        dedupe_id=f"{id}:{state}:{callback.user_id}",
        native_id=id,
        state=state,
        occurred_at=at,
        reason=callback.desc or "" if state == "failed" else "",
        senders=(SenderId(family="viber", value=callback.user_id),) if callback.user_id else (),
    )


def _subscription(callback: Callback, at: datetime) -> InboundEvent:
    id = callback.user.id if callback.user else callback.user_id
    if not id:
        raise Malformed("user.id is missing")
    return MembershipChanged(
        dedupe_id=f"{callback.message_token}:{callback.event}",
        thread_key=id,
        senders=(SenderId(family="viber", value=id),),
        occurred_at=at,
        change="joined" if callback.event == "subscribed" else "left",
    )


def _moment(milliseconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


READERS: dict[str, Callable[[Callback, datetime], InboundEvent]] = {
    "message": _message,
    "subscribed": _subscription,
    "unsubscribed": _subscription,
    **dict.fromkeys(STATES, _receipt),
}
