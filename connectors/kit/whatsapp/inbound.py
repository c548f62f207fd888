"""From WhatsApp's webhooks to events. Pure; one bad item loses no other.

Threads are ``our number's id / their id``: one webhook may serve several numbers, and a reply
leaves from the number that was written to.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from connectors.errors import Malformed
from connectors.events import (
    BadItem,
    CallEvent,
    InboundEvent,
    MediaKind,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReactionChanged,
    ReceiptReported,
    ReceiptState,
    SenderId,
    place,
)
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.whatsapp.payload import (
    Call,
    Card,
    Contact,
    Content,
    Interactive,
    Message,
    Notification,
    Problem,
    Status,
    Value,
)

CallState = Literal["ringing", "ended", "missed"]
GROUP = "group:"
# of a change: the others tell of accounts, templates and preferences
FIELDS = {"messages", "smb_message_echoes", "calls"}

MEDIA: dict[str, MediaKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "file",
    "sticker": "sticker",
}
# https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components#statuses-object
STATES: dict[str, ReceiptState | None] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
    "pending": None,
    "accepted": None,
    "deleted": None,
    "warning": None,
}


def parse_notification(body: bytes, received_at: datetime) -> Parsed:
    """A request of the Cloud API. Raises Malformed."""
    notification = decode_json(body, Notification, "a WhatsApp notification")
    values = [
        decode_json(bytes(change.value), Value, f"the value of {change.field or 'a change'}")
        for entry in notification.entry
        for change in entry.changes
        if change.field in FIELDS
    ]
    return parse_values(values, received_at)


def parse_values(values: list[Value], received_at: datetime) -> Parsed:
    """What changed, in the order it was told."""
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    index = 0
    for value in values:
        for read, raw in _items(value):
            try:
                events.extend(read(bytes(raw), value, received_at))
            except (Malformed, *UNREADABLE) as error:
                bad.append(BadItem(index=index, reason=str(error)))
            index += 1
        bad.extend(BadItem(index=index, reason=_words(problem)) for problem in value.errors)
    return Parsed(events=tuple(events), bad=tuple(bad))


Read = Callable[[bytes, Value, datetime], Iterator[InboundEvent]]


def _items(value: Value) -> Iterator[tuple[Read, msgspec.Raw]]:
    for read, raws in (
        (_message, value.messages),
        (_echo, value.message_echoes),
        (_status, value.statuses),
        (_call, value.calls),
    ):
        for raw in raws:
            yield read, raw


MESSAGE = msgspec.json.Decoder(Message)
STATUS = msgspec.json.Decoder(Status)
CALL = msgspec.json.Decoder(Call)


def _message(raw: bytes, value: Value, received_at: datetime) -> Iterator[InboundEvent]:
    said = MESSAGE.decode(raw)
    senders = whatsapp_senders(said.sender, said.from_user_id or said.from_bsuid)
    other = f"{GROUP}{said.group_id}" if said.group_id else senders[0].value
    shared: dict[str, Any] = {
        "dedupe_id": said.id,
        "senders": senders,
        "occurred_at": moment(said.timestamp, received_at),
    }
    change = _changed(said, shared, value)
    if change is not None:
        yield change
        return
    if said.type in SILENT:
        return
    shared |= {
        "native_id": said.id,
        "thread_key": f"{value.metadata.phone_number_id}/{other}",
        "sender_name": _name(senders, value.contacts),
    }
    pressed = _pressed(said)
    if pressed is not None:
        yield PostbackPressed(**shared, text=pressed[0], payload=pressed[1])
        return
    yield MessageReceived(
        **shared,
        recipient=value.metadata.display_phone_number,
        reply_to=(said.context.id if said.context else None) or "",
        **_content(said, said.errors),
    )


SILENT = {"request_welcome", "ephemeral"}


def _echo(raw: bytes, value: Value, received_at: datetime) -> Iterator[InboundEvent]:
    """Said in the business app on a phone, by one of ours."""
    said = MESSAGE.decode(raw)
    senders = whatsapp_senders(said.to, "")
    at = moment(said.timestamp, received_at)
    change = _changed(said, {"dedupe_id": said.id, "senders": senders, "occurred_at": at}, value)
    if change is not None:
        yield change
        return
    yield MessageReceived(
        dedupe_id=said.id,
        native_id=said.id,
        thread_key=f"{value.metadata.phone_number_id}/{senders[0].value}",
        senders=senders,
        occurred_at=at,
        direction="echo",
        **_content(said, said.errors),
    )


def _changed(said: Message, shared: dict[str, Any], value: Value) -> InboundEvent | None:
    """What speaks of another message, or of a person."""
    if said.reaction is not None:
        return ReactionChanged(
            **shared, native_id=said.reaction.message_id, emoji=said.reaction.emoji or ""
        )
    if said.edit is not None:
        text = _content(said.edit.message, []).get("text", "")
        return MessageEdited(**shared, native_id=said.edit.original_message_id, text=text)
    if said.revoke is not None:
        at = shared["occurred_at"]
        original = said.revoke.original_message_id
        return MessageDeleted(dedupe_id=said.id, native_id=original, occurred_at=at)
    new = said.system and (said.system.wa_id or said.system.new_wa_id)
    if said.system is not None and new:
        ours = value.metadata.phone_number_id
        return MembershipChanged(
            **shared,
            thread_key=f"{ours}/{shared['senders'][0].value}",
            change="moved",
            moved_to=f"{ours}/{new}",
        )
    return None


def whatsapp_senders(number: str, user_id: str) -> tuple[SenderId, ...]:
    """The number (where it is shown) and the id that Meta gives where it is not."""
    ids = dict.fromkeys(one.removeprefix("+") for one in (number, user_id) if one)
    if not ids:
        raise Malformed("from is missing")
    return tuple(SenderId(family="whatsapp", value=id) for id in ids)


def moment(seconds: str, otherwise: datetime) -> datetime:
    """Seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _name(senders: tuple[SenderId, ...], contacts: list[Contact]) -> str:
    ids = {sender.value for sender in senders}
    return next((c.profile.name for c in contacts if ids & {c.wa_id, c.user_id}), "")


def _pressed(said: Message) -> tuple[str, str] | None:
    """(words, payload) of a pressed button or a chosen row."""
    if said.button is not None:
        return said.button.text or said.button.payload, said.button.payload
    asked = said.interactive
    chosen = (asked.button_reply or asked.list_reply) if asked else None
    return (chosen.title or chosen.id, chosen.id) if chosen else None


def _content(said: Content, errors: list[Problem]) -> dict[str, Any]:
    if said.type in MEDIA:
        return _media(said)
    read = CONTENT.get(said.type)
    if read is not None:
        return read(said)
    if said.type in {"unsupported", "unknown"} or errors:
        words = _words(errors[0]) if errors else "unsupported message"
        return {"text": (said.text.body if said.text else "") or f"[{words}]"}
    raise Malformed(f"message type {said.type!r} is not known")


def _text(said: Content) -> dict[str, Any]:
    return {"text": said.text.body if said.text else ""}


def _media(said: Content) -> dict[str, Any]:
    media = getattr(said, said.type)
    if media is None:
        raise Malformed(f"{said.type} is missing")
    kind = "voice" if media.voice else MEDIA[said.type]
    file = MediaRef(kind=kind, ref=media.id, name=media.filename, media_type=media.mime_type)
    return {"text": media.caption, "attachments": (file,) if media.id else ()}


def _location(said: Content) -> dict[str, Any]:
    where = said.location
    if where is None:
        raise Malformed("location is missing")
    name = ", ".join(part for part in (where.name, where.address) if part)
    return {"attachments": (place(where.latitude, where.longitude, name),)}


def _contacts(said: Content) -> dict[str, Any]:
    return {"text": "\n".join(_card(card) for card in said.contacts)}


def _card(card: Card) -> str:
    ways = [value.phone or value.email for value in (*card.phones, *card.emails)]
    return f"{card.name.formatted_name} ({', '.join(way for way in ways if way)})"


def _interactive(said: Content) -> dict[str, Any]:
    asked = said.interactive or Interactive()
    if asked.nfm_reply is not None:
        filled = asked.nfm_reply
        return {"text": "\n".join((filled.body, *_answers(filled.response_json))).strip()}
    if asked.call_permission_reply is not None:
        return {"text": f"[call permission: {asked.call_permission_reply.response}]"}
    raise Malformed(f"interactive type {asked.type!r} is not known")


def _answers(response: str) -> list[str]:
    """The fields of a filled form, line by line."""
    try:
        answers = decode_json(response.encode(), dict[str, Any], "a form")
    except Malformed:
        return []
    return [f"{name}: {value}" for name, value in answers.items() if name != "flow_token"]


def _order(said: Content) -> dict[str, Any]:
    if said.order is None:
        raise Malformed("order is missing")
    lines = [f"{item.quantity} x {item.product_retailer_id}" for item in said.order.product_items]
    return {"text": "\n".join(part for part in (said.order.text, *lines) if part)}


def _system(said: Content) -> dict[str, Any]:
    return {"text": "[system message]"}


CONTENT: dict[str, Callable[[Content], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "order": _order,
    "system": _system,
}


def _status(raw: bytes, value: Value, received_at: datetime) -> Iterator[InboundEvent]:
    told = STATUS.decode(raw)
    if told.type == "call":
        return
    if told.status not in STATES:
        raise Malformed(f"unknown message status {told.status!r}")
    state = STATES[told.status]
    if state is None:
        return
    yield ReceiptReported(
        dedupe_id=f"{told.id}:{told.status}",
        native_id=told.id,
        state=state,
        occurred_at=moment(told.timestamp, received_at),
        reason=_words(told.errors[0]) if told.errors else "",
        message_id=told.biz_opaque_callback_data,
        senders=whatsapp_senders(told.recipient_id, "") if told.recipient_id else (),
    )


def _call(raw: bytes, value: Value, received_at: datetime) -> Iterator[InboundEvent]:
    """Calls of customers; ours are told by whoever made them."""
    call = CALL.decode(raw)
    if call.direction == "BUSINESS_INITIATED":
        return
    senders = whatsapp_senders(call.sender, "")
    ended: CallState = "ended" if call.duration else "missed"
    yield CallEvent(
        dedupe_id=f"{call.id}:{call.event}",
        native_id=call.id if call.event == "connect" else f"{call.id}:{call.event}",
        thread_key=f"{value.metadata.phone_number_id}/{senders[0].value}",
        senders=senders,
        occurred_at=moment(call.timestamp, received_at),
        state="ringing" if call.event == "connect" else ended,
        duration_s=call.duration,
    )


def _words(problem: Problem) -> str:
    words = problem.details or problem.message or problem.title
    return f"{problem.code} {words}".strip()
