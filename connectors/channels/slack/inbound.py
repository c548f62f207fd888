"""From Slack's payloads to events. Pure.

A direct message is a thread by its channel; in a channel each first message begins one
(``channel:ts``). Ids of messages are ``channel#ts``: a ts is unique in its channel only.
"""

import html
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connectors.channels.slack.payload import Command, Event, File, Payload
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
    SenderId,
    scoped_id,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.media_kinds import kind_of

ALONE = {"im", "app_home"}
SAID = {"", "file_share", "thread_broadcast", "me_message", "bot_message"}
MARKUP = re.compile(r"<([^<>]+)>")
MOST_FILES = 20


def parse_payload(body: bytes, received_at: datetime, *, mentions_only: bool) -> Parsed:
    """An event, a pressed button, a command; news of the workspace are nothing."""
    payload = decode_json(body, Payload, "a Slack payload")
    if payload.type == "block_actions":
        return Parsed(events=tuple(_pressed(payload, received_at)))
    if payload.type == "command":
        return Parsed(events=(_command(decode_json(body, Command, "a command"), received_at),))
    event = payload.event
    if payload.type != "event_callback" or event is None:
        return Parsed()
    wanted = "app_mention" if mentions_only else "message"
    if event.type == wanted:
        return Parsed(events=tuple(_message_event(payload, event, received_at)))
    read = READERS.get(event.type)
    return Parsed(events=tuple(read(payload, event, received_at))) if read else Parsed()


def _message_event(payload: Payload, event: Event, received_at: datetime) -> Sequence[InboundEvent]:
    if event.subtype in SAID:
        return (_said(payload, event, received_at),)
    read = SUBTYPES.get(event.subtype)
    return (read(payload, event, received_at),) if read else ()


def _said(payload: Payload, event: Event, received_at: datetime) -> InboundEvent:
    channel, ts = _id(event.channel), event.ts or event.event_ts
    app = event.app_id or (event.bot_profile.app_id if event.bot_profile else "")
    files = [file for file in event.files[:MOST_FILES] if _address(file)]
    return MessageReceived(
        dedupe_id=payload.event_id or scoped_id(channel, ts),
        native_id=scoped_id(channel, ts) if ts else payload.event_id,
        thread_key=thread_of(channel, event.thread_ts or ts, alone=event.channel_type in ALONE),
        senders=_senders(_id(event.user) or event.bot_id),
        sender_name=event.username or (event.bot_profile.name if event.bot_profile else ""),
        occurred_at=moment(ts or str(payload.event_time), received_at),
        recipient=channel,
        direction="echo" if app and app == payload.api_app_id else "in",
        text=readable(event.text or ""),
        attachments=tuple(map(_file, files)),
        reply_to=scoped_id(channel, event.thread_ts)
        if event.thread_ts and event.thread_ts != ts
        else "",
    )


def thread_of(channel: str, ts: str, *, alone: bool) -> str:
    """See the module."""
    if not channel:
        raise Malformed("event.channel is missing")
    return channel if alone or not ts else f"{channel}:{ts}"


def _senders(user: str) -> tuple[SenderId, ...]:
    if not user:
        raise Malformed("event.user is missing")
    return (SenderId(family="slack", value=user),)


def _id(raw: msgspec.Raw) -> str:
    """An id, or the id of an object (some events carry the whole)."""
    try:
        value = msgspec.json.decode(bytes(raw), type=str | dict[str, Any])
    except UNREADABLE:
        return ""
    return value if isinstance(value, str) else str(value.get("id", ""))


def _address(file: File) -> str:
    return file.url_private_download or file.url_private or ""


def _file(file: File) -> MediaRef:
    media_type = file.mimetype or ""
    return MediaRef(
        kind=kind_of(media_type),
        url=_address(file),
        name=file.name or file.title or "",
        media_type=media_type,
        size=file.size,
    )


def _edited(payload: Payload, event: Event, received_at: datetime) -> InboundEvent:
    if event.message is None:
        raise Malformed("event.message is missing")
    channel, said = _id(event.channel), event.message
    return MessageEdited(
        dedupe_id=payload.event_id,
        native_id=scoped_id(channel, said.ts),
        occurred_at=moment(event.ts or event.event_ts, received_at),
        thread_key=thread_of(channel, said.thread_ts or said.ts, alone=event.channel_type in ALONE),
        senders=_senders(said.user) if said.user else (),
        text=readable(said.text or ""),
    )


def _deleted(payload: Payload, event: Event, received_at: datetime) -> InboundEvent:
    ts = event.deleted_ts or (event.previous_message.ts if event.previous_message else "")
    if not ts:
        raise Malformed("event.deleted_ts is missing")
    return MessageDeleted(
        dedupe_id=payload.event_id,
        native_id=scoped_id(_id(event.channel), ts),
        occurred_at=moment(event.ts or event.event_ts, received_at),
    )


def _membership(payload: Payload, event: Event, received_at: datetime) -> InboundEvent:
    change: Literal["joined", "left"] = "left" if "leave" in event.subtype else "joined"
    return MembershipChanged(
        dedupe_id=payload.event_id,
        thread_key=_id(event.channel),
        senders=_senders(_id(event.user)),
        occurred_at=moment(event.ts or event.event_ts, received_at),
        change=change,
    )


def _reacted(payload: Payload, event: Event, received_at: datetime) -> Sequence[InboundEvent]:
    ours = {one.user_id for one in payload.authorizations if one.is_bot}
    if event.item is None or event.item.type != "message" or _id(event.user) in ours:
        return ()
    return (
        ReactionChanged(
            dedupe_id=payload.event_id,
            native_id=scoped_id(event.item.channel, event.item.ts),
            occurred_at=moment(event.event_ts, received_at),
            senders=_senders(_id(event.user)),
            emoji="" if event.type == "reaction_removed" else _emoji(event.reaction),
        ),
    )


def _emoji(name: str) -> str:
    return EMOJI.get(name.partition("::")[0], f":{name}:")


def _pressed(payload: Payload, received_at: datetime) -> list[InboundEvent]:
    at, user = payload.container, payload.user
    if at is None or user is None:
        raise Malformed("container or user is missing")
    events: list[InboundEvent] = []
    for action in payload.actions:
        chosen = action.selected_option
        label = chosen.text.text if chosen else (action.text.text if action.text else "")
        value = chosen.value if chosen else action.value
        alone = at.channel_id.startswith("D")
        events.append(
            PostbackPressed(
                dedupe_id=f"{payload.trigger_id}:{action.action_id}",
                native_id=f"{payload.trigger_id}:{action.action_id}",
                thread_key=thread_of(at.channel_id, at.thread_ts or at.message_ts, alone=alone),
                senders=_senders(user.id),
                sender_name=user.name or user.username,
                occurred_at=moment(action.action_ts, received_at),
                text=label or value,
                payload=value,
            )
        )
    return events


def _command(command: Command, received_at: datetime) -> InboundEvent:
    return MessageReceived(
        dedupe_id=command.trigger_id,
        native_id=command.trigger_id,
        thread_key=command.channel_id,
        senders=_senders(command.user_id),
        sender_name=command.user_name,
        occurred_at=received_at,
        text=f"{command.command} {command.text}".rstrip(),
    )


def readable(text: str) -> str:
    """Slack's markup as people read it: links and mentions out of their brackets."""
    return html.unescape(MARKUP.sub(_link, text))


def _link(found: re.Match[str]) -> str:
    target, _, label = found.group(1).partition("|")
    if target.startswith(("@", "#", "!")):
        return target if not label else f"{target[0].replace('!', '@')}{label.lstrip('@#')}"
    target = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({target})" if label and label != target else target


def moment(ts: str, otherwise: datetime) -> datetime:
    """``1355517523.000005``."""
    try:
        seconds = float(ts)
        return datetime.fromtimestamp(seconds, UTC) if seconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


EMOJI = {
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "heart": "❤️",
    "eyes": "👀",
    "white_check_mark": "✅",
    "tada": "🎉",
    "pray": "🙏",
    "joy": "😂",
    "smile": "😄",
    "fire": "🔥",
    "ok_hand": "👌",
    "raised_hands": "🙌",
}

SUBTYPES: dict[str, Callable[[Payload, Event, datetime], InboundEvent]] = {
    "message_changed": _edited,
    "message_deleted": _deleted,
    "channel_join": _membership,
    "channel_leave": _membership,
    "group_join": _membership,
    "group_leave": _membership,
}
READERS: dict[str, Callable[[Payload, Event, datetime], Sequence[InboundEvent]]] = {
    "reaction_added": _reacted,
    "reaction_removed": _reacted,
}
