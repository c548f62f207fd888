"""From the Bot Framework's activities to events. Pure.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReplyHandle,
    SenderId,
    TypingChanged,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.media_kinds import kind_of
from connectors.kit.signatures import content_id

FILE = "application/vnd.microsoft.teams.file.download.info"
MENTION = re.compile(r"<at[^>]*>(.*?)</at>")
FRACTION = re.compile(r"(\.\d{6})\d+")
MOST_FILES = 10
EMOJI = {
    "like": "👍",
    "heart": "❤️",
    "laugh": "😆",
    "surprised": "😮",
    "sad": "🙁",
    "angry": "😠",
}


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a bot; ``id`` is known to this bot only."""

    id: str = ""
    name: str = ""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A chat, a group, or one thread of a channel (``...;messageid=...``)."""

    id: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a shared file is, without a sign-in, for a while."""

    download_url: str = ""
    file_type: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A picture (opens with our token), a file, or the same text as HTML."""

    content_type: str = ""
    content_url: str | None = None
    content: msgspec.Raw = msgspec.Raw(b"null")
    name: str | None = None


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """By its name."""

    type: str = ""


class Activity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole request."""

    type: str
    id: str = ""
    timestamp: str = ""
    service_url: str = ""
    text: str | None = None
    sender: Party = msgspec.field(default=Party(), name="from")
    recipient: Party = Party()
    conversation: Conversation = Conversation()
    attachments: list[Attachment] = []
    reply_to_id: str | None = None
    value: msgspec.Raw = msgspec.Raw(b"null")
    name: str = ""
    action: str = ""
    members_added: list[Party] = []
    members_removed: list[Party] = []
    reactions_added: list[Reaction] = []
    reactions_removed: list[Reaction] = []


def parse_activity(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed."""
    activity = decode_json(body, Activity, "an activity")
    read = READERS.get(activity.type)
    at = _moment(activity.timestamp, received_at)
    return Parsed(events=tuple(read(activity, at))) if read else Parsed()


def _thread(activity: Activity) -> str:
    if not activity.conversation.id:
        raise Malformed("conversation.id is missing")
    return activity.conversation.id


def senders(party: Party) -> tuple[SenderId, ...]:
    """A person as this bot knows them."""
    if not party.id:
        raise Malformed("from.id is missing")
    return (SenderId(family="msteams", value=party.id),)


def _shared(activity: Activity, at: datetime) -> dict[str, Any]:
    return {
        "dedupe_id": f"{_thread(activity)}#{activity.id}",
        "thread_key": _thread(activity),
        "senders": senders(activity.sender),
        "occurred_at": at,
    }


def _handle(activity: Activity) -> ReplyHandle | None:
    """Replies go to the service that the conversation lives on; it may move."""
    return ReplyHandle(value=activity.service_url) if activity.service_url else None


def _message(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    shared = _shared(activity, at) | {
        "native_id": activity.id,
        "sender_name": activity.sender.name,
        "reply_handle": _handle(activity),
    }
    pressed = bytes(activity.value)
    if not activity.text and pressed not in {b"null", b"{}"}:
        return (
            PostbackPressed(
                **shared, text=_label(pressed), payload=pressed.decode("utf-8", "replace")
            ),
        )
    return (
        MessageReceived(
            **shared,
            recipient=activity.recipient.name,
            text=_text(activity),
            attachments=tuple(filter(None, map(_file, activity.attachments[:MOST_FILES]))),
            reply_to=activity.reply_to_id or "",
        ),
    )


def _text(activity: Activity) -> str:
    """Mentions by name; the bot's own only says to whom it was said."""
    own = activity.recipient.name
    text = MENTION.sub(lambda at: "" if at[1] == own else f"@{at[1]}", activity.text or "")
    return text.replace("\xa0", " ").strip()


def _label(pressed: bytes) -> str:
    """Our buttons carry their own words."""
    try:
        value = msgspec.json.decode(pressed)
    except UNREADABLE:
        return pressed.decode("utf-8", "replace")
    return str(value.get("text") or pressed.decode()) if isinstance(value, dict) else str(value)


def _file(attachment: Attachment) -> MediaRef | None:
    if attachment.content_type == FILE:
        content = decode_json(bytes(attachment.content), Content, "a file's content")
        return MediaRef(kind="file", url=content.download_url, name=attachment.name or "")
    if attachment.content_url and not attachment.content_type.startswith("text/html"):
        return MediaRef(
            kind=kind_of(attachment.content_type),
            url=attachment.content_url,
            name=attachment.name or "",
            media_type=attachment.content_type if "*" not in attachment.content_type else "",
        )
    return None


def _edited(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    shared = _shared(activity, at)
    shared["dedupe_id"] += f":{activity.timestamp}"
    return (MessageEdited(**shared, native_id=activity.id, text=_text(activity)),)


def _deleted(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    dedupe_id = f"{_thread(activity)}#{activity.id}:deleted"
    return (MessageDeleted(dedupe_id=dedupe_id, native_id=activity.id, occurred_at=at),)


def _reacted(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    """A reaction that was taken away leaves the last one that was added."""
    target = activity.reply_to_id or ""
    if not target:
        raise Malformed("replyToId is missing")
    name = activity.reactions_added[-1].type if activity.reactions_added else ""
    return (
        ReactionChanged(
            dedupe_id=content_id(target, activity.sender.id, name, activity.timestamp),
            native_id=target,
            occurred_at=at,
            senders=senders(activity.sender),
            emoji=EMOJI.get(name, f":{name}:") if name else "",
        ),
    )


def _typing(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    shared = _shared(activity, at) | {"dedupe_id": content_id(activity.id, activity.timestamp)}
    return (TypingChanged(**shared, typing=True),)


def _members(activity: Activity, at: datetime) -> Sequence[InboundEvent]:
    """The bot itself is no member of anybody's."""
    events: list[InboundEvent] = []
    for people, change in ((activity.members_added, "joined"), (activity.members_removed, "left")):
        events += [
            MembershipChanged(
                dedupe_id=content_id(_thread(activity), person.id, change, activity.timestamp),
                thread_key=_thread(activity),
                senders=senders(person),
                occurred_at=at,
                change="joined" if change == "joined" else "left",
            )
            for person in people
            if person.id != activity.recipient.id
        ]
    return events


def _moment(text: str, otherwise: datetime) -> datetime:
    """Seven digits of a second are one more than Python reads."""
    try:
        return datetime.fromisoformat(FRACTION.sub(r"\1", text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


READERS: dict[str, Callable[[Activity, datetime], Sequence[InboundEvent]]] = {
    "message": _message,
    "messageUpdate": _edited,
    "messageDelete": _deleted,
    "messageReaction": _reacted,
    "typing": _typing,
    "conversationUpdate": _members,
}
