"""From Bluesky's notifications and chat to events. Pure.

What one person posts under one first post is a thread (``root|did``), so is a chat
(``chat|id``): what is said in a chat is never mixed with what everybody sees.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from connectors.channels.bluesky.payload import (
    Image,
    Log,
    Media,
    Notification,
    Page,
    Person,
    Post,
    Ref,
    Reply,
    Said,
)
from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    InboundEvent,
    MediaRef,
    MessageDeleted,
    MessageReceived,
    Parsed,
    ReactionChanged,
    ReplyHandle,
    SenderId,
)
from connectors.kit.decoding import decode_json

CHAT = "chat"
CDN = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"
MARKS = {"like": "❤️", "repost": "🔁"}
POSTS = {"mention", "reply", "quote"}
MOST_IMAGES = 4


def parse_page(body: bytes, own_did: str, received_at: datetime) -> Parsed:
    """``own_did`` tells what we said ourselves in a chat."""
    page = decode_json(body, Page, "news of Bluesky")
    told = partial(_told, received_at=received_at)
    logged = partial(_logged, own_did=own_did, received_at=received_at)
    events: list[InboundEvent] = []
    bad = []
    reads = [*((told, raw) for raw in page.notifications), *((logged, raw) for raw in page.logs)]
    for index, (read, raw) in enumerate(reads):
        try:
            events.extend(read(raw))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _told(raw: msgspec.Raw, received_at: datetime) -> Sequence[InboundEvent]:
    told = decode_json(bytes(raw), Notification, "a notification")
    if told.reason in POSTS:
        return (_post(told, received_at),)
    if told.reason in MARKS and told.reason_subject:
        return (
            ReactionChanged(
                dedupe_id=told.uri,
                native_id=told.reason_subject,
                occurred_at=moment(told.indexed_at, received_at),
                senders=_senders(told.author),
                emoji=MARKS[told.reason],
            ),
        )
    return ()


def _post(told: Notification, received_at: datetime) -> MessageReceived:
    post = decode_json(bytes(told.record), Post, "a post")
    own = Ref(uri=told.uri, cid=told.cid)
    handle = Reply(root=post.reply.root if post.reply else own, parent=own)
    return MessageReceived(
        dedupe_id=told.uri,
        native_id=told.uri,
        thread_key=f"{handle.root.uri}|{told.author.did}",
        senders=_senders(told.author),
        sender_name=told.author.display_name or told.author.handle,
        occurred_at=moment(post.created_at or told.indexed_at, received_at),
        text=_words(post),
        attachments=_images(post.embed, told.author.did),
        reply_to=post.reply.parent.uri if post.reply else "",
        reply_handle=ReplyHandle(value=msgspec.json.encode(handle).decode()),
    )


def _words(post: Post) -> str:
    """A link with a preview need not stand in the text."""
    embed = post.embed.media or post.embed if post.embed else None
    link = embed.external.uri if embed and embed.external else ""
    return f"{post.text}\n{link}".strip() if link not in post.text else post.text


def _images(embed: Media | None, did: str) -> tuple[MediaRef, ...]:
    found = (embed.media or embed).images if embed else []
    return tuple(_image(one, did) for one in found[:MOST_IMAGES] if one.image.ref.link)


def _image(image: Image, did: str) -> MediaRef:
    """The network's own copy, which is a JPEG whatever was uploaded."""
    return MediaRef(
        kind="image",
        url=CDN.format(did=did, cid=image.image.ref.link),
        name=image.alt or "image.jpg",
        media_type="image/jpeg",
    )


def _logged(raw: msgspec.Raw, own_did: str, received_at: datetime) -> Sequence[InboundEvent]:
    log = decode_json(bytes(raw), Log, "a log of a chat")
    kind = log.type.rpartition("#")[2]
    read = LOGS.get(kind)
    if read is None:
        return ()
    if log.message is None or not log.message.id:
        raise Malformed("log.message is missing")
    return read(log, log.message, own_did, received_at)


def _said(log: Log, said: Said, own_did: str, received_at: datetime) -> Sequence[InboundEvent]:
    return (
        MessageReceived(
            dedupe_id=said.id,
            native_id=said.id,
            thread_key=f"{CHAT}|{log.convo}",
            senders=_senders(said.sender),
            occurred_at=moment(said.sent_at, received_at),
            direction="echo" if said.sender.did == own_did else "in",
            text=said.text,
        ),
    )


def _deleted(log: Log, said: Said, own_did: str, received_at: datetime) -> Sequence[InboundEvent]:
    """Gone for us; the other one may still have it."""
    gone = MessageDeleted(dedupe_id=f"{said.id}:gone", native_id=said.id, occurred_at=received_at)
    return () if said.sender.did == own_did else (gone,)


def _marked(log: Log, said: Said, own_did: str, received_at: datetime) -> Sequence[InboundEvent]:
    mark = log.reaction
    if mark is None:
        raise Malformed("log.reaction is missing")
    if mark.sender.did == own_did:
        return ()
    return (
        ReactionChanged(
            dedupe_id=f"{said.id}:{log.rev}",
            native_id=said.id,
            occurred_at=moment(mark.created_at, received_at),
            senders=_senders(mark.sender),
            emoji="" if log.type.endswith("logRemoveReaction") else mark.value,
        ),
    )


def _senders(person: Person) -> tuple[SenderId, ...]:
    if not person.did:
        raise Malformed("author.did is missing")
    return (SenderId(family="bluesky", value=person.did),)


def moment(text: str, otherwise: datetime) -> datetime:
    """ISO 8601; clients write it, so it may be anything."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


LOGS: dict[str, Callable[[Log, Said, str, datetime], Sequence[InboundEvent]]] = {
    "logCreateMessage": _said,
    "logDeleteMessage": _deleted,
    "logAddReaction": _marked,
    "logRemoveReaction": _marked,
}
