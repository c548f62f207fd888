"""From Zulip's events to ours. Pure.

A topic of a channel is a thread (``channel id:topic``), so is a direct conversation
(``dm:`` and the ids of the others).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from connectors.channels.zulip.payload import Event, Message, Page, Person
from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    ReactionChanged,
    SenderId,
    TypingChanged,
)
from connectors.kit.decoding import decode_json
from connectors.kit.emoji_names import emoji_of
from connectors.kit.media_kinds import kind_of_name
from connectors.kit.signatures import content_id

UPLOAD = re.compile(r"!?\[([^\]\n]{0,300})\]\((/user_uploads/[^\s)]{1,500})\)")
MOST_FILES = 20

Reader = Callable[[Event, datetime, str], Sequence[InboundEvent]]


def parse_page(body: bytes, received_at: datetime, own_email: str) -> Parsed:
    """Events of the queue, or messages by themselves; ``own_email`` is the bot's."""
    page = decode_json(body, Page, "events of Zulip")
    events: list[InboundEvent] = []
    bad = []
    for index, raw in enumerate((*page.events, *page.messages)):
        try:
            if index < len(page.events):
                event = decode_json(bytes(raw), Event, "an event")
                read = READERS.get(event.type)
                events.extend(read(event, received_at, own_email) if read else ())
            else:
                message = decode_json(bytes(raw), Message, "a message")
                events.append(_said(message, received_at, own_email))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _message(event: Event, received_at: datetime, own_email: str) -> Sequence[InboundEvent]:
    if event.message is None:
        raise Malformed("event.message is missing")
    return (_said(event.message, received_at, own_email),)


def _said(said: Message, received_at: datetime, own_email: str) -> MessageReceived:
    direct = isinstance(said.display_recipient, list)
    return MessageReceived(
        dedupe_id=str(said.id),
        native_id=str(said.id),
        thread_key=_thread(said, own_email),
        senders=_senders(said.sender_id),
        sender_name=said.sender_full_name,
        occurred_at=moment(said.timestamp, received_at),
        recipient="" if direct else str(said.display_recipient),
        direction="echo" if said.sender_email == own_email else "in",
        subject="" if direct else said.subject,
        text=_words(said.content),
        attachments=_files(said.content),
    )


def _thread(said: Message, own_email: str) -> str:
    if isinstance(said.display_recipient, list):
        return direct_key(said.display_recipient, own_email)
    if not said.stream_id:
        raise Malformed("stream_id is missing")
    return f"{said.stream_id}:{said.subject}"


def direct_key(people: Iterable[Person], own_email: str) -> str:
    """``dm:7,12``: everybody but us."""
    others = {one.id or one.user_id for one in people if one.email != own_email}
    return "dm:" + ",".join(map(str, sorted(others)))


def _words(content: str) -> str:
    """Without the links to files, which are shown as files."""
    return UPLOAD.sub("", content).strip()


def _files(content: str) -> tuple[MediaRef, ...]:
    return tuple(
        MediaRef(kind=kind_of_name(path), ref=path, name=name or path.rpartition("/")[2])
        for name, path in UPLOAD.findall(content)[:MOST_FILES]
    )


def _updated(event: Event, received_at: datetime, own_email: str) -> Sequence[InboundEvent]:
    """New words; a whole topic that got another name or another channel goes on there."""
    if event.rendering_only or event.user_id is None:
        return ()
    at = moment(event.edit_timestamp, received_at)
    stamp = str(event.edit_timestamp or received_at.timestamp())
    found: list[InboundEvent] = []
    if event.content is not None:
        edit = MessageEdited(
            dedupe_id=f"{event.message_id}:{stamp}",
            native_id=str(event.message_id),
            occurred_at=at,
            senders=_senders(event.user_id),
            text=_words(event.content),
        )
        found.append(edit)
    if event.propagate_mode == "change_all" and event.stream_id:
        old = f"{event.stream_id}:{event.orig_subject}"
        topic = event.subject or event.orig_subject
        moved = MembershipChanged(
            dedupe_id=content_id(old, stamp, "moved"),
            thread_key=old,
            senders=_senders(event.user_id),
            occurred_at=at,
            change="moved",
            moved_to=f"{event.new_stream_id or event.stream_id}:{topic}",
        )
        found.append(moved)
    return found


def _deleted(event: Event, received_at: datetime, own_email: str) -> Sequence[InboundEvent]:
    ids = event.message_ids or [event.message_id]
    return tuple(
        MessageDeleted(dedupe_id=f"{id}:deleted", native_id=str(id), occurred_at=received_at)
        for id in ids
        if id
    )


def _reacted(event: Event, received_at: datetime, own_email: str) -> Sequence[InboundEvent]:
    if not event.message_id or event.user_id is None:
        raise Malformed("message_id or user_id of a reaction is missing")
    gone = event.op == "remove"
    stamp = str(event.id) + received_at.isoformat()
    return (
        ReactionChanged(
            dedupe_id=content_id(str(event.message_id), str(event.user_id), event.op, stamp),
            native_id=str(event.message_id),
            occurred_at=received_at,
            senders=_senders(event.user_id),
            emoji="" if gone else _emoji(event),
        ),
    )


def _emoji(event: Event) -> str:
    """``emoji_code`` of a Unicode emoji is its code points: ``1f468-1f469``."""
    if event.reaction_type in {"", "unicode_emoji"}:
        try:
            points = [int(part, 16) for part in event.emoji_code.split("-")]
            return "".join(map(chr, points))
        except (ValueError, OverflowError):
            pass
    return emoji_of(event.emoji_name)


def _typing(event: Event, received_at: datetime, own_email: str) -> Sequence[InboundEvent]:
    who = event.sender
    if who is None or who.email == own_email:
        return ()
    topic = f"{event.stream_id}:{event.topic}"
    key = topic if event.stream_id else direct_key(event.recipients, own_email)
    return (
        TypingChanged(
            dedupe_id=content_id(key, str(who.user_id), event.op, received_at.isoformat()),
            thread_key=key,
            senders=_senders(who.user_id),
            occurred_at=received_at,
            typing=event.op != "stop",
        ),
    )


def _senders(user_id: int) -> tuple[SenderId, ...]:
    return (SenderId(family="zulip", value=str(user_id)),)


def moment(seconds: int, otherwise: datetime) -> datetime:
    """Since 1970."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


READERS: dict[str, Reader] = {
    "message": _message,
    "update_message": _updated,
    "delete_message": _deleted,
    "reaction": _reacted,
    "typing": _typing,
}
