"""What callers may send, after their names for things became ours."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.kit.decoding import decode_json

Id = str | int


class SenderIn(msgspec.Struct, frozen=True):
    """A person by any of three addresses, at least one."""

    id: Id = ""
    name: str = ""
    email: str = ""
    phone: Id = ""


class FileIn(msgspec.Struct, frozen=True):
    """A file to fetch from ``url``."""

    url: str
    name: str = ""
    media_type: str = ""
    size: int | None = None


class Item(msgspec.Struct, frozen=True):
    """One thing that happened. ``type`` decides which fields count."""

    type: str = "message"
    id: Id = ""
    thread: Id = ""
    sender: SenderIn | str | int | None = None
    recipient: Id = ""
    direction: str = "in"
    text: str = ""
    html: str | None = None
    subject: str = ""
    attachments: tuple[FileIn, ...] = ()
    occurred_at: datetime | int | float | None = None
    reply_to: Id = ""
    state: str = ""
    reason: str = ""
    emoji: str = ""
    typing: bool = True


# What simple gateways call our fields; compared without case, "_" and "-".
ALIASES = {
    "sender": "from fromnumber sendernumber phone phonenumber msisdn mobile mobilenumber source "
    "sourceaddress originator",
    "text": "message body content messagetext textmessage smstext msg",
    "id": "messageid msgid smsid externalid uuid",
    "occurred_at": "occurredat time timestamp date datetime sentat receivedat",
    "thread": "threadid conversation conversationid",
    "recipient": "to tonumber destination shortcode",
    "state": "status",
    "media_type": "mediatype contenttype mimetype",
    "reply_to": "replyto inreplyto",
    "attachments": "files media",
    "subject": "title",
    "type": "event kind",
}
OURS = {alias: name for name, all in ALIASES.items() for alias in all.split()}
SCALARS = {"text", "id", "occurred_at", "thread", "recipient", "state", "type", "reply_to"}
MILLISECONDS = 100_000_000_000


def item_of(raw: object) -> Item:
    """One object of a request; Malformed names the field that does not fit."""
    if not isinstance(raw, dict):
        raise Malformed("an item is an object")
    try:
        return msgspec.convert(_renamed(raw), Item, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error


def items_of(body: bytes) -> list[object]:
    """A request's items: one object, a list, ``{"messages": [...]}``, or Standard Webhooks'
    ``{"type", "timestamp", "data": {...}}``.
    """
    content = decode_json(body, object, "JSON")
    if isinstance(content, dict):
        for name in ("messages", "events"):
            if isinstance(content.get(name), list):
                return list(content[name])
        if isinstance(content.get("data"), dict):
            return [_standard(content, content["data"])]
    return content if isinstance(content, list) else [content]


def moment(value: datetime | int | float | None, default: datetime) -> datetime:
    """ISO 8601 or Unix seconds or milliseconds; without a zone it is UTC."""
    if value is None:
        return default
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed(f"occurred_at: {value} is no time") from error


def _standard(envelope: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    kind = str(envelope.get("type", "message")).partition(".")[0]
    outer = {"type": kind, "occurred_at": envelope.get("timestamp")}
    return {**{name: value for name, value in outer.items() if value}, **data}


def _renamed(raw: dict[str, Any]) -> dict[str, Any]:
    """Our own names win over their synonyms; an object where a word belongs is not meant."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        plain = name.lower().replace("_", "").replace("-", "")
        ours = OURS.get(plain, name if name in Item.__struct_fields__ else "")
        if ours in SCALARS and isinstance(value, dict | list):
            continue
        if ours and (ours not in found or name == ours):
            found[ours] = value
    return found
