"""From Feishu's events to ours. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.channels.feishu.payload import (
    Envelope,
    Event,
    Keys,
    Message,
    Node,
    Place,
    Post,
    Text,
    UserId,
)
from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReceiptReported,
    SenderId,
    place,
)
from connectors.kit.decoding import decode_json
from connectors.kit.signatures import content_id

RECEIVED = "im.message.receive_v1"
GROUPS = {"group", "topic_group"}

# message_type -> (kind, media type, how the file is asked for)
MEDIA: dict[str, tuple[MediaKind, str, str]] = {
    "image": ("image", "image/*", "image"),
    "file": ("file", "application/octet-stream", "file"),
    "audio": ("voice", "audio/ogg", "file"),
    "media": ("video", "video/mp4", "file"),
    "sticker": ("sticker", "image/*", "image"),
}


def parse_envelope(envelope: Envelope, received_at: datetime) -> Parsed:
    """Events that are no concern of a conversation give nothing. Raises Malformed."""
    kind = envelope.header.event_type or (RECEIVED if envelope.event.message else "")
    read = READERS.get(kind)
    if read is None:
        if not kind:
            raise Malformed("header.event_type is missing")
        return Parsed()
    return Parsed(events=tuple(read(envelope, received_at)))


def media_ref(message_id: str, key: str, kind: str) -> str:
    """What ``fetch`` needs to ask for a file."""
    return f"{message_id}/{key}/{kind}"


def _message(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    said = envelope.event.message
    if said is None:
        raise Malformed("event.message is missing")
    return (
        MessageReceived(
            dedupe_id=said.message_id,
            native_id=said.message_id,
            thread_key=_thread(said),
            senders=_senders(envelope.event.sender.sender_id),
            direction="echo" if envelope.event.sender.sender_type == "app" else "in",
            occurred_at=_moment(said.create_time, received_at),
            recipient=said.chat_id,
            reply_to=said.parent_id or "",
            **_content(said),
        ),
    )


def _thread(said: Message) -> str:
    """A person's chat is one thread; in a group each first message begins one."""
    if said.chat_type not in GROUPS:
        return said.chat_id
    return f"{said.chat_id}/{said.root_id or said.message_id}"


def _senders(ids: UserId) -> tuple[SenderId, ...]:
    """The open id is what the app writes to; the union id is the same for all our apps."""
    found = []
    if ids.open_id:
        found.append(SenderId(family="feishu", value=ids.open_id))
    if ids.union_id:
        found.append(SenderId(family="feishu", value=ids.union_id, scope="union"))
    if not found and ids.user_id:
        found.append(SenderId(family="feishu", value=ids.user_id, scope="user"))
    if not found:
        raise Malformed("sender_id has no id")
    return tuple(found)


def _content(said: Message) -> dict[str, Any]:
    if said.message_type in MEDIA:
        return _media(said)
    read = CONTENT.get(said.message_type)
    return read(said) if read else {"text": f"[{said.message_type}]"}


def _text(said: Message) -> dict[str, Any]:
    text = decode_json(said.content.encode(), Text, "a text's content").text
    return {"text": _named(text, said)}


def _named(text: str, said: Message) -> str:
    """``@_user_1`` as the name that stands behind it."""
    for mention in said.mentions or ():
        if mention.key:
            text = text.replace(mention.key, f"@{mention.name}" if mention.name else "")
    return text.strip()


def _post(said: Message) -> dict[str, Any]:
    post = decode_json(said.content.encode(), Post, "a post's content")
    lines = ["".join(map(_words, line)) for line in post.content]
    nodes = [node for line in post.content for node in line]
    pictures = [node.image_key for node in nodes if node.tag == "img" and node.image_key]
    return {
        "text": _named("\n".join(part for part in (post.title, *lines) if part), said),
        "attachments": tuple(
            MediaRef(
                kind="image", ref=media_ref(said.message_id, key, "image"), media_type="image/*"
            )
            for key in pictures
        ),
    }


def _words(node: Node) -> str:
    if node.tag == "a":
        return f"{node.text} ({node.href})" if node.href and node.href != node.text else node.text
    if node.tag == "at":
        return f"@{node.user_name}" if node.user_name else ""
    return node.text or (f":{node.emoji_type}:" if node.emoji_type else "")


def _place(said: Message) -> dict[str, Any]:
    where = decode_json(said.content.encode(), Place, "a location's content")
    try:
        shared = place(float(where.latitude), float(where.longitude), where.name)
    except ValueError as error:
        raise Malformed("latitude and longitude are no coordinates") from error
    return {"attachments": (shared,)}


def _media(said: Message) -> dict[str, Any]:
    kind, media_type, asked_as = MEDIA[said.message_type]
    keys = decode_json(said.content.encode(), Keys, f"the content of {said.message_type}")
    key = keys.file_key or keys.image_key
    if not key:
        raise Malformed(f"{said.message_type} has no key")
    ref = media_ref(said.message_id, key, asked_as)
    return {
        "attachments": (MediaRef(kind=kind, ref=ref, name=keys.file_name, media_type=media_type),)
    }


CONTENT: dict[str, Callable[[Message], dict[str, Any]]] = {
    "text": _text,
    "post": _post,
    "location": _place,
}


def _read(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    event = envelope.event
    read_at = _moment(event.reader.read_time if event.reader else "", received_at)
    return [
        ReceiptReported(dedupe_id=f"{id}:read", native_id=id, state="read", occurred_at=read_at)
        for id in event.message_id_list
    ]


def _recalled(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    id = _spoken_of(envelope.event)
    at = _moment(envelope.event.recall_time, received_at)
    return (MessageDeleted(dedupe_id=f"{id}:recall", native_id=id, occurred_at=at),)


def _reacted(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    event, id = envelope.event, _spoken_of(envelope.event)
    gone = "deleted" in envelope.header.event_type
    at = _moment(event.action_time or envelope.header.create_time, received_at)
    who = _senders(event.user_id or UserId())
    return (
        ReactionChanged(
            dedupe_id=content_id(id, who[0].value, event.reaction_type.emoji_type, str(at)),
            native_id=id,
            occurred_at=at,
            senders=who[:1],
            emoji=""
            if gone
            else EMOJI.get(event.reaction_type.emoji_type) or f":{event.reaction_type.emoji_type}:",
        ),
    )


def _spoken_of(event: Event) -> str:
    if not event.message_id:
        raise Malformed("event.message_id is missing")
    return event.message_id


def _pressed(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    event = envelope.event
    if event.action is None or event.operator is None or event.context is None:
        raise Malformed("a pressed card without action, operator or context")
    value = bytes(event.action.value).decode("utf-8", "replace")
    by = event.operator
    chat, card = event.context.open_chat_id, event.context.open_message_id
    return (
        PostbackPressed(
            dedupe_id=envelope.header.event_id or content_id(card, value, by.open_id or ""),
            native_id=envelope.header.event_id,
            thread_key=chat,
            senders=_senders(UserId(open_id=by.open_id, union_id=by.union_id, user_id=by.user_id)),
            occurred_at=_moment(envelope.header.create_time, received_at),
            text=event.action.option or _label(value),
            payload=value,
        ),
    )


def _label(value: str) -> str:
    """Our buttons carry their own words."""
    try:
        return decode_json(value.encode(), Text, "a button's value").text or value
    except Malformed:
        return value


def _members(envelope: Envelope, received_at: datetime) -> Sequence[InboundEvent]:
    event = envelope.event
    left = "deleted" in envelope.header.event_type or "withdrawn" in envelope.header.event_type
    at = _moment(envelope.header.create_time, received_at)
    people = [one.sender_id for one in event.users if one.sender_id.open_id]
    if not people and event.operator and event.operator.open_id:
        people = [UserId(open_id=event.operator.open_id)]
    return [
        MembershipChanged(
            dedupe_id=f"{envelope.header.event_id}:{ids.open_id}",
            thread_key=event.chat_id,
            senders=_senders(ids),
            occurred_at=at,
            change="left" if left else "joined",
        )
        for ids in people
    ]


def _moment(milliseconds: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


EMOJI = {
    "THUMBSUP": "👍",
    "THUMBSDOWN": "👎",
    "OK": "👌",
    "HEART": "❤️",
    "SMILE": "🙂",
    "LAUGH": "😄",
    "CRY": "😢",
    "ANGRY": "😠",
    "THANKS": "🙏",
    "CLAP": "👏",
    "DONE": "✅",
}

Reader = Callable[[Envelope, datetime], Sequence[InboundEvent]]
READERS: dict[str, Reader] = {
    RECEIVED: _message,
    "im.message.message_read_v1": _read,
    "im.message.recalled_v1": _recalled,
    "im.message.reaction.created_v1": _reacted,
    "im.message.reaction.deleted_v1": _reacted,
    "card.action.trigger": _pressed,
    "im.chat.member.user.added_v1": _members,
    "im.chat.member.user.deleted_v1": _members,
    "im.chat.member.user.withdrawn_v1": _members,
    "im.chat.member.bot.added_v1": _members,
    "im.chat.member.bot.deleted_v1": _members,
}
