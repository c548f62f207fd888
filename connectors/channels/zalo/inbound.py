"""From Zalo's events to our own. Pure.

https://developers.zalo.me/docs/official-account/webhook
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageReceived,
    Parsed,
    ReactionChanged,
    ReceiptReported,
    SenderId,
    place,
)
from connectors.kit.decoding import decode_json
from connectors.kit.moments import from_epoch
from connectors.kit.signatures import content_id

MOST_FILES = 20
KINDS: dict[str, MediaKind] = {
    "image": "image",
    "gif": "image",
    "audio": "voice",
    "video": "video",
    "sticker": "sticker",
    "file": "file",
}
SAID = (
    "text",
    "image",
    "link",
    "audio",
    "video",
    "sticker",
    "location",
    "business_card",
    "file",
    "gif",
    "list",
)


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person (as this account knows them), or the account."""

    id: str = ""


class Coordinates(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees, as text or as numbers."""

    latitude: str | float
    longitude: str | float


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What the attachment's kind needs of these."""

    url: str = ""
    description: str = ""
    name: str = ""
    size: str | int = ""
    coordinates: Coordinates | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One of a message."""

    type: str = ""
    payload: Payload = Payload()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or what is said of one."""

    msg_id: str = ""
    msg_ids: list[str] = []
    text: str = ""
    quote_msg_id: str = ""
    react_icon: str = ""
    attachments: list[Attachment] = []


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request; ``timestamp`` in milliseconds."""

    event_name: str
    timestamp: str | int = ""
    sender: Party = Party()
    recipient: Party = Party()
    follower: Party = Party()
    message: Message = Message()
    info: dict[str, str | int | float | None] = {}


def parse_event(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed."""
    event = decode_json(body, Event, "a Zalo event")
    read = READERS.get(event.event_name)
    at = _moment(event.timestamp, received_at)
    return Parsed(events=tuple(read(event, at))) if read else Parsed()


def _moment(milliseconds: str | int, otherwise: datetime) -> datetime:
    text = str(milliseconds)
    return from_epoch(int(text) / 1000) if text.isascii() and text.isdigit() else otherwise


def _person(party: Party) -> tuple[SenderId, ...]:
    if not party.id:
        raise Malformed("the person's id is missing")
    return (SenderId(family="zalo", value=party.id),)


def _id(event: Event) -> str:
    if not event.message.msg_id:
        raise Malformed("message.msg_id is missing")
    return event.message.msg_id


def _message(event: Event, at: datetime) -> Sequence[InboundEvent]:
    return (MessageReceived(**_told(event, event.sender, at)),)


def _echo(event: Event, at: datetime) -> Sequence[InboundEvent]:
    """The account's own: from its web page, or ours."""
    return (MessageReceived(**_told(event, event.recipient, at), direction="echo"),)


def _told(event: Event, person: Party, at: datetime) -> dict[str, Any]:
    message = event.message
    links = [
        f"{one.payload.description} {one.payload.url}".strip()
        for one in message.attachments
        if one.type == "link"
    ]
    return {
        "dedupe_id": _id(event),
        "native_id": message.msg_id,
        "thread_key": person.id,
        "senders": _person(person),
        "occurred_at": at,
        "text": "\n".join(part for part in (message.text, *links) if part),
        "attachments": tuple(filter(None, map(_file, message.attachments[:MOST_FILES]))),
        "reply_to": message.quote_msg_id,
    }


def _file(attachment: Attachment) -> MediaRef | None:
    payload = attachment.payload
    if payload.coordinates is not None:
        return _place(payload.coordinates)
    if attachment.type not in KINDS or not payload.url:
        return None
    size = str(payload.size)
    return MediaRef(
        kind=KINDS[attachment.type],
        url=payload.url,
        name=payload.name,
        size=int(size) if size.isascii() and size.isdigit() else None,
    )


def _place(at: Coordinates) -> MediaRef:
    try:
        return place(float(at.latitude), float(at.longitude))
    except ValueError as error:
        raise Malformed("the coordinates are no numbers") from error


def _form(event: Event, at: datetime) -> Sequence[InboundEvent]:
    """A customer shared name, number and address."""
    text = "\n".join(f"{name}: {value}" for name, value in event.info.items() if value)
    id = content_id(event.sender.id, str(event.timestamp), text)
    return (
        MessageReceived(
            dedupe_id=id,
            native_id=id,
            thread_key=event.sender.id,
            senders=_person(event.sender),
            occurred_at=at,
            text=text,
        ),
    )


def _reacted(event: Event, at: datetime) -> Sequence[InboundEvent]:
    icon = event.message.react_icon
    return (
        ReactionChanged(
            dedupe_id=content_id(_id(event), event.sender.id, icon, str(event.timestamp)),
            native_id=event.message.msg_id,
            occurred_at=at,
            senders=_person(event.sender),
            emoji=icon,
        ),
    )


def _delivered(event: Event, at: datetime) -> Sequence[InboundEvent]:
    return [
        ReceiptReported(
            dedupe_id=f"{id}:delivered", native_id=id, state="delivered", occurred_at=at
        )
        for id in _ids(event)
    ]


def _seen(event: Event, at: datetime) -> Sequence[InboundEvent]:
    return [
        ReceiptReported(dedupe_id=f"{id}:read", native_id=id, state="read", occurred_at=at)
        for id in _ids(event)
    ]


def _ids(event: Event) -> list[str]:
    return event.message.msg_ids or [_id(event)]


def _followed(event: Event, at: datetime) -> Sequence[InboundEvent]:
    return (MembershipChanged(**_membership(event, at), change="joined"),)


def _unfollowed(event: Event, at: datetime) -> Sequence[InboundEvent]:
    return (MembershipChanged(**_membership(event, at), change="left"),)


def _membership(event: Event, at: datetime) -> dict[str, Any]:
    return {
        "dedupe_id": content_id(event.follower.id, event.event_name, str(event.timestamp)),
        "thread_key": event.follower.id,
        "senders": _person(event.follower),
        "occurred_at": at,
    }


READERS: dict[str, Callable[[Event, datetime], Sequence[InboundEvent]]] = {
    **{f"user_send_{kind}": _message for kind in SAID},
    **{f"oa_send_{kind}": _echo for kind in SAID},
    "user_submit_info": _form,
    "user_reacted_message": _reacted,
    "user_received_message": _delivered,
    "user_seen_message": _seen,
    "follow": _followed,
    "unfollow": _unfollowed,
}
