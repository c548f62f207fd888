"""From Resend's webhooks, and from mails as its API tells them, to events. Pure.

Sources: Resend documentation, "Event types" and "Retrieve Received Email". A webhook says only
that a mail is there; it is fetched raw, and where there is no raw mail, in fields.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.contract import WebhookRequest
from connectors.events import (
    Doorbell,
    InboundEvent,
    MediaRef,
    MessageReceived,
    Parsed,
    ReceiptState,
)
from connectors.kit.decoding import decode_json
from connectors.kit.mail.assembled import MailFields, assemble, several, with_missing
from connectors.kit.mail.provider import HARD, Report, receipt
from connectors.kit.media_kinds import kind_of
from connectors.kit.moments import from_iso

OUR_TAG = "parley"
RECEIVED = "email.received"
MOST_FILES = 200

STATES: Mapping[str, ReceiptState] = {
    "email.sent": "sent",
    "email.delivered": "delivered",
    "email.opened": "read",
    "email.bounced": "failed",
    "email.failed": "failed",
    "email.suppressed": "failed",
    "email.delivery_delayed": "delayed",
    "email.complained": "complained",
}


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A name with a value, as we gave it."""

    name: str = ""
    value: str = ""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why a mail failed."""

    message: str | None = None
    reason: str | None = None
    type: str | None = None


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook speaks of. Tags are a list or an object."""

    email_id: str = ""
    to: list[str] | str | None = None
    tags: list[Tag] | dict[str, str] | None = None
    bounce: Cause | None = None
    failed: Cause | None = None
    suppressed: Cause | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Any webhook."""

    type: str
    created_at: str = ""
    data: Data = Data()


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment, without its content."""

    id: str = ""
    filename: str | None = None
    content_type: str | None = None
    size: int | None = None


class RawLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where the whole mail can be had for a while."""

    download_url: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as the API tells it."""

    id: str = ""
    author: str | None = msgspec.field(name="from", default=None)
    to: tuple[str, ...] | None = None
    cc: tuple[str, ...] | None = None
    reply_to: tuple[str, ...] | None = None
    created_at: str = ""
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    message_id: str | None = None
    headers: dict[str, Any] | None = None
    attachments: tuple[FileInfo, ...] | None = None
    raw: RawLink | None = None


def parse(request: WebhookRequest) -> Parsed:
    """A bell, a report, or nothing."""
    hook = decode_json(request.body, Webhook, "a webhook of Resend")
    id = request.headers.get("svix-id", "")
    at = from_iso(hook.created_at) if hook.created_at else request.received_at
    if hook.type == RECEIVED:
        email_id = hook.data.email_id
        bell = Doorbell(
            dedupe_id=id or email_id, occurred_at=at, cursor=email_id, native_id=email_id
        )
        return Parsed(events=(bell,))
    state = STATES.get(hook.type)
    message = _our_id(hook.data)
    if state is None or not message:
        return Parsed()
    return Parsed(events=(_report(hook, id, message, at),))


def _report(hook: Webhook, id: str, message: str, at: datetime) -> InboundEvent:
    state = STATES[hook.type]
    cause = hook.data.bounce or hook.data.failed or hook.data.suppressed or Cause()
    words = cause.message or cause.reason or cause.type or hook.type.removeprefix("email.")
    to = hook.data.to
    return receipt(
        Report(
            id=id,
            message=message,
            state=state,
            at=at,
            # of several recipients Resend does not say which one it speaks of
            recipient=to[0] if isinstance(to, list) and len(to) == 1 else "",
            reason=words,
            status=HARD if cause.type == "Permanent" else "",
        )
    )


def _our_id(data: Data) -> str:
    if isinstance(data.tags, dict):
        return data.tags.get(OUR_TAG, "")
    return next((tag.value for tag in data.tags or () if tag.name == OUR_TAG), "")


def mail_of(mail: Received) -> bytes:
    """A mail whose raw form cannot be had, made anew of its fields."""
    headers = {
        name: value if isinstance(value, str | list) else str(value)
        for name, value in (mail.headers or {}).items()
    }
    return assemble(
        MailFields(
            headers=with_missing(
                several(headers),
                {
                    "From": mail.author,
                    "To": ", ".join(mail.to or ()),
                    "Cc": ", ".join(mail.cc or ()),
                    "Reply-To": ", ".join(mail.reply_to or ()),
                    "Subject": mail.subject,
                    "Message-ID": mail.message_id,
                },
            ),
            text=mail.text,
            html=mail.html,
        )
    )


def files_of(mail: Received) -> str:
    """Its files, as they stand beside it in the journal."""
    return msgspec.json.encode([_file(mail.id, one) for one in mail.attachments or ()]).decode()


def with_files(parsed: Parsed, files: str) -> Parsed:
    """The mail with files that are still to be fetched."""
    refs = decode_json(files.encode(), tuple[MediaRef, ...], "a list of files")[:MOST_FILES]
    return Parsed(
        events=tuple(
            msgspec.structs.replace(event, attachments=refs)
            if isinstance(event, MessageReceived)
            else event
            for event in parsed.events
        )
    )


def _file(email_id: str, file: FileInfo) -> MediaRef:
    return MediaRef(
        kind=kind_of(file.content_type or ""),
        ref=f"{email_id}/{file.id}",
        name=file.filename or "",
        media_type=file.content_type or "",
        size=file.size,
    )
