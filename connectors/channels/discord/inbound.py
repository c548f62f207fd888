"""From Discord's events to ours. Pure. A channel, thread or direct message is a thread of ours."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from connectors.channels.discord.payload import (
    Attachment,
    Dispatch,
    Interaction,
    Member,
    Message,
    Reaction,
    User,
)
from connectors.contract import WebhookRequest
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
    ReceiptReported,
    ReplyHandle,
    SenderId,
)
from connectors.kit.decoding import decode_json
from connectors.kit.fields import form_pairs
from connectors.kit.media_kinds import kind_of
from connectors.kit.signatures import content_id

COMMAND, COMPONENT = 2, 3
TOKEN_LASTS = timedelta(minutes=14)
STICKER = "https://media.discordapp.net/stickers/{}.png"
MENTION = re.compile(r"<@!?(\d+)>")
ORDINARY = {0, 19, 20}  # of message types: said, answered, a command
MOST_FILES = 10


def parse_dispatch(body: bytes, received_at: datetime, own_id: str) -> Parsed:
    """An event of the Gateway; ``own_id`` is the bot's."""
    dispatch = decode_json(body, Dispatch, "an event of the Gateway")
    read = READERS.get(dispatch.t or "")
    return Parsed(events=tuple(read(bytes(dispatch.d), received_at, own_id))) if read else Parsed()


def parse_interaction(body: bytes, received_at: datetime) -> Parsed:
    """A command or a pressed button."""
    asked = decode_json(body, Interaction, "an interaction")
    if asked.type not in {COMMAND, COMPONENT}:
        return Parsed()
    who = asked.user or (asked.member.user if asked.member else None)
    if who is None or not asked.channel_id:
        raise Malformed("user or channel_id is missing")
    shared: dict[str, Any] = {
        "dedupe_id": asked.id,
        "native_id": asked.id,
        "thread_key": asked.channel_id,
        "senders": senders(who.id),
        "sender_name": _name(who, asked.member),
        "occurred_at": received_at,
        "reply_handle": ReplyHandle(value=asked.token, expires_at=received_at + TOKEN_LASTS),
    }
    if asked.type == COMPONENT:
        text = ", ".join(asked.data.values) or asked.data.custom_id
        event = PostbackPressed(**shared, text=text, payload=asked.data.custom_id)
        return Parsed(events=(event,))
    typed = " ".join(str(option.value) for option in asked.data.options)
    said = MessageReceived(**shared, text=f"/{asked.data.name} {typed}".rstrip())
    return Parsed(events=(said,))


def parse_relay(request: WebhookRequest) -> Parsed:
    """A relay (a bot of one's own) posts forms: from, text and attachments, or a sent id."""
    pairs = form_pairs(request)
    fields = dict(pairs)
    if "from" not in fields and fields.get("id"):
        id = fields["id"]
        receipt = ReceiptReported(
            dedupe_id=f"{id}:sent",
            native_id=id,
            state="sent",
            occurred_at=request.received_at,
            message_id=id,
        )
        return Parsed(events=(receipt,))
    sender, text = fields.get("from", ""), fields.get("text", "")
    urls = [value for name, value in pairs if name == "attachments" and value]
    if not sender.isdecimal():
        raise Malformed("from must be a Discord id")
    if not text and not urls:
        raise Malformed("text or attachments are required")
    id = content_id(sender, request.body, str(int(request.received_at.timestamp() // 60)))
    return Parsed(
        events=(
            MessageReceived(
                dedupe_id=fields.get("id") or id,
                native_id=fields.get("id") or id,
                thread_key=fields.get("channel") or sender,
                senders=senders(sender),
                occurred_at=request.received_at,
                text=text,
                attachments=tuple(
                    MediaRef(kind="file", url=url, name=url.rpartition("/")[2])
                    for url in urls[:MOST_FILES]
                ),
            ),
        )
    )


def senders(user_id: str) -> tuple[SenderId, ...]:
    """A person of Discord."""
    if not user_id:
        raise Malformed("author.id is missing")
    return (SenderId(family="discord", value=user_id),)


def _name(user: User, member: Member | None) -> str:
    return (member.nick if member else None) or user.global_name or user.username


def _said(raw: bytes, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    said = decode_json(raw, Message, "a message")
    if said.type not in ORDINARY:
        return ()
    echo = bool(own_id) and said.author.id == own_id
    files = (*map(_file, said.attachments[:MOST_FILES]),)
    stickers = tuple(
        MediaRef(kind="sticker", url=STICKER.format(one.id), name=one.name)
        for one in said.sticker_items
    )
    answered = said.message_reference.message_id if said.message_reference else None
    return (
        MessageReceived(
            dedupe_id=said.id,
            native_id=said.id,
            thread_key=said.channel_id,
            senders=senders(said.author.id),
            sender_name=_name(said.author, said.member),
            occurred_at=_moment(said.timestamp, received_at),
            recipient=said.channel_id,
            direction="echo" if echo else "in",
            text=_readable(said),
            attachments=(*files, *stickers),
            reply_to=answered or "",
        ),
    )


def _readable(said: Message) -> str:
    """Mentions by name."""
    names = {user.id: user.global_name or user.username for user in said.mentions}
    return MENTION.sub(lambda found: f"@{names.get(found[1], found[1])}", said.content)


def _file(file: Attachment) -> MediaRef:
    media_type = file.content_type or ""
    voice = file.duration_secs is not None and media_type.startswith("audio/")
    return MediaRef(
        kind="voice" if voice else kind_of(media_type),
        url=file.url,
        name=file.filename,
        media_type=media_type,
        size=file.size,
    )


def _edited(raw: bytes, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    """Also told when a link got its preview: then nothing was edited."""
    said = decode_json(raw, Message, "a message")
    if not said.edited_timestamp or said.author.id == own_id:
        return ()
    return (
        MessageEdited(
            dedupe_id=f"{said.id}:{said.edited_timestamp}",
            native_id=said.id,
            occurred_at=_moment(said.edited_timestamp, received_at),
            thread_key=said.channel_id,
            senders=senders(said.author.id),
            text=_readable(said),
        ),
    )


def _deleted(raw: bytes, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
    id = decode_json(raw, Message, "a message").id
    return (MessageDeleted(dedupe_id=f"{id}:deleted", native_id=id, occurred_at=received_at),)


def _reaction(*, gone: bool) -> "Reader":
    def read(raw: bytes, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
        told = decode_json(raw, Reaction, "a reaction")
        if told.user_id == own_id:
            return ()
        emoji = told.emoji.name or ""
        emoji = f":{emoji}:" if told.emoji.id else emoji
        return (
            ReactionChanged(
                dedupe_id=content_id(
                    told.message_id, told.user_id, emoji, str(gone), str(received_at)
                ),
                native_id=told.message_id,
                occurred_at=received_at,
                senders=senders(told.user_id),
                emoji="" if gone else emoji,
            ),
        )

    return read


def _membership(change: Literal["joined", "left"]) -> "Reader":
    def read(raw: bytes, received_at: datetime, own_id: str) -> Sequence[InboundEvent]:
        member = decode_json(raw, Member, "a member")
        if not member.user.id or member.user.id == own_id:
            return ()
        return (
            MembershipChanged(
                dedupe_id=content_id(member.user.id, change, str(received_at)),
                thread_key=member.user.id,
                senders=senders(member.user.id),
                occurred_at=received_at,
                change=change,
            ),
        )

    return read


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


Reader = Callable[[bytes, datetime, str], Sequence[InboundEvent]]
READERS: dict[str, Reader] = {
    "MESSAGE_CREATE": _said,
    "MESSAGE_UPDATE": _edited,
    "MESSAGE_DELETE": _deleted,
    "MESSAGE_REACTION_ADD": _reaction(gone=False),
    "MESSAGE_REACTION_REMOVE": _reaction(gone=True),
    "GUILD_MEMBER_ADD": _membership("joined"),
    "GUILD_MEMBER_REMOVE": _membership("left"),
}
