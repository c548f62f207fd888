"""From Mailjet's webhooks to events. Pure.

Sources: Mailjet documentation, "Parse API" and "Event API: real-time notifications".
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from typing import Annotated, Any

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import BadItem, InboundEvent, Parsed, ReceiptState
from connectors.kit.decoding import decode_json
from connectors.kit.mail.assembled import MailFields, MailFile, several, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, receipt
from connectors.kit.moments import from_epoch

MOST_EVENTS = 20_000
GREYLISTED = "greylisted"  # Mailjet tries again

STATES: Mapping[str, ReceiptState] = {
    "sent": "delivered",  # the recipient's server took it
    "open": "read",
    "bounce": "failed",
    "blocked": "failed",
    "spam": "complained",
}

HeaderValues = dict[str, str | list[str] | None]
Events = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_EVENTS)]


class MailjetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event; ``custom_id`` is our own id of the message."""

    event: str
    time: float
    email: str = ""
    custom_id: str = msgspec.field(name="CustomID", default="")
    error: str | None = None
    error_related_to: str | None = None
    comment: str | None = None
    hard_bounce: bool | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One part of a mail: where its content stands in the same object."""

    headers: HeaderValues = {}
    content_ref: str = ""


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A mail of the Parse API, without its contents."""

    headers: HeaderValues = {}
    parts: tuple[Part, ...] = ()
    sender: str | None = None
    recipient: str = ""
    author: str | None = msgspec.field(name="From", default=None)
    subject: str | None = None
    text: str | None = msgspec.field(name="Text-part", default=None)
    html: str | None = msgspec.field(name="Html-part", default=None)


def parse(request: WebhookRequest) -> Parsed:
    """One mail, one report, or (grouped) many reports."""
    if request.body.lstrip().startswith(b"["):
        return _reports(decode_json(request.body, Events, "an array of events"))
    fields = decode_json(request.body, dict[str, Any], "a webhook of Mailjet")
    if "event" in fields:
        return _reports([msgspec.Raw(request.body)])
    if not any(name in fields for name in ("Headers", "Text-part", "Html-part")):
        raise Malformed("neither an event nor a mail")
    return Parsed(events=(_mail(_mail_of(fields), fields, request.received_at),))


def _reports(items: list[msgspec.Raw]) -> Parsed:
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(items):
        try:
            found = _report(decode_json(bytes(raw), MailjetEvent, "an event"))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
            continue
        if found is not None:
            events.append(found)
    return Parsed(events=tuple(events), bad=tuple(bad))


def _report(event: MailjetEvent) -> InboundEvent | None:
    state = STATES.get(event.event)
    if state is None or not event.custom_id:
        return None
    passing = event.error == GREYLISTED and not event.hard_bounce
    words = ": ".join(filter(None, (event.error_related_to, event.error, event.comment)))
    return receipt(
        Report(
            id="",
            message=event.custom_id,
            state="delayed" if passing else state,
            at=from_epoch(event.time),
            recipient=event.email,
            reason=words or event.event,
            status=HARD if event.hard_bounce else "",
        )
    )


def _mail_of(fields: dict[str, Any]) -> Mail:
    try:
        return msgspec.convert(fields, Mail)
    except msgspec.ValidationError as error:
        raise Malformed(f"not a mail of Mailjet: {error}") from error


def _mail(mail: Mail, fields: Mapping[str, Any], received_at: datetime) -> InboundEvent:
    return parted_mail(
        MailFields(
            headers=with_missing(
                several(mail.headers),
                {"From": mail.author, "To": mail.recipient, "Subject": mail.subject},
            ),
            text=mail.text,
            html=mail.html,
            files=tuple(
                _file(part, fields) for part in mail.parts if "Attachment" in part.content_ref
            ),
            mail_from=mail.sender,
            rcpt_to=(mail.recipient,) if mail.recipient else (),
        ),
        received_at,
    )


def _file(part: Part, fields: Mapping[str, Any]) -> MailFile:
    """Its headers are as raw as the mail had them; the content is always base64."""
    head = Message()
    for name, value in several(part.headers):
        head.add_header(name, value.replace("\r", " ").replace("\n", " "))
    content = fields.get(part.content_ref)
    try:
        decoded = base64.b64decode(content if isinstance(content, str) else "")
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{part.content_ref} is not base64") from error
    return MailFile(
        name=head.get_filename() or part.content_ref,
        media_type=head.get_content_type(),
        content=decoded,
        content_id=str(head.get("Content-ID") or ""),
    )
