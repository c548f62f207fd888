"""From a provider's event to a ``Draft``: a visible tuple of steps, none of which keeps state."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.contract import InboxId
from connectors.events import (
    AlertRaised,
    CallEvent,
    CallState,
    MessageReceived,
    PostbackPressed,
    SenderTrust,
)
from normalizer.model import Call, Draft, MailRules
from normalizer.moments import clamped
from normalizer.steps.files import describe_files
from normalizer.steps.html import read_html
from normalizer.steps.identity import settle_identity
from normalizer.steps.language import name_language
from normalizer.steps.mail import read_mail
from normalizer.steps.places import name_places
from normalizer.steps.quotes import find_reply
from normalizer.steps.scrub import scrub
from normalizer.steps.source import Source
from normalizer.steps.trust import read_trust
from normalizer.trust.keys import NO_KEYS, Keys

Utterance = MessageReceived | PostbackPressed | CallEvent | AlertRaised
Step = Callable[[Draft, Source], Draft]

STEPS: tuple[Step, ...] = (
    read_mail,
    read_trust,
    read_html,
    name_places,
    find_reply,
    describe_files,
    settle_identity,
    name_language,
    scrub,
)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event came in. ``own`` are our own mail addresses and our agents', lower case;
    ``origin`` is our own (``https://host``). ``trust`` is what was found out of the sender before,
    ``relays`` whose Authentication-Results count.
    """

    inbox_id: InboxId
    channel: str
    address: str
    journal_id: str
    received_at: datetime
    own: frozenset[str] = frozenset()
    origin: str = ""
    trust: SenderTrust | None = None
    relays: frozenset[str] = frozenset()
    rules: MailRules = MailRules()
    keys: Keys = NO_KEYS


def normalise(event: Utterance, context: Context, index: int = 0) -> Draft:
    """The event as a Draft; ``index`` is its place in its request (order among equals)."""
    message = as_message(event)
    source = Source(
        message=message,
        channel=context.channel,
        address=context.address,
        own=context.own,
        origin=context.origin,
        trust=context.trust,
        relays=context.relays,
        rules=context.rules,
        keys=context.keys,
    )
    draft = _begin(message, context, index, _call(event))
    for step in STEPS:
        draft = step(draft, source)
    return draft


def as_message(event: Utterance) -> MessageReceived:
    """Buttons, calls and alarms are utterances as well: they say what they are."""
    if isinstance(event, MessageReceived):
        return event
    shared: dict[str, Any] = {
        "dedupe_id": event.dedupe_id,
        "native_id": event.native_id,
        "thread_key": event.thread_key,
        "senders": event.senders,
        "occurred_at": event.occurred_at,
    }
    own: dict[str, Any]
    if isinstance(event, PostbackPressed):
        own = {
            "sender_name": event.sender_name,
            "text": event.text or event.payload,
            "reply_handle": event.reply_handle,
        }
    elif isinstance(event, CallEvent):
        own = {"attachments": event.attachments, "text": _call_text(event)}
    else:
        own = {"subject": event.subject, "text": f"[{event.state}] {event.text}".rstrip()}
    return MessageReceived(**shared, **own)


# For lists and search; the thread shows a call in the reader's own words.
CALLS: Mapping[CallState, str] = {
    "ringing": "Call",
    "answered": "Call answered",
    "ended": "Call ended",
    "missed": "Missed call",
    "recorded": "Recording",
}


def _call_text(event: CallEvent) -> str:
    length = f" ({event.duration_s} s)" if event.duration_s else ""
    return f"{CALLS[event.state]}{length}"


def _call(event: Utterance) -> Call | None:
    if not isinstance(event, CallEvent):
        return None
    return Call(state=event.state, duration_s=event.duration_s)


def _begin(event: MessageReceived, context: Context, index: int, call: Call | None) -> Draft:
    return Draft(
        inbox_id=context.inbox_id,
        channel=context.channel,
        dedupe_id=event.dedupe_id,
        native_id=event.native_id,
        thread_key=event.thread_key,
        senders=event.senders,
        sender_name=event.sender_name,
        echo=event.direction == "echo",
        occurred_at=clamped(event.occurred_at, context.received_at),
        received_at=context.received_at,
        journal_id=context.journal_id,
        sequence=_sequence(event.native_id, index),
        subject=event.subject,
        text=event.text,
        html=event.html,
        reply_to=event.reply_to,
        reply_handle=event.reply_handle,
        recipient=event.recipient,
        call=call,
    )


def _sequence(native_id: str, index: int) -> str:
    """A provider's counting id orders what happened in the same second; else the request does."""
    return native_id.zfill(20) if native_id.isascii() and native_id.isdigit() else f"{index:06}"
