"""From a caller's items to events. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

import msgspec

from connectors.channels.api.payload import Item, SenderIn, moment
from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaRef,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
    ReceiptReported,
    ReceiptState,
    SenderId,
    TypingChanged,
)
from connectors.kit.media_kinds import kind_of
from connectors.kit.phone import e164, phone_sender


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an item does not say itself. ``fallback_id`` is its dedupe id when it has none."""

    inbox_id: str
    region: str
    received_at: datetime
    fallback_id: str


def event_of(item: Item, context: Context) -> InboundEvent:
    """The event of one item; Malformed says what is missing."""
    kind = item.type.partition(".")[0].lower()
    if kind == "message" and _receipt_state(item.state) and not item.text:
        kind = "receipt"
    if kind not in KINDS:
        raise Malformed(f"type {item.type!r} is none of {', '.join(sorted(KINDS))}")
    return KINDS[kind](item, context)


def senders_of(item: Item, context: Context) -> tuple[SenderId, ...]:
    """All addresses of the sender, the caller's own id first."""
    who = item.sender
    if not isinstance(who, SenderIn):
        return (_spelt(str(who or "").strip(), context),) if who else ()
    found = []
    if who.id:
        found.append(SenderId(family="api", value=str(who.id), scope=context.inbox_id))
    if who.email:
        found.append(_mail(who.email))
    if who.phone:
        found.append(phone_sender(str(who.phone), context.region))
    return tuple(found)


def _spelt(raw: str, context: Context) -> SenderId:
    """A sender in one word: an address, a number, or the caller's own id."""
    if "@" in raw:
        return _mail(raw)
    number = raw.removeprefix("tel:")
    if number != raw or e164(number, context.region):
        return phone_sender(number, context.region)
    return SenderId(family="api", value=raw, scope=context.inbox_id)


def _mail(raw: str) -> SenderId:
    return SenderId(family="mailto", value=raw.strip().removeprefix("mailto:").lower())


def _known(item: Item, context: Context) -> tuple[tuple[SenderId, ...], str]:
    senders = senders_of(item, context)
    if not senders:
        raise Malformed("sender is missing: give an id, an email or a phone")
    return senders, str(item.thread) or senders[0].canonical


def _named(item: Item) -> str:
    if not str(item.id):
        raise Malformed("id is missing: of which message?")
    return str(item.id)


def _message(item: Item, context: Context) -> MessageReceived:
    senders, thread_key = _known(item, context)
    if not (item.text or item.html or item.attachments):
        raise Malformed("the message is empty: give text, html or attachments")
    return MessageReceived(
        dedupe_id=str(item.id) or context.fallback_id,
        native_id=str(item.id) or context.fallback_id,
        thread_key=thread_key,
        senders=senders,
        sender_name=item.sender.name if isinstance(item.sender, SenderIn) else "",
        recipient=str(item.recipient),
        occurred_at=moment(item.occurred_at, context.received_at),
        direction="echo" if item.direction in {"echo", "out"} else "in",
        text=item.text,
        html=item.html,
        subject=item.subject,
        attachments=tuple(
            MediaRef(
                kind=kind_of(file.media_type),
                url=file.url,
                name=file.name or file.url.partition("?")[0].rpartition("/")[2],
                media_type=file.media_type,
                size=file.size,
            )
            for file in item.attachments
        ),
        reply_to=str(item.reply_to),
    )


def _edit(item: Item, context: Context) -> MessageEdited:
    return MessageEdited(
        dedupe_id=f"edit:{context.fallback_id}",
        native_id=_named(item),
        occurred_at=moment(item.occurred_at, context.received_at),
        thread_key=str(item.thread),
        senders=senders_of(item, context),
        text=item.text,
    )


def _delete(item: Item, context: Context) -> MessageDeleted:
    return MessageDeleted(
        dedupe_id=f"delete:{_named(item)}",
        native_id=_named(item),
        occurred_at=moment(item.occurred_at, context.received_at),
    )


def _reaction(item: Item, context: Context) -> ReactionChanged:
    return ReactionChanged(
        dedupe_id=f"reaction:{context.fallback_id}",
        native_id=_named(item),
        occurred_at=moment(item.occurred_at, context.received_at),
        senders=senders_of(item, context),
        emoji=item.emoji,
    )


def _receipt(item: Item, context: Context) -> ReceiptReported:
    state = _receipt_state(item.state) or _receipt_state(item.type)
    if state is None:
        raise Malformed(f"state {item.state!r} is none of {', '.join(get_args(ReceiptState))}")
    return ReceiptReported(
        dedupe_id=f"receipt:{_named(item)}:{state}",
        native_id=_named(item),
        message_id=_named(item),
        state=state,
        occurred_at=moment(item.occurred_at, context.received_at),
        reason=item.reason,
        senders=senders_of(item, context),
    )


def _typing(item: Item, context: Context) -> TypingChanged:
    senders, thread_key = _known(item, context)
    return TypingChanged(
        dedupe_id=f"typing:{context.fallback_id}",
        thread_key=thread_key,
        senders=senders,
        occurred_at=moment(item.occurred_at, context.received_at),
        typing=item.typing,
    )


def _membership(change: Literal["blocked", "unblocked"]) -> "Maker":
    def make(item: Item, context: Context) -> MembershipChanged:
        senders, thread_key = _known(item, context)
        return MembershipChanged(
            dedupe_id=f"{change}:{context.fallback_id}",
            thread_key=thread_key,
            senders=senders,
            occurred_at=moment(item.occurred_at, context.received_at),
            change=change,
        )

    return make


def _receipt_state(word: str) -> ReceiptState | None:
    return STATES.get(word.lower())


Maker = Callable[[Item, Context], InboundEvent]
STATES: dict[str, ReceiptState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "seen": "read",
    "failed": "failed",
    "undelivered": "failed",
}
KINDS: dict[str, Maker] = {
    "message": _message,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "receipt": _receipt,
    "typing": _typing,
    "stopped": _membership("blocked"),
    "started": _membership("unblocked"),
    **dict.fromkeys(STATES, _receipt),
}
