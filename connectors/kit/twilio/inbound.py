"""From Twilio's form fields to events. Pure."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from connectors.errors import Malformed
from connectors.events import (
    InboundEvent,
    MediaRef,
    MessageReceived,
    Parsed,
    PostbackPressed,
    ReceiptReported,
    ReceiptState,
    SenderId,
)
from connectors.kit.carrier_text import readable
from connectors.kit.media_kinds import kind_of
from connectors.kit.phone import phone_sender

WHATSAPP = "whatsapp:"
RECEIVED = {"received", "receiving"}
MOST_MEDIA = 20
OUR_ID = "parley_id"

# https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
STATES: dict[str, ReceiptState | None] = {
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}

Fields = Mapping[str, str]


def parse_fields(fields: Fields, our_id: str, received_at: datetime) -> Parsed:
    """One message, one receipt, or nothing (a state that says no more than "not yet")."""
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    if not sid:
        raise Malformed("MessageSid is missing")
    if status and status.lower() not in RECEIVED:
        event = _receipt(fields, sid, status.lower(), our_id, received_at)
        return Parsed(events=() if event is None else (event,))
    return Parsed(events=(_message(fields, sid, received_at),))


def address(sender: SenderId) -> str:
    """A sender as Twilio's ``To``."""
    if sender.family != "whatsapp":
        return sender.value
    plus = "+" if sender.value.isdecimal() else ""
    return f"{WHATSAPP}{plus}{sender.value}"


def sender_of(raw: str) -> SenderId:
    """Twilio's ``From`` as a sender: ``whatsapp:+1415...`` is a WhatsApp user, else a number."""
    if raw.startswith(WHATSAPP):
        return SenderId(family="whatsapp", value=raw.removeprefix(WHATSAPP).removeprefix("+"))
    return phone_sender(raw)


def status_url(hook_url: str, message_id: str) -> str:
    """Where Twilio reports states; it hands our id back, should we never learn its own."""
    joint = "&" if "?" in hook_url else "?"
    return f"{hook_url}{joint}{urlencode({OUR_ID: message_id})}"


def _message(fields: Fields, sid: str, received_at: datetime) -> InboundEvent:
    raw = fields.get("From", "")
    if not raw:
        raise Malformed("From is missing")
    senders = _senders(raw, fields.get("ExternalUserId", ""))
    thread_key = f"{fields.get('To', '')}/{raw}"
    name = fields.get("ProfileName", "")
    if raw.startswith(WHATSAPP) and fields.get("ButtonText"):
        return PostbackPressed(
            dedupe_id=sid,
            native_id=sid,
            thread_key=thread_key,
            senders=senders,
            occurred_at=received_at,
            sender_name=name,
            text=fields["ButtonText"],
            payload=fields.get("ButtonPayload", ""),
        )
    return MessageReceived(
        dedupe_id=sid,
        native_id=sid,
        thread_key=thread_key,
        senders=senders,
        occurred_at=received_at,
        sender_name=name,
        recipient=fields.get("To", ""),
        text=readable(fields.get("Body", "")) or _place(fields),
        attachments=_media(fields),
        reply_to=fields.get("OriginalRepliedMessageSid", ""),
    )


def _senders(raw: str, also: str) -> tuple[SenderId, ...]:
    """A WhatsApp user may come with a number and with an id that hides it."""
    found = [sender_of(raw)]
    if also and sender_of(also) not in found:
        found.append(sender_of(also))
    return tuple(found)


def _place(fields: Fields) -> str:
    """A shared location of WhatsApp, in words."""
    position = [fields.get("Latitude", ""), fields.get("Longitude", "")]
    named = [fields.get("Label", ""), fields.get("Address", "")]
    return ", ".join(part for part in (*named, *position) if part) if all(position) else ""


def _media(fields: Fields) -> tuple[MediaRef, ...]:
    urls = [(i, fields.get(f"MediaUrl{i}", "")) for i in range(MOST_MEDIA)]
    return tuple(
        MediaRef(
            kind=kind_of(fields.get(f"MediaContentType{i}", "")),
            url=url,
            media_type=fields.get(f"MediaContentType{i}", ""),
        )
        for i, url in urls
        if url
    )


def _receipt(
    fields: Fields, sid: str, status: str, our_id: str, received_at: datetime
) -> ReceiptReported | None:
    if status not in STATES:
        raise Malformed(f"unknown message status {status!r}")
    state = STATES[status]
    if state is None:
        return None
    code = fields.get("ErrorCode", "")
    words = fields.get("ErrorMessage") or fields.get("ChannelStatusMessage") or status
    return ReceiptReported(
        dedupe_id=f"{sid}:{status}",
        native_id=sid,
        state=state,
        occurred_at=received_at,
        reason=f"{code} {words}".strip() if state == "failed" else "",
        message_id=our_id,
        senders=(sender_of(fields["To"]),) if fields.get("To") else (),
    )
