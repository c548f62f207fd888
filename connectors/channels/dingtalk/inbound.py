"""From a robot's callback to events. Pure.

https://open.dingtalk.com/document/orgapp/receive-message
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    MediaKind,
    MediaRef,
    MessageReceived,
    Parsed,
    ReplyHandle,
    SenderId,
)
from connectors.kit.decoding import decode_json

ALONE, GROUP = "1", "2"
GROUP_PREFIX = "group/"  # of thread keys: replies to a group are addressed to all of it
STRANGER = "sender"  # the scope of those who are in no address book of the corporation
AGES_AGO = datetime(1970, 1, 1, tzinfo=UTC)

MEDIA: dict[str, tuple[MediaKind, str]] = {
    "picture": ("image", "image/jpeg"),
    "audio": ("voice", "audio/amr"),
    "video": ("video", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed; a mention of the robot leaves a blank in front."""

    content: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a rich text: words or a picture."""

    text: str = ""
    download_code: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is not plain text."""

    download_code: str = ""
    file_name: str = ""
    recognition: str = ""
    rich_text: list[Piece] = []
    unknown_msg_type: str = ""


class Robot(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One message to the robot. ``create_at`` in milliseconds."""

    msg_id: str
    conversation_id: str
    msgtype: str
    create_at: int
    conversation_type: str = ALONE
    conversation_title: str = ""
    sender_id: str = ""
    sender_staff_id: str = ""
    sender_nick: str = ""
    sender_corp_id: str = ""
    robot_code: str = ""
    session_webhook: str = ""
    session_webhook_expired_time: int = 0
    text: Text | None = None
    content: Content | str | None = None


def parse_robot(body: bytes, received_at: datetime) -> Parsed:
    """One message. Raises Malformed."""
    said = decode_json(body, Robot, "a robot message")
    read = CONTENT.get(said.msgtype)
    if read is None:
        raise Malformed(f"message type {said.msgtype!r} is not known")
    return Parsed(
        events=(
            MessageReceived(
                dedupe_id=said.msg_id,
                native_id=said.msg_id,
                thread_key=_thread(said),
                senders=_senders(said),
                sender_name=said.sender_nick,
                occurred_at=_moment(said.create_at, received_at),
                recipient=said.robot_code,
                subject=said.conversation_title if said.conversation_type == GROUP else "",
                reply_handle=_handle(said),
                **read(said, _content(said)),
            ),
        )
    )


def _thread(said: Robot) -> str:
    prefix = GROUP_PREFIX if said.conversation_type == GROUP else ""
    return f"{prefix}{said.conversation_id}"


def _senders(said: Robot) -> tuple[SenderId, ...]:
    """A staff id (of the corporation) is what robot messages are addressed to; strangers in a
    group have only the sealed sender id.
    """
    found = []
    if said.sender_staff_id:
        found.append(
            SenderId(family="dingtalk", value=said.sender_staff_id, scope=said.sender_corp_id)
        )
    if said.sender_id:
        found.append(SenderId(family="dingtalk", value=said.sender_id, scope=STRANGER))
    if not found:
        raise Malformed("senderStaffId and senderId are missing")
    return tuple(found)


def _handle(said: Robot) -> ReplyHandle | None:
    if not said.session_webhook:
        return None
    end = said.session_webhook_expired_time
    return ReplyHandle(
        value=said.session_webhook, expires_at=_moment(end, AGES_AGO) if end else None
    )


def _moment(milliseconds: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _content(said: Robot) -> Content:
    """Some callbacks bring the content as JSON inside a string."""
    if isinstance(said.content, str):
        return decode_json(said.content.encode(), Content, "a message's content")
    return said.content or Content()


def _text(said: Robot, _content: Content) -> dict[str, Any]:
    return {"text": said.text.content.strip() if said.text else ""}


def _media(said: Robot, content: Content) -> dict[str, Any]:
    kind, media_type = MEDIA[said.msgtype]
    if not content.download_code:
        raise Malformed("downloadCode is missing")
    ref = MediaRef(
        kind=kind, ref=content.download_code, name=content.file_name, media_type=media_type
    )
    return {"text": content.recognition, "attachments": (ref,)}


def _rich(_said: Robot, content: Content) -> dict[str, Any]:
    pictures = [piece.download_code for piece in content.rich_text if piece.download_code]
    return {
        "text": "".join(piece.text for piece in content.rich_text).strip(),
        "attachments": tuple(
            MediaRef(kind="image", ref=code, media_type="image/jpeg") for code in pictures
        ),
    }


def _unknown(_said: Robot, content: Content) -> dict[str, Any]:
    """What the robot interface does not pass on, in DingTalk's own words."""
    return {"text": content.unknown_msg_type or "[message]"}


CONTENT: dict[str, Callable[[Robot, Content], dict[str, Any]]] = {
    "text": _text,
    "richText": _rich,
    "unknownMsgType": _unknown,
    **dict.fromkeys(MEDIA, _media),
}
