"""From the Messenger Platform's webhooks to events. Pure; one bad entry loses no other.

Threads are ``page id / person id``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaKind,
    MediaRef,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReceiptReported,
    ReceiptState,
    SenderId,
    place,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.messenger.payload import Attachment, Happening, Message, Notification, Payload
from connectors.kit.signatures import content_id

HAPPENING = msgspec.json.Decoder(Happening)
THUMBS = {369239263222822, 369239343222814, 369239383222810}
MEDIA: dict[str, MediaKind] = {
    "image": "image",
    "video": "video",
    "audio": "voice",
    "file": "file",
    "story_mention": "image",
}
MOST_FILES = 50


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Which platform speaks: ``object`` of its requests, and its people's family."""

    object: str
    family: str


def parse_notification(body: bytes, source: Source, received_at: datetime) -> Parsed:
    """Raises Malformed when it is none, or another platform's."""
    notification = decode_json(body, Notification, "a notification")
    if notification.object != source.object:
        raise Malformed(f"object is {notification.object!r}, not {source.object!r}")
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    raws = [raw for entry in notification.entry for raw in (*entry.messaging, *entry.standby)]
    for index, raw in enumerate(raws):
        try:
            events.extend(_happened(HAPPENING.decode(raw), source, received_at))
        except (Malformed, *UNREADABLE) as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(dict.fromkeys(events)), bad=tuple(bad))


def _happened(what: Happening, source: Source, received_at: datetime) -> Iterator[InboundEvent]:
    at = _moment(what.timestamp, received_at)
    for read in (_said, _edited, _pressed, _delivered, _was_read, _reacted):
        yield from read(what, source, at)


def _person(what: Happening, source: Source) -> tuple[str, tuple[SenderId, ...]]:
    """(thread key, senders); what we said names the person as its recipient."""
    echo = what.message is not None and what.message.is_echo
    person, page = (
        (what.recipient.id, what.sender.id) if echo else (what.sender.id, what.recipient.id)
    )
    if not person:
        raise Malformed("sender.id is missing")
    return f"{page}/{person}", (SenderId(family=source.family, value=person),)


def _said(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    said = what.message
    if said is None:
        return
    if said.is_echo and not said.mid:
        return
    thread_key, senders = _person(what, source)
    id = said.mid or content_id(thread_key, str(what.timestamp), said.text or "")
    if said.is_deleted:
        yield MessageDeleted(dedupe_id=f"{id}:deleted", native_id=id, occurred_at=at)
        return
    shared: dict[str, Any] = {
        "dedupe_id": id,
        "native_id": id,
        "thread_key": thread_key,
        "senders": senders,
        "occurred_at": at,
    }
    if said.quick_reply is not None and said.text:
        yield PostbackPressed(**shared, text=said.text, payload=said.quick_reply.payload)
        return
    text, files = _content(said)
    yield MessageReceived(
        **shared,
        recipient=what.recipient.id,
        direction="echo" if said.is_echo else "in",
        text=text,
        attachments=files,
        reply_to=said.reply_to.mid if said.reply_to else "",
    )


def _content(said: Message) -> tuple[str, tuple[MediaRef, ...]]:
    lines = [said.text or ""]
    files: list[MediaRef] = []
    if said.reply_to is not None and said.reply_to.story is not None:
        lines.insert(0, f"[story] {said.reply_to.story.url}".rstrip())
    for attachment in said.attachments[:MOST_FILES]:
        found = _attached(attachment)
        if isinstance(found, MediaRef):
            files.append(found)
        else:
            lines.append(found)
    if said.is_unsupported and not files:
        lines.append("[unsupported message]")
    return "\n".join(line for line in lines if line), tuple(files)


def _attached(attachment: Attachment) -> MediaRef | str:
    """A file, a place, or words."""
    kind, payload = attachment.type, attachment.payload or Payload()
    if payload.sticker_id in THUMBS:
        return "👍"
    if kind == "like_heart":
        return "❤️"
    if payload.coordinates is not None:
        return place(payload.coordinates.lat, payload.coordinates.long, attachment.title or "")
    url = payload.url or attachment.url or ""
    if kind in MEDIA and url.startswith(("https://", "http://")):
        sticker = payload.sticker_id is not None
        return MediaRef(kind="sticker" if sticker else MEDIA[kind], url=url)
    words = (payload.title or attachment.title or "", url)
    return f"[{kind}] {' '.join(word for word in words if word)}".rstrip()


def _edited(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    if what.message_edit is not None:
        thread_key, senders = _person(what, source)
        edit = what.message_edit
        yield MessageEdited(
            dedupe_id=f"{edit.mid}:{edit.num_edit}:{what.timestamp}",
            native_id=edit.mid,
            occurred_at=at,
            thread_key=thread_key,
            senders=senders,
            text=edit.text,
        )


def _pressed(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    if what.postback is not None:
        thread_key, senders = _person(what, source)
        pressed = what.postback
        id = pressed.mid or content_id(thread_key, str(what.timestamp), pressed.payload)
        yield PostbackPressed(
            dedupe_id=id,
            native_id=id,
            thread_key=thread_key,
            senders=senders,
            occurred_at=at,
            text=pressed.title or pressed.payload,
            payload=pressed.payload,
        )


def _delivered(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    if what.delivery is None:
        return
    _, senders = _person(what, source)
    until = _moment(what.delivery.watermark, at)
    for mid in what.delivery.mids:
        yield ReceiptReported(
            dedupe_id=f"{mid}:delivered",
            native_id=mid,
            state="delivered",
            occurred_at=until,
            senders=senders,
        )
    if not what.delivery.mids and what.delivery.watermark:
        yield _watermark("delivered", what.delivery.watermark, until, senders)


def _was_read(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    if what.read is None:
        return
    _, senders = _person(what, source)
    if what.read.mid:
        yield ReceiptReported(
            dedupe_id=f"{what.read.mid}:read",
            native_id=what.read.mid,
            state="read",
            occurred_at=at,
            senders=senders,
        )
    elif what.read.watermark:
        until = _moment(what.read.watermark, at)
        yield _watermark("read", what.read.watermark, until, senders)


def _watermark(
    state: ReceiptState,
    mark: int,
    until: datetime,
    senders: tuple[SenderId, ...],
) -> ReceiptReported:
    """All of this person's messages up to a moment."""
    return ReceiptReported(
        dedupe_id=content_id(senders[0].value, state, str(mark)),
        native_id="",
        state=state,
        occurred_at=until,
        watermark=True,
        senders=senders,
    )


def _reacted(what: Happening, source: Source, at: datetime) -> Iterator[InboundEvent]:
    if what.reaction is not None:
        _, senders = _person(what, source)
        reaction = what.reaction
        gone = reaction.action == "unreact"
        yield ReactionChanged(
            dedupe_id=content_id(reaction.mid, senders[0].value, reaction.action, str(at)),
            native_id=reaction.mid,
            occurred_at=at,
            senders=senders,
            emoji="" if gone else reaction.emoji or reaction.reaction,
        )


def _moment(milliseconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise
