"""Replies as signed POST requests to the caller's address (Standard Webhooks 1.0)."""

import base64

import msgspec

from connectors.contract import (
    Accepted,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    RetryLater,
    SendOutcome,
)
from connectors.http import Http, HttpReply
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.signatures import sign_standard
from storage.ids import utc_now

INLINE_MAX_BYTES = 10_000_000


class Callback(msgspec.Struct, frozen=True):
    """Where replies go and how they are signed; no secret, no signature."""

    url: str
    secret: str


class Made(msgspec.Struct, frozen=True):
    """What an answer may say: the receiver's own id."""

    id: str | int = ""


async def send_message(http: Http, callback: Callback, message: OutboundMessage) -> SendOutcome:
    """One message; the receiver drops a repeated ``webhook-id``."""
    body = msgspec.json.encode(
        {"type": "message.created", "timestamp": message.created_at, "data": await _data(message)}
    )

    async def send() -> SendOutcome:
        reply = await post(http, callback, message.id, body)
        if reply.ok:
            return Accepted(native_ids=(_native_id(reply) or message.id,))
        outcome = of_reply(reply)
        repeatable = isinstance(outcome, OutcomeUnknown)
        return RetryLater(reason=outcome.reason) if repeatable else outcome

    return await attempt(send)


async def post(http: Http, callback: Callback, id: str, body: bytes) -> HttpReply:
    """One signed request. Raises NotSent, LineBroken."""
    signed = sign_standard(callback.secret, id, utc_now(), body) if callback.secret else {}
    headers = {"Content-Type": "application/json", "webhook-id": id, **signed}
    return await http.request("POST", callback.url, headers=headers, body=body)


async def _data(message: OutboundMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "thread": message.thread_key,
        "recipient": {
            "family": message.recipient.family,
            "value": message.recipient.value,
            "address": message.recipient.canonical,
        },
        "sender": {"name": message.sender_name},
        "text": message.text,
        "html": message.html,
        "subject": message.subject,
        "quick_replies": message.quick_replies,
        "template": message.template,
        "reply_to": message.reply_to,
        "attachments": [await _file(file) for file in message.attachments],
    }


async def _file(file: OutboundFile) -> dict[str, object]:
    """By link when there is one, else the bytes in base64."""
    about: dict[str, object] = {
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "url": file.url,
    }
    if not file.url and file.size <= INLINE_MAX_BYTES:
        content = b"".join([piece async for piece in file.open()])
        about["content"] = base64.b64encode(content).decode()
    return about


def _native_id(reply: HttpReply) -> str:
    made = reply.read(Made)
    return str(made.id) if made else ""
