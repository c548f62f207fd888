"""From Mastodon's notifications to events. Pure.

A thread is what one person says under one first post, in public, among followers or directly: a
direct answer is never mixed with what everybody sees.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from connectors.channels.mastodon.payload import Handle, Media, Notification, Person, Status
from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageReceived,
    Parsed,
    ReactionChanged,
    ReplyHandle,
    SenderId,
)
from connectors.kit.decoding import decode_json
from connectors.kit.plain_words import words_of

KINDS: dict[str, MediaKind] = {
    "image": "image",
    "gifv": "video",
    "video": "video",
    "audio": "audio",
}
NARROW = {"direct", "private"}  # to who is mentioned, to followers
MARKS = {"favourite": "⭐", "reblog": "🔁"}

Reader = Callable[[Notification, Mapping[str, str], datetime], Sequence[InboundEvent]]


def parse_page(body: bytes, roots: Mapping[str, str], received_at: datetime) -> Parsed:
    """Notifications, newest first; ``roots`` names the first post of those that are answers."""
    single = body.lstrip().startswith(b"{")
    raws = [msgspec.Raw(body)] if single else decode_json(body, list[msgspec.Raw], "notifications")
    events: list[InboundEvent] = []
    bad = []
    for index, raw in reversed(list(enumerate(raws))):
        try:
            told = decode_json(bytes(raw), Notification, "a notification")
            events.extend(_events(told, roots, received_at))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _events(
    told: Notification, roots: Mapping[str, str], received_at: datetime
) -> Sequence[InboundEvent]:
    if told.last_status is not None:
        return (_said(told.last_status, roots, received_at),)
    read = READERS.get(told.type)
    return read(told, roots, received_at) if read else ()


def _mention(
    told: Notification, roots: Mapping[str, str], received_at: datetime
) -> Sequence[InboundEvent]:
    return (_said(_status(told), roots, received_at),)


def _said(status: Status, roots: Mapping[str, str], received_at: datetime) -> MessageReceived:
    handle = Handle(id=status.id, visibility=status.visibility)
    return MessageReceived(
        dedupe_id=status.id,
        native_id=status.id,
        thread_key=thread_of(status, roots),
        senders=_senders(status.account),
        sender_name=status.account.display_name or status.account.acct,
        occurred_at=moment(status.created_at, received_at),
        text=_words(status),
        attachments=tuple(_file(one) for one in status.media_attachments if _address(one)),
        reply_to=status.in_reply_to_id or "",
        reply_handle=ReplyHandle(value=msgspec.json.encode(handle).decode()),
    )


def thread_of(status: Status, roots: Mapping[str, str]) -> str:
    """See the module."""
    root = roots.get(status.id) or status.in_reply_to_id or status.id
    who = status.visibility if status.visibility in NARROW else "public"
    return f"{who}:{root}:{status.account.acct}"


def _words(status: Status) -> str:
    """A content warning stands above what it warns of."""
    return "\n\n".join(part for part in (status.spoiler_text, words_of(status.content)) if part)


def _address(media: Media) -> str:
    return media.url or media.remote_url or ""


def _file(media: Media) -> MediaRef:
    url = _address(media)
    name = media.description or url.partition("?")[0].rpartition("/")[2]
    return MediaRef(kind=KINDS.get(media.type, "file"), url=url, name=name)


def _updated(
    told: Notification, roots: Mapping[str, str], received_at: datetime
) -> Sequence[InboundEvent]:
    status = _status(told)
    at = moment(status.edited_at or told.created_at, received_at)
    return (
        MessageEdited(
            dedupe_id=f"{status.id}:{status.edited_at or told.id}",
            native_id=status.id,
            occurred_at=at,
            thread_key=thread_of(status, roots),
            senders=_senders(status.account),
            text=_words(status),
        ),
    )


def _marked(
    told: Notification, roots: Mapping[str, str], received_at: datetime
) -> Sequence[InboundEvent]:
    """Somebody liked a post of ours, or passed it on."""
    return (
        ReactionChanged(
            dedupe_id=told.id,
            native_id=_status(told).id,
            occurred_at=moment(told.created_at, received_at),
            senders=_senders(told.account),
            emoji=MARKS[told.type],
        ),
    )


def _status(told: Notification) -> Status:
    if told.status is None:
        raise Malformed("notification.status is missing")
    return told.status


def _senders(person: Person) -> tuple[SenderId, ...]:
    if not person.acct:
        raise Malformed("account.acct is missing")
    return (SenderId(family="mastodon", value=person.acct),)


def moment(text: str, otherwise: datetime) -> datetime:
    """ISO 8601."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


READERS: dict[str, Reader] = {
    "mention": _mention,
    "update": _updated,
    "favourite": _marked,
    "reblog": _marked,
}
