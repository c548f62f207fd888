"""From signal-cli's envelopes to events. Pure.

Signal knows a message by its author and its time in milliseconds: ``author#time``, where the
author of our own is ``self``. A person is a thread, or a group (``group:id``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.channels.signal.payload import (
    Attachment,
    Call,
    Contact,
    Data,
    Edit,
    Envelope,
    Reaction,
    Receipt,
    Sent,
    Told,
    Typing,
)
from connectors.errors import Malformed
from connectors.events import (
    CallEvent,
    InboundEvent,
    MediaRef,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Parsed,
    ReactionChanged,
    ReceiptReported,
    SenderId,
    TypingChanged,
    scoped_id,
)
from connectors.kit.decoding import decode_json
from connectors.kit.media_kinds import kind_of
from connectors.kit.signatures import content_id

SELF = "self"
GROUP = "group:"
PLACE = "\ufffc"
MOST_FILES = 32


def parse_event(body: bytes, own_number: str, received_at: datetime) -> Parsed:
    """An envelope; what has nothing to read in it (key updates, group changes) is nothing."""
    envelope = decode_json(body, Told, "an envelope of signal-cli").envelope
    return Parsed(events=tuple(_events(envelope, own_number, received_at)))


def _events(envelope: Envelope, own: str, received_at: datetime) -> Sequence[InboundEvent]:
    if envelope.data_message is not None:
        return _said(envelope, envelope.data_message, own, received_at)
    if envelope.edit_message is not None:
        return _edited(envelope, envelope.edit_message, received_at)
    if envelope.receipt_message is not None:
        return _receipts(envelope, envelope.receipt_message, received_at)
    if envelope.typing_message is not None:
        return _typing(envelope, envelope.typing_message, received_at)
    if envelope.call_message is not None:
        return _call(envelope, envelope.call_message, received_at)
    sent = envelope.sync_message.sent_message if envelope.sync_message else None
    return _said_by_us(envelope, sent, own, received_at) if sent else ()


def _said(
    envelope: Envelope, data: Data, own: str, received_at: datetime
) -> Sequence[InboundEvent]:
    author = _author(envelope)
    at = moment(data.timestamp or envelope.timestamp, received_at)
    if data.reaction is not None:
        return (_reaction(envelope, data.reaction, own, at),)
    if data.remote_delete is not None:
        target = scoped_id(author, str(data.remote_delete.timestamp))
        return (MessageDeleted(dedupe_id=f"{target}:deleted", native_id=target, occurred_at=at),)
    thread = _thread(data.group_info.group_id if data.group_info else "", author)
    message = _message(data, thread, own)
    if not message["text"] and not message["attachments"]:
        return ()
    id = scoped_id(author, str(data.timestamp or envelope.timestamp))
    return (
        MessageReceived(
            dedupe_id=id,
            native_id=id,
            thread_key=thread,
            senders=_senders(envelope),
            sender_name=envelope.source_name or "",
            occurred_at=at,
            **message,
        ),
    )


def _said_by_us(
    envelope: Envelope, sent: Sent, own: str, received_at: datetime
) -> Sequence[InboundEvent]:
    """An echo; reactions, edits and deletions of ours are no news."""
    to = sent.destination_uuid or sent.destination_number or ""
    group = sent.group_info.group_id if sent.group_info else ""
    if sent.reaction or sent.remote_delete or sent.edit_message or not (to or group):
        return ()
    thread = _thread(group, to)
    message = _message(sent, thread, own)
    if not message["text"] and not message["attachments"]:
        return ()
    id = scoped_id(SELF, str(sent.timestamp or envelope.timestamp))
    return (
        MessageReceived(
            dedupe_id=id,
            native_id=id,
            thread_key=thread,
            senders=_senders(envelope),
            recipient=to,
            direction="echo",
            occurred_at=moment(sent.timestamp, received_at),
            **message,
        ),
    )


def _message(data: Data, thread: str, own: str) -> dict[str, Any]:
    quote = data.quote
    answered = _whose(quote.author_uuid, quote.author_number, own) if quote else ""
    return {
        "text": "\n".join(part for part in (_words(data), *_contacts(data.contacts)) if part),
        "attachments": _files(data, thread),
        "reply_to": scoped_id(answered, str(quote.id)) if quote and quote.id else "",
    }


def _words(data: Data) -> str:
    text = data.message or ""
    for mention in data.mentions or []:
        text = text.replace(PLACE, f"@{mention.name or mention.number or '?'}", 1)
    return text


def _contacts(contacts: list[Contact] | None) -> list[str]:
    found = []
    for one in contacts or []:
        name = one.name.display or f"{one.name.given or ''} {one.name.family or ''}".strip()
        numbers = " ".join(phone.value for phone in one.phone or [])
        found.append(f"{name} {numbers}".strip())
    return found


def _files(data: Data, thread: str) -> tuple[MediaRef, ...]:
    files = [_file(one, thread) for one in (data.attachments or [])[:MOST_FILES]]
    if data.sticker is not None:
        asked = urlencode({"pack": data.sticker.pack_id, "sticker": data.sticker.sticker_id})
        files.append(MediaRef(kind="sticker", ref=asked, name="sticker", media_type="image/webp"))
    return tuple(files)


def _file(file: Attachment, thread: str) -> MediaRef:
    media_type = file.content_type or ""
    return MediaRef(
        kind="voice" if file.voice_note else kind_of(media_type),
        ref=urlencode({"id": file.id, "thread": thread}),
        name=file.filename or file.id,
        media_type=media_type,
        size=file.size,
    )


def _reaction(envelope: Envelope, told: Reaction, own: str, at: datetime) -> ReactionChanged:
    target = _whose(told.target_author_uuid, told.target_author_number, own)
    return ReactionChanged(
        dedupe_id=scoped_id(_author(envelope), str(envelope.timestamp)),
        native_id=scoped_id(target, str(told.target_sent_timestamp)),
        occurred_at=at,
        senders=_senders(envelope),
        emoji="" if told.is_remove else told.emoji,
    )


def _edited(envelope: Envelope, edit: Edit, received_at: datetime) -> Sequence[InboundEvent]:
    author, data = _author(envelope), edit.data_message
    return (
        MessageEdited(
            dedupe_id=scoped_id(author, str(data.timestamp or envelope.timestamp)),
            native_id=scoped_id(author, str(edit.target_sent_timestamp)),
            occurred_at=moment(data.timestamp, received_at),
            thread_key=_thread(data.group_info.group_id if data.group_info else "", author),
            senders=_senders(envelope),
            text=_words(data),
        ),
    )


def _receipts(
    envelope: Envelope, receipt: Receipt, received_at: datetime
) -> Sequence[InboundEvent]:
    read = receipt.is_read or receipt.is_viewed
    at = moment(receipt.when or envelope.timestamp, received_at)
    return tuple(
        ReceiptReported(
            dedupe_id=content_id(_author(envelope), str(stamp), str(read)),
            native_id=scoped_id(SELF, str(stamp)),
            state="read" if read else "delivered",
            occurred_at=at,
            senders=_senders(envelope),
        )
        for stamp in receipt.timestamps
    )


def _typing(envelope: Envelope, typing: Typing, received_at: datetime) -> Sequence[InboundEvent]:
    author = _author(envelope)
    return (
        TypingChanged(
            dedupe_id=content_id(author, typing.action, str(envelope.timestamp)),
            thread_key=_thread(typing.group_id or "", author),
            senders=_senders(envelope),
            occurred_at=received_at,
            typing=typing.action != "STOPPED",
        ),
    )


def _call(envelope: Envelope, call: Call, received_at: datetime) -> Sequence[InboundEvent]:
    told = call.offer_message or call.hangup_message
    if told is None:
        return ()
    author = _author(envelope)
    ringing = call.offer_message is not None
    return (
        CallEvent(
            dedupe_id=content_id(author, str(told.id), str(ringing)),
            native_id=scoped_id(author, f"call-{told.id}-{'offer' if ringing else 'end'}"),
            thread_key=author,
            senders=_senders(envelope),
            occurred_at=moment(envelope.timestamp, received_at),
            state="ringing" if ringing else "ended",
        ),
    )


def _thread(group: str, person: str) -> str:
    return f"{GROUP}{group}" if group else person


def _author(envelope: Envelope) -> str:
    """The account id; a number only where the daemon does not know it."""
    author = envelope.source_uuid or envelope.source_number or envelope.source or ""
    if not author:
        raise Malformed("envelope.sourceUuid is missing")
    return author


def _whose(uuid: str | None, number: str | None, own: str) -> str:
    return SELF if number and number == own else uuid or number or "?"


def _senders(envelope: Envelope) -> tuple[SenderId, ...]:
    """The account, and the number where it is shown."""
    number = envelope.source_number or ""
    shown = (SenderId(family="tel", value=number),) if number.startswith("+") else ()
    return (SenderId(family="signal", value=_author(envelope)), *shown)


def moment(milliseconds: int, otherwise: datetime) -> datetime:
    """Since 1970."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise
