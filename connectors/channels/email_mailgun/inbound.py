"""From Mailgun's requests to events. Pure.

Sources: Mailgun documentation, "Receive, Forward and Store Messages" and "Webhooks".
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import InboundEvent, MediaRef, Parsed, ReceiptState
from connectors.kit.decoding import decode_json
from connectors.kit.forms import FormPart, form_parts, texts
from connectors.kit.mail.assembled import MailFields, MailFile, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, raw_mail, receipt
from connectors.kit.media_kinds import kind_of
from connectors.kit.moments import from_epoch

OUR_ID = "parley"
T = TypeVar("T")
MOST_FILES = 200

STATES: Mapping[str, ReceiptState] = {
    "delivered": "delivered",
    "opened": "read",
    "failed": "failed",
    "rejected": "failed",
    "complained": "complained",
    # before 2018, and still where an account keeps its old webhooks
    "bounced": "failed",
    "dropped": "failed",
}


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """``signature`` is over ``timestamp`` and ``token``, not over the rest."""

    timestamp: str | int
    token: str
    signature: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a JSON webhook that authenticates it."""

    signature: Signature


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the recipient's server said."""

    code: int | str | None = None
    message: str | None = None
    description: str | None = None


class EventData(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """One event of the Events API."""

    event: str
    timestamp: float
    id: str = ""
    severity: str | None = None
    recipient: str | None = None
    reason: str | None = None
    delivery_status: Status | None = None
    reject: dict[str, Any] | None = None
    user_variables: dict[str, Any] | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON webhook."""

    event_data: EventData = msgspec.field(name="event-data")


class Stored(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A file that a route's ``store()`` kept at Mailgun."""

    url: str
    name: str = ""
    content_type: str = ""
    size: int | None = None


def signature_of(request: WebhookRequest) -> Signature | None:
    """The three values, wherever they stand; None when one lacks."""
    try:
        if request.media_type == "application/json":
            return decode_json(request.body, Signed, "a signed webhook").signature
        return msgspec.convert(texts(form_parts(request)), Signature)
    except (Malformed, msgspec.ValidationError):
        return None


def parse(request: WebhookRequest) -> Parsed:
    """One mail, one report, or nothing (an event that says no more than "not yet")."""
    if request.media_type == "application/json":
        found = decode_json(request.body, Webhook, "a webhook of Mailgun").event_data
        return _some(_event(found))
    parts = form_parts(request)
    fields = texts(parts)
    if fields.get("event", "inbound") != "inbound":
        return _some(_old_event(fields))
    return Parsed(events=(_mail(parts, fields, request.received_at),))


def _some(event: InboundEvent | None) -> Parsed:
    return Parsed(events=() if event is None else (event,))


def _event(data: EventData) -> InboundEvent | None:
    state = STATES.get(data.event)
    message = str((data.user_variables or {}).get(OUR_ID) or "")
    if state is None or not message:
        return None
    passing = data.event == "failed" and data.severity == "temporary"
    return receipt(
        Report(
            id=f"{message}:{data.id}" if data.id else "",
            message=message,
            state="delayed" if passing else state,
            at=from_epoch(data.timestamp),
            recipient=data.recipient or "",
            reason=_reason(data),
            status="" if passing else HARD,
        )
    )


def _reason(data: EventData) -> str:
    status = data.delivery_status or Status()
    said = (status.code, status.message or status.description, (data.reject or {}).get("reason"))
    words = [str(one) for one in said if one]
    return " ".join(words) or data.reason or data.event


def _old_event(fields: Mapping[str, str]) -> InboundEvent | None:
    state = STATES.get(fields["event"])
    message = fields.get(OUR_ID, "")
    if state is None or not message:
        return None
    words = (fields.get("code"), fields.get("error") or fields.get("description"))
    return receipt(
        Report(
            id=fields.get("token", ""),
            message=message,
            state=state,
            at=from_epoch(fields.get("timestamp", "")),
            recipient=fields.get("recipient", ""),
            reason=" ".join(filter(None, words)),
            status=HARD,
        )
    )


def _mail(
    parts: Sequence[FormPart], fields: Mapping[str, str], received_at: datetime
) -> InboundEvent:
    rcpt_to = tuple(one.strip() for one in fields.get("recipient", "").split(",") if one.strip())
    raw = next((part.content for part in parts if part.name == "body-mime"), None)
    if raw is not None:
        return raw_mail(raw, received_at, mail_from=fields.get("sender"), rcpt_to=rcpt_to)
    headers = _headers(fields)
    text = _first(fields, "body-plain", "stripped-text")
    html = _first(fields, "body-html", "stripped-html")
    if text is None and html is None and not _first(fields, "message-headers", "sender"):
        raise Malformed("neither body-mime nor the fields of a mail")
    return parted_mail(
        MailFields(
            headers=headers,
            text=text,
            html=html,
            files=_files(parts, fields),
            mail_from=fields.get("sender"),
            rcpt_to=rcpt_to,
        ),
        received_at,
        _stored(fields),
    )


def _headers(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """All headers of the mail, or those that stand as fields of their own."""
    pairs: list[tuple[str, str]] = _also(fields, "message-headers", list[tuple[str, str]]) or []
    return with_missing(
        pairs,
        {
            "From": _first(fields, "From", "from", "sender"),
            "To": _first(fields, "To", "recipient"),
            "Subject": _first(fields, "Subject", "subject"),
            "Date": fields.get("Date"),
            "Message-ID": _first(fields, "Message-Id", "message-id"),
            "In-Reply-To": fields.get("In-Reply-To"),
            "References": fields.get("References"),
        },
    )


def _files(parts: Sequence[FormPart], fields: Mapping[str, str]) -> tuple[MailFile, ...]:
    inline = _inline(fields.get("content-id-map", ""))
    return tuple(
        MailFile(
            name=part.filename or part.name,
            media_type=part.media_type,
            content=part.content,
            content_id=inline.get(part.name, ""),
        )
        for part in parts
        if part.filename is not None
    )


def _stored(fields: Mapping[str, str]) -> tuple[MediaRef, ...]:
    """Files that a route with ``store()`` left at Mailgun."""
    listed: list[Stored] = _also(fields, "attachments", list[Stored]) or []
    return tuple(
        MediaRef(
            kind=kind_of(one.content_type),
            url=one.url,
            name=one.name,
            media_type=one.content_type,
            size=one.size,
        )
        for one in listed[:MOST_FILES]
    )


def _inline(ids: str) -> dict[str, str]:
    """Content-IDs by field, the other way round than Mailgun sends them: ids may repeat."""
    try:
        pairs = json.loads(ids or "{}", object_pairs_hook=list)
    except (ValueError, RecursionError):
        return {}
    return {str(field): str(id) for id, field in pairs} if isinstance(pairs, list) else {}


def _also(fields: Mapping[str, str], name: str, kind: type[T]) -> T | None:
    """What goes along with a mail; where it cannot be read the mail counts without it."""
    try:
        return decode_json(fields[name].encode(), kind, name) if fields.get(name) else None
    except Malformed:
        return None


def _first(fields: Mapping[str, str], *names: str) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)
