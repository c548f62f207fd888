"""From SendGrid's requests to events. Pure.

Sources: SendGrid documentation, "Inbound Email Parse Webhook" and "Event Webhook Reference".
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import BadItem, InboundEvent, Parsed, ReceiptState, SenderTrust
from connectors.kit.decoding import decode_json
from connectors.kit.forms import FormPart, form_parts, texts
from connectors.kit.mail.assembled import MailFields, MailFile, header_lines, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, raw_mail, receipt
from connectors.kit.mail.verdicts import Said, domain_of, trust_of
from connectors.kit.moments import from_epoch

OUR_ID = "parley"
MOST_EVENTS = 20_000
_DKIM = re.compile(r"@([\w.-]+)\s*:\s*(\w+)")

STATES: Mapping[str, ReceiptState] = {
    "delivered": "delivered",
    "open": "read",
    "bounce": "failed",
    "dropped": "failed",
    "deferred": "delayed",
    "spamreport": "complained",
}


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What SMTP said."""

    to: tuple[str, ...] = ()
    sender: str | None = msgspec.field(name="from", default=None)


class FileInfo(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """About one attachment, by its field's name."""

    content_id: str | None = None
    filename: str | None = None
    type: str | None = None


class SendgridEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event; our custom argument stands among its own fields."""

    event: str
    timestamp: float
    email: str = ""
    sg_event_id: str = ""
    type: str | None = None
    reason: str | None = None
    response: str | None = None
    status: str | None = None
    parley: str = msgspec.field(name=OUR_ID, default="")


Events = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_EVENTS)]


def parse(request: WebhookRequest) -> Parsed:
    """One mail (a form), or many reports (an array)."""
    if request.media_type != "application/json":
        return Parsed(events=(_mail(form_parts(request), request.received_at),))
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(decode_json(request.body, Events, "an array of events")):
        try:
            found = _report(decode_json(bytes(raw), SendgridEvent, "an event"))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
            continue
        if found is not None:
            events.append(found)
    return Parsed(events=tuple(events), bad=tuple(bad))


def _report(event: SendgridEvent) -> InboundEvent | None:
    state = STATES.get(event.event)
    if state is None or not event.parley:
        return None
    words = event.reason or event.response or event.event
    return receipt(
        Report(
            id=event.sg_event_id,
            message=event.parley,
            state=state,
            at=from_epoch(event.timestamp),
            recipient=event.email,
            reason=words,
            status=event.status or (HARD if event.type == "bounce" else ""),
        )
    )


def _mail(parts: Sequence[FormPart], received_at: datetime) -> InboundEvent:
    fields = texts(parts)
    envelope = _envelope(fields)
    raw = next((part.content for part in parts if part.name == "email"), None)
    if raw is not None:
        return raw_mail(
            raw,
            received_at,
            mail_from=envelope.sender,
            rcpt_to=envelope.to,
            trust=_trust(fields, envelope),
        )
    if not any(name in fields for name in ("headers", "from", "text", "html")):
        raise Malformed("neither email nor the fields of a mail")
    said = _bodies(parts, fields)
    return parted_mail(
        MailFields(
            headers=with_missing(
                header_lines(fields.get("headers", "")),
                {
                    "From": fields.get("from"),
                    "To": fields.get("to"),
                    "Cc": fields.get("cc"),
                    "Subject": fields.get("subject"),
                },
            ),
            text=said.get("text"),
            html=said.get("html"),
            files=_files(parts, fields),
            mail_from=envelope.sender,
            rcpt_to=envelope.to,
        ),
        received_at,
        trust=_trust(fields, envelope),
    )


def _trust(fields: Mapping[str, str], envelope: Envelope) -> SenderTrust | None:
    """``SPF`` is of the envelope's sender; ``dkim`` names the first signature that counts."""
    signed = _DKIM.search(fields.get("dkim", ""))
    said = Said(
        by="SendGrid",
        spf=fields.get("SPF", "").lower(),
        spf_domain=domain_of(envelope.sender or ""),
        dkim=signed[2].lower() if signed else "",
        dkim_domain=signed[1].lower() if signed else "",
    )
    return trust_of(fields.get("from", ""), said)


def _envelope(fields: Mapping[str, str]) -> Envelope:
    try:
        return decode_json(fields.get("envelope", "{}").encode(), Envelope, "an envelope")
    except Malformed:
        return Envelope()  # the mail itself says enough


def _bodies(parts: Sequence[FormPart], fields: Mapping[str, str]) -> dict[str, str]:
    """Text and HTML, each in the charset of its own that ``charsets`` names."""
    try:
        charsets = decode_json(fields.get("charsets", "{}").encode(), dict[str, str], "charsets")
    except Malformed:
        charsets = {}
    return {
        part.name: _decoded(part.content, charsets.get(part.name, "utf-8"))
        for part in parts
        if part.name in {"text", "html"} and part.filename is None
    }


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, UnicodeError):
        return content.decode("utf-8", "replace")


def _files(parts: Sequence[FormPart], fields: Mapping[str, str]) -> tuple[MailFile, ...]:
    try:
        info = decode_json(
            fields.get("attachment-info", "{}").encode(), dict[str, FileInfo], "attachment-info"
        )
    except Malformed:
        info = {}
    return tuple(
        _file(part, info.get(part.name, FileInfo())) for part in parts if part.filename is not None
    )


def _file(part: FormPart, info: FileInfo) -> MailFile:
    return MailFile(
        name=info.filename or part.filename or part.name,
        media_type=part.media_type or info.type or "",
        content=part.content,
        content_id=info.content_id or "",
    )
