"""The XML messages that WeChat and WeCom share, from their flat fields. Pure.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.errors import Malformed
from connectors.events import (
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageReceived,
    Parsed,
    PostbackPressed,
    SenderId,
    place,
)
from connectors.kit.signatures import content_id

Fields = Mapping[str, str]
MILLISECONDS_FROM = 100_000_000_000

# MsgType -> (kind, media type when none is told)
MEDIA: dict[str, tuple[MediaKind, str]] = {
    "image": ("image", "image/jpeg"),
    "voice": ("voice", "audio/amr"),
    "video": ("video", "video/mp4"),
    "shortvideo": ("video", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}
CHANGES: dict[str, Any] = {
    "subscribe": "joined",
    "unsubscribe": "left",
    "enter_agent": None,
}
PRESSES = {"click", "scancode_push", "scancode_waitmsg", "template_card_event"}


def moment(value: str, otherwise: datetime) -> datetime:
    """Seconds or milliseconds since 1970; ``otherwise`` where it is none."""
    try:
        number = int(value)
        return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def parse_fields(fields: Fields, sender: SenderId, received_at: datetime) -> Parsed:
    """One message, one event, or nothing (events that are no concern of a conversation)."""
    kind = fields.get("MsgType", "").lower()
    if kind == "event":
        return _event(fields, sender, received_at)
    content = CONTENT.get(kind) or (_media if kind in MEDIA else None)
    if content is None:
        raise Malformed(f"message type {kind!r} is not known" if kind else "MsgType is missing")
    id = fields.get("MsgId") or content_id(sender.value, fields.get("CreateTime", ""))
    return Parsed(
        events=(
            MessageReceived(
                dedupe_id=id,
                native_id=id,
                thread_key=sender.value,
                senders=(sender,),
                occurred_at=moment(fields.get("CreateTime", ""), received_at),
                recipient=fields.get("ToUserName", ""),
                **content(fields),
            ),
        )
    )


def _event(fields: Fields, sender: SenderId, received_at: datetime) -> Parsed:
    name = fields.get("Event", "").lower()
    key = fields.get("EventKey", "")
    id = content_id(sender.value, fields.get("CreateTime", ""), name, key)
    shared: dict[str, Any] = {
        "dedupe_id": id,
        "native_id": fields.get("MsgId", "") or id,
        "thread_key": sender.value,
        "senders": (sender,),
        "occurred_at": moment(fields.get("CreateTime", ""), received_at),
    }
    if CHANGES.get(name):
        return Parsed(events=(MembershipChanged(**shared, change=CHANGES[name]),))
    if name in PRESSES and (key or fields.get("ScanResult")):
        said = fields.get("ScanResult") or key
        return Parsed(events=(PostbackPressed(**shared, text=said, payload=key),))
    return Parsed()


def _text(fields: Fields) -> dict[str, Any]:
    return {"text": fields.get("Content", "")}


def _location(fields: Fields) -> dict[str, Any]:
    try:
        where = float(fields["Location_X"]), float(fields["Location_Y"])
    except (KeyError, ValueError) as error:
        raise Malformed("Location_X and Location_Y are no coordinates") from error
    return {"attachments": (place(*where, name=fields.get("Label", "")),)}


def _link(fields: Fields) -> dict[str, Any]:
    lines = (fields.get(name, "") for name in ("Title", "Description", "Url"))
    return {"text": "\n".join(line for line in lines if line)}


def _media(fields: Fields) -> dict[str, Any]:
    kind, media_type = MEDIA[fields.get("MsgType", "").lower()]
    file = MediaRef(
        kind=kind,
        url=fields.get("PicUrl", ""),
        ref=fields.get("MediaId", ""),
        name=fields.get("Title", "") or fields.get("FileName", ""),
        media_type=f"audio/{fields['Format']}" if fields.get("Format") else media_type,
    )
    return {"attachments": (file,), "text": fields.get("Recognition", "")}


CONTENT: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "link": _link,
}
