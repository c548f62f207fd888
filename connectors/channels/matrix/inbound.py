"""From Matrix events to ours. Pure. A room is a thread; an event's id is unique everywhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connectors.channels.matrix.payload import (
    Content,
    Event,
    Loose,
    Page,
    ReadBy,
    Room,
    read_moment,
)
from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    CallEvent,
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    ReactionChanged,
    ReceiptReported,
    SenderId,
    TypingChanged,
    place,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.signatures import content_id

FILES: dict[str, MediaKind] = {
    "m.image": "image",
    "m.audio": "audio",
    "m.video": "video",
    "m.file": "file",
}
SEALED = "[An encrypted message: this inbox cannot read encrypted rooms.]"
UNREACTED = "unreacted"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of one room are read with. ``names`` are display names by user;
    ``unreacted`` tells of redacted reactions which message they were on.
    """

    room_id: str
    own_id: str
    received_at: datetime
    names: Mapping[str, str] = {}
    unreacted: Mapping[str, str] = {}


Reader = Callable[[Event, Seen], Sequence[InboundEvent]]


def parse_page(
    body: bytes, own_id: str, unreacted: Mapping[str, str], received_at: datetime
) -> Parsed:
    """An answer of /sync; or events by themselves, as an application service gets them."""
    loose = decode_json(body, Loose, "Matrix events")
    if loose.events is not None or loose.type:
        raws = loose.events if loose.events is not None else [msgspec.Raw(body)]
        seen = Seen(room_id="", own_id=own_id, received_at=received_at, unreacted=unreacted)
        return _events(raws, seen)
    rooms = decode_json(body, Page, "an answer of /sync").rooms
    found = [
        _room(id, room, own_id, unreacted, received_at)
        for id, room in (*rooms.join.items(), *rooms.leave.items())
    ]
    return Parsed(
        events=tuple(event for one in found for event in one.events),
        bad=tuple(bad for one in found for bad in one.bad),
    )


def _room(
    id: str, room: Room, own_id: str, unreacted: Mapping[str, str], received_at: datetime
) -> Parsed:
    told = [*room.state.events, *room.timeline.events]
    names = {event.state_key or "": name for event, name in _named(told)}
    seen = Seen(
        room_id=id, own_id=own_id, received_at=received_at, names=names, unreacted=unreacted
    )
    return _events([*_since_we_came(room.timeline.events, own_id), *room.ephemeral.events], seen)


def _named(raws: Sequence[msgspec.Raw]) -> Sequence[tuple[Event, str]]:
    events = [event for event in map(peek, raws) if event and event.type == "m.room.member"]
    pairs = [(event, _content(event)) for event in events]
    return [(event, found.displayname) for event, found in pairs if found and found.displayname]


def _since_we_came(raws: list[msgspec.Raw], own_id: str) -> list[msgspec.Raw]:
    """What was said in a room before it asked us in was not said to us."""
    ours = [
        (at, event)
        for at, event in enumerate(map(peek, raws))
        if event and event.type == "m.room.member" and event.state_key == own_id
    ]
    invited = [at for at, event in ours if _membership(event) == "invite"]
    came = [at for at, event in ours if _membership(event) == "join" and not _was(event)]
    start = (invited or came)[-1:] or [0]
    return raws[start[0] :]


def _membership(event: Event) -> str:
    content = _content(event)
    return content.membership if content else ""


def _was(event: Event) -> str:
    before = event.unsigned.prev_content
    return before.membership if before else ""


def peek(raw: msgspec.Raw) -> Event | None:
    """The envelope; None when there is none."""
    try:
        return msgspec.json.decode(raw, type=Event)
    except UNREADABLE:
        return None


def _content(event: Event) -> Content | None:
    try:
        return msgspec.json.decode(event.content, type=Content)
    except UNREADABLE:
        return None


def _events(raws: Sequence[msgspec.Raw], seen: Seen) -> Parsed:
    events: list[InboundEvent] = []
    bad = []
    for index, raw in enumerate(raws):
        try:
            event = decode_json(bytes(raw), Event, "a Matrix event")
            read = READERS.get(event.type)
            events.extend(read(event, seen) if read else ())
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _said(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    """A message, an edit of one, or what a redaction left of one."""
    content = _read(event)
    relation = content.relates
    if relation and relation.rel_type == "m.replace" and content.new is not None:
        return _edited(event, content.new.body, relation.event_id, seen)
    if not content.msgtype:
        if not bytes(event.unsigned.redacted_because):
            raise Malformed("content.msgtype is missing")
        return ()
    answered = relation.in_reply_to.event_id if relation and relation.in_reply_to else ""
    text, files = _said_content(content)
    return (
        MessageReceived(
            **_shared(event, seen),
            recipient=_room_of(event, seen),
            direction="echo" if event.sender == seen.own_id else "in",
            sender_name=seen.names.get(event.sender, ""),
            text=unquoted(text) if answered else text,
            attachments=files,
            reply_to=answered,
        ),
    )


def _said_content(content: Content) -> tuple[str, tuple[MediaRef, ...]]:
    """A file's ``body`` is its caption where it has a ``filename`` besides."""
    if content.msgtype == "m.location":
        return "", _place(content)
    kind = FILES.get(content.msgtype)
    if kind is None:
        return content.body, ()
    named = content.filename or content.body
    caption = content.body if content.filename and content.body != content.filename else ""
    return caption, _file("voice" if content.voice is not None else kind, content, named)


def _file(kind: MediaKind, content: Content, name: str) -> tuple[MediaRef, ...]:
    if not content.url:
        raise Malformed("content.url is missing")
    info = content.info
    return (
        MediaRef(
            kind=kind,
            ref=content.url,
            name=name,
            media_type=(info.mimetype if info else None) or "",
            size=info.size if info else None,
        ),
    )


def _place(content: Content) -> tuple[MediaRef, ...]:
    """``geo:51.5008,0.1247;u=35`` (RFC 5870)."""
    latitude, _, rest = content.geo_uri.removeprefix("geo:").partition(";")[0].partition(",")
    try:
        return (place(float(latitude), float(rest.partition(",")[0]), content.body),)
    except ValueError as error:
        raise Malformed("content.geo_uri is no place") from error


def unquoted(text: str) -> str:
    """Older clients put what they answer before their words, as ``> <@user> ...``."""
    if not text.startswith("> "):
        return text
    lines = text.split("\n")
    own = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[own:]).lstrip("\n")


def _edited(event: Event, text: str, native_id: str, seen: Seen) -> Sequence[InboundEvent]:
    if event.sender == seen.own_id:
        return ()
    if not native_id:
        raise Malformed("an edit names no message")
    return (
        MessageEdited(
            dedupe_id=_id(event),
            native_id=native_id,
            occurred_at=moment(event.origin_server_ts, seen.received_at),
            thread_key=_room_of(event, seen),
            senders=_senders(event.sender),
            text=text,
        ),
    )


def _sticker(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    content = _read(event)
    if not content.url and bytes(event.unsigned.redacted_because):
        return ()
    return (
        MessageReceived(
            **_shared(event, seen),
            recipient=_room_of(event, seen),
            direction="echo" if event.sender == seen.own_id else "in",
            sender_name=seen.names.get(event.sender, ""),
            text=content.body,
            attachments=_file("sticker", content, content.body),
        ),
    )


def _sealed(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    """Shown as what it is: nobody should wait for an answer that cannot come."""
    if event.sender == seen.own_id or bytes(event.unsigned.redacted_because):
        return ()
    name = seen.names.get(event.sender, "")
    return (MessageReceived(**_shared(event, seen), sender_name=name, text=SEALED),)


def _reacted(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    relation = _read(event).relates
    if event.sender == seen.own_id or bytes(event.unsigned.redacted_because):
        return ()
    if relation is None or not relation.event_id:
        raise Malformed("a reaction names no message")
    return (
        ReactionChanged(
            dedupe_id=_id(event),
            native_id=relation.event_id,
            occurred_at=moment(event.origin_server_ts, seen.received_at),
            senders=_senders(event.sender),
            emoji=relation.key,
        ),
    )


def _redacted(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    """Rooms of version 11 on name the event in the content."""
    target = event.redacts or _read(event).redacts
    if event.sender == seen.own_id:
        return ()
    if not target:
        raise Malformed("a redaction names no event")
    at = moment(event.origin_server_ts, seen.received_at)
    if target in seen.unreacted:
        gone = ReactionChanged(
            dedupe_id=_id(event),
            native_id=seen.unreacted[target],
            occurred_at=at,
            senders=_senders(event.sender),
        )
        return (gone,)
    return (MessageDeleted(dedupe_id=_id(event), native_id=target, occurred_at=at),)


def _member(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    """Who came and went; a new name or picture is a membership as well."""
    who, before = event.state_key or "", event.unsigned.prev_content
    membership = _read(event).membership
    change = CHANGES.get(membership)
    if who == seen.own_id or change is None or (before and before.membership == membership):
        return ()
    shared = {**_shared(event, seen), "senders": _senders(who)}
    return (MembershipChanged(**shared, change=change),)


def _call(state: Literal["ringing", "answered", "ended"]) -> Reader:
    def read(event: Event, seen: Seen) -> Sequence[InboundEvent]:
        if event.sender == seen.own_id:
            return ()
        return (CallEvent(**_shared(event, seen), state=state),)

    return read


def _receipts(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    content = decode_json(bytes(event.content), dict[str, ReadBy], "receipts")
    return tuple(
        ReceiptReported(
            dedupe_id=content_id(event_id, user_id, "read"),
            native_id=event_id,
            state="read",
            occurred_at=moment(read_moment(raw), seen.received_at),
            senders=_senders(user_id),
        )
        for event_id, by in content.items()
        for user_id, raw in by.read.items()
        if user_id != seen.own_id and read_moment(raw)
    )


def _typing(event: Event, seen: Seen) -> Sequence[InboundEvent]:
    typing = [id for id in _read(event).user_ids if id != seen.own_id]
    room_id = _room_of(event, seen)
    stamp = str(seen.received_at.timestamp())
    return tuple(
        TypingChanged(
            dedupe_id=content_id(room_id, user_id, stamp),
            thread_key=room_id,
            senders=_senders(user_id),
            occurred_at=seen.received_at,
            typing=True,
        )
        for user_id in typing
    )


def _read(event: Event) -> Content:
    return decode_json(bytes(event.content), Content, f"the content of {event.type[:40]}")


def _shared(event: Event, seen: Seen) -> dict[str, Any]:
    return {
        "dedupe_id": _id(event),
        "native_id": event.event_id,
        "thread_key": _room_of(event, seen),
        "senders": _senders(event.sender),
        "occurred_at": moment(event.origin_server_ts, seen.received_at),
    }


def _id(event: Event) -> str:
    if not event.event_id:
        raise Malformed("event_id is missing")
    return event.event_id


def _room_of(event: Event, seen: Seen) -> str:
    """In /sync the room stands outside of the event."""
    return seen.room_id or event.room_id


def _senders(user_id: str) -> tuple[SenderId, ...]:
    if not user_id:
        raise Malformed("sender is missing")
    return (SenderId(family="matrix", value=user_id),)


def moment(milliseconds: int, otherwise: datetime) -> datetime:
    """Since 1970."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


CHANGES: dict[str, Literal["joined", "left"]] = {"join": "joined", "leave": "left", "ban": "left"}
READERS: dict[str, Reader] = {
    "m.room.message": _said,
    "m.sticker": _sticker,
    "m.room.encrypted": _sealed,
    "m.reaction": _reacted,
    "m.room.redaction": _redacted,
    "m.room.member": _member,
    "m.call.invite": _call("ringing"),
    "m.call.answer": _call("answered"),
    "m.call.hangup": _call("ended"),
    "m.receipt": _receipts,
    "m.typing": _typing,
}
