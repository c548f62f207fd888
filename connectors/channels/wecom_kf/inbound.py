"""From a page of ``kf/sync_msg`` to events. Pure; one bad message loses no other."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    Direction,
    InboundEvent,
    MediaKind,
    MediaRef,
    MessageDeleted,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReceiptReported,
    SenderId,
    place,
)
from connectors.kit.decoding import UNREADABLE

CUSTOMER, SYSTEM, COLLEAGUE = 3, 4, 5
ORIGINS: dict[int, Direction] = {CUSTOMER: "in", COLLEAGUE: "echo"}

MEDIA: dict[str, tuple[MediaKind, str]] = {
    "image": ("image", "image/jpeg"),
    "voice": ("voice", "audio/amr"),
    "video": ("video", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}

# fail_type of msg_send_fail
FAILURES = {
    1: "the customer service account is deleted",
    2: "the customer service is closed",
    4: "48 hours are over",
    5: "five messages were sent",
    6: "the customer blocked the account",
    10: "the customer refuses messages",
    13: "the messages break WeChat's rules",
}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of ``kf/sync_msg``."""

    next_cursor: str = ""
    has_more: int = 0
    msg_list: list[msgspec.Raw] = []


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """``menu_id`` is set when a button of ours was pressed."""

    content: str = ""
    menu_id: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is kept for three days."""

    media_id: str


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A shared page."""

    title: str = ""
    desc: str = ""
    url: str = ""


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """A shared card: a mini program, a video channel, somebody's business card."""

    title: str = ""
    userid: str = ""
    nickname: str = ""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """The system's word on a conversation."""

    event_type: str
    external_userid: str = ""
    fail_msgid: str = ""
    fail_type: int = 0
    recall_msgid: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the list."""

    msgid: str
    send_time: int
    origin: int
    msgtype: str
    open_kfid: str = ""
    external_userid: str = ""
    text: Text | None = None
    image: Media | None = None
    voice: Media | None = None
    video: Media | None = None
    file: Media | None = None
    location: Location | None = None
    link: Link | None = None
    business_card: Titled | None = None
    miniprogram: Titled | None = None
    channels: Titled | None = None
    event: Happened | None = None


SAID = msgspec.json.Decoder(Said)


def parse_page(page: Page, received_at: datetime) -> Parsed:
    """All messages and events of a page."""
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(page.msg_list):
        try:
            event = _entry(SAID.decode(raw), received_at)
        except (Malformed, *UNREADABLE) as error:
            bad.append(BadItem(index=index, reason=str(error)))
            continue
        if event is not None:
            events.append(event)
    return Parsed(events=tuple(events), bad=tuple(bad))


def _entry(said: Said, received_at: datetime) -> InboundEvent | None:
    at = _moment(said.send_time, received_at)
    if said.msgtype == "event" and said.event is not None:
        return _happened(said, said.event, at)
    if said.origin not in ORIGINS:
        return None
    shared: dict[str, Any] = {
        "dedupe_id": said.msgid,
        "native_id": said.msgid,
        "thread_key": f"{said.open_kfid}/{said.external_userid}",
        "senders": (SenderId(family="wechat", value=said.external_userid),),
        "occurred_at": at,
    }
    if said.text is not None and said.text.menu_id:
        return PostbackPressed(**shared, text=said.text.content, payload=said.text.menu_id)
    content = CONTENT.get(said.msgtype)
    if content is None:
        raise Malformed(f"message type {said.msgtype!r} is not known")
    return MessageReceived(
        **shared, recipient=said.open_kfid, direction=ORIGINS[said.origin], **content(said)
    )


def _happened(said: Said, event: Happened, at: datetime) -> InboundEvent | None:
    if event.event_type == "msg_send_fail":
        return ReceiptReported(
            dedupe_id=said.msgid,
            native_id=event.fail_msgid,
            state="failed",
            occurred_at=at,
            reason=FAILURES.get(event.fail_type, f"WeCom could not send it ({event.fail_type})"),
        )
    if event.event_type == "user_recall_msg":
        return MessageDeleted(dedupe_id=said.msgid, native_id=event.recall_msgid, occurred_at=at)
    return None


def _moment(seconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _text(said: Said) -> dict[str, Any]:
    return {"text": said.text.content if said.text else ""}


def _media(said: Said) -> dict[str, Any]:
    kind, media_type = MEDIA[said.msgtype]
    file: Media | None = getattr(said, said.msgtype)
    if file is None:
        raise Malformed(f"{said.msgtype} is missing")
    return {"attachments": (MediaRef(kind=kind, ref=file.media_id, media_type=media_type),)}


def _location(said: Said) -> dict[str, Any]:
    where = said.location
    if where is None:
        raise Malformed("location is missing")
    name = ", ".join(part for part in (where.name, where.address) if part)
    return {"attachments": (place(where.latitude, where.longitude, name),)}


def _link(said: Said) -> dict[str, Any]:
    link = said.link or Link()
    return {"text": "\n".join(line for line in (link.title, link.desc, link.url) if line)}


def _card(said: Said) -> dict[str, Any]:
    card: Titled = getattr(said, said.msgtype) or Titled()
    words = " ".join(part for part in (card.title, card.nickname, card.userid) if part)
    return {"text": f"[{said.msgtype}] {words}".rstrip()}


CONTENT: dict[str, Callable[[Said], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "link": _link,
    **dict.fromkeys(MEDIA, _media),
    **dict.fromkeys(("business_card", "miniprogram", "channels"), _card),
}
