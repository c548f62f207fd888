"""From Mattermost's events to ours. Pure.

A direct message is a thread by its channel; in a channel each first post begins one
(``channel:post``), as answers to it do in Mattermost. Ids of posts are unique everywhere.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

from connectors.channels.mattermost.payload import FileInfo, Hook, Post, Reaction, Told
from connectors.errors import Malformed
from connectors.events import (
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
from connectors.kit.media_kinds import kind_of
from connectors.kit.signatures import content_id

ALONE = {"D"}
MOST_FILES = 10
MILLISECONDS_FROM = 10**11

Reader = Callable[[Told, datetime, str], Sequence[InboundEvent]]


def parse_event(body: bytes, received_at: datetime, own_id: str) -> Parsed:
    """A frame of the WebSocket; ``own_id`` is the bot's."""
    told = decode_json(body, Told, "an event of Mattermost")
    read = READERS.get(told.event)
    return Parsed(events=tuple(read(told, received_at, own_id))) if read else Parsed()


def parse_hook(hook: Hook, received_at: datetime) -> Parsed:
    """An outgoing webhook: always from a public channel."""
    if not hook.post_id or not hook.channel_id:
        raise Malformed("post_id or channel_id is missing")
    files = [FileInfo(id=id) for id in hook.file_ids.split(",") if id]
    stamp = str(hook.timestamp)
    said = MessageReceived(
        dedupe_id=hook.post_id,
        native_id=hook.post_id,
        thread_key=f"{hook.channel_id}:{hook.post_id}",
        senders=_senders(hook.user_id),
        sender_name=hook.user_name,
        occurred_at=moment(int(stamp[:16]) if stamp.isdecimal() else 0, received_at),
        recipient=hook.channel_id,
        text=hook.text,
        attachments=tuple(map(_file, files[:MOST_FILES])),
    )
    return Parsed(events=(said,))


def _said(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    post = _post(told)
    if post.type:
        return ()
    return (
        MessageReceived(
            dedupe_id=post.id,
            native_id=post.id,
            thread_key=_thread(told, post),
            senders=_senders(post.user_id),
            sender_name=told.data.sender_name.removeprefix("@"),
            occurred_at=moment(post.create_at, received_at),
            recipient=post.channel_id,
            direction="echo" if post.user_id == own_id else "in",
            text=post.message,
            attachments=_files(post),
            reply_to=post.root_id,
        ),
    )


def _thread(told: Told, post: Post) -> str:
    if told.data.channel_type in ALONE:
        return post.channel_id
    return f"{post.channel_id}:{post.root_id or post.id}"


def _files(post: Post) -> tuple[MediaRef, ...]:
    """Servers tell what files are; where they do not, their ids do."""
    known = post.metadata.files or [FileInfo(id=id) for id in post.file_ids or []]
    return tuple(map(_file, known[:MOST_FILES]))


def _file(file: FileInfo) -> MediaRef:
    return MediaRef(
        kind=kind_of(file.mime_type),
        ref=file.id,
        name=file.name,
        media_type=file.mime_type,
        size=file.size,
    )


def _edited(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    """Also told when an answer comes or a link got its preview: then nothing was edited."""
    post = _post(told)
    if post.type or not post.edit_at or post.user_id == own_id:
        return ()
    return (
        MessageEdited(
            dedupe_id=f"{post.id}:{post.edit_at}",
            native_id=post.id,
            occurred_at=moment(post.edit_at, received_at),
            senders=_senders(post.user_id),
            text=post.message,
        ),
    )


def _deleted(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    post = _post(told)
    gone = MessageDeleted(
        dedupe_id=f"{post.id}:deleted", native_id=post.id, occurred_at=received_at
    )
    return () if post.user_id == own_id else (gone,)


def _reaction(*, gone: bool) -> Reader:
    def read(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
        found = decode_json(told.data.reaction.encode(), Reaction, "a reaction")
        if not found.post_id:
            raise Malformed("reaction.post_id is missing")
        if found.user_id == own_id:
            return ()
        at = moment(0 if gone else found.create_at, received_at)
        id = content_id(found.post_id, found.user_id, found.emoji_name, str(gone), at.isoformat())
        return (
            ReactionChanged(
                dedupe_id=id,
                native_id=found.post_id,
                occurred_at=at,
                senders=_senders(found.user_id),
                emoji="" if gone else emoji_of(found.emoji_name),
            ),
        )

    return read


def _membership(change: Literal["joined", "left"]) -> Reader:
    def read(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
        who, channel = told.data.user_id, told.broadcast.channel_id
        if not who or not channel or who == own_id:
            return ()
        return (
            MembershipChanged(
                dedupe_id=content_id(channel, who, change, received_at.isoformat()),
                thread_key=channel,
                senders=_senders(who),
                occurred_at=received_at,
                change=change,
            ),
        )

    return read


def _typing(told: Told, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    who, channel = told.data.user_id, told.broadcast.channel_id
    if not who or who == own_id:
        return ()
    return (
        TypingChanged(
            dedupe_id=content_id(channel, who, received_at.isoformat()),
            thread_key=channel,
            senders=_senders(who),
            occurred_at=received_at,
            typing=True,
        ),
    )


def _post(told: Told) -> Post:
    post = decode_json(told.data.post.encode(), Post, "a post")
    if not post.id or not post.channel_id:
        raise Malformed("post.id or post.channel_id is missing")
    return post


def _senders(user_id: str) -> tuple[SenderId, ...]:
    if not user_id:
        raise Malformed("user_id is missing")
    return (SenderId(family="mattermost", value=user_id),)


def moment(stamp: int, otherwise: datetime) -> datetime:
    """Since 1970: milliseconds; seconds in some webhooks."""
    seconds = stamp / 1000 if stamp > MILLISECONDS_FROM else stamp
    try:
        return datetime.fromtimestamp(seconds, UTC) if stamp else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


READERS: dict[str, Reader] = {
    "posted": _said,
    "post_edited": _edited,
    "post_deleted": _deleted,
    "reaction_added": _reaction(gone=False),
    "reaction_removed": _reaction(gone=True),
    "user_added": _membership("joined"),
    "user_removed": _membership("left"),
    "typing": _typing,
}
