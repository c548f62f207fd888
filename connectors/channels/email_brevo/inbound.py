"""From Brevo's webhooks to events. Pure.

Sources: Brevo developer documentation, "Inbound parsing webhooks" and "Transactional webhooks".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import BadItem, InboundEvent, MediaRef, Parsed, ReceiptState
from connectors.kit.decoding import decode_json
from connectors.kit.mail.assembled import MailFields, several, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, receipt
from connectors.kit.mail.words import mailbox
from connectors.kit.media_kinds import kind_of
from connectors.kit.moments import from_epoch

OUR_HEADER = "X-Mailin-custom"
MOST_ITEMS = 1_000
MOST_FILES = 200

STATES: Mapping[str, ReceiptState] = {
    "delivered": "delivered",
    "opened": "read",
    "unique_opened": "read",
    "hard_bounce": "failed",
    "soft_bounce": "failed",
    "blocked": "failed",
    "invalid_email": "failed",
    "error": "failed",
    "deferred": "delayed",
    "spam": "complained",
    "complaint": "complained",
}
HARD_BOUNCES = frozenset({"hard_bounce", "invalid_email"})


class Person(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A name with an address."""

    address: str | None = None
    name: str | None = None


class File(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """An attachment that stays at Brevo until it is fetched."""

    name: str | None = None
    content_type: str | None = None
    content_length: int | None = None
    download_token: str = ""


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One mail."""

    headers: dict[str, str | list[str] | None] | None = None
    author: Person | None = msgspec.field(name="From", default=None)
    to: tuple[Person, ...] | None = None
    cc: tuple[Person, ...] | None = None
    recipients: tuple[str, ...] | None = None
    subject: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    sent_at_date: str | None = None
    raw_text_body: str | None = None
    raw_html_body: str | None = None
    extracted_markdown_message: str | None = None
    attachments: tuple[File, ...] | None = None


Items = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_ITEMS)]


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """Mails, usually one."""

    items: Items


class BrevoEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One report. ``ours`` is the header that we gave the mail."""

    event: str
    email: str = ""
    id: int | str | None = None
    ts_epoch: float | None = None
    ts_event: float | None = None
    reason: str | None = None
    ours: str | None = msgspec.field(name=OUR_HEADER, default=None)


def parse(request: WebhookRequest) -> Parsed:
    """Mails, or one report."""
    fields = decode_json(request.body, dict[str, Any], "a webhook of Brevo")
    if "event" in fields:
        found = _report(decode_json(request.body, BrevoEvent, "an event"), request.received_at)
        return Parsed(events=() if found is None else (found,))
    if "items" not in fields:
        return Parsed(events=(_mail(request.body, request.received_at),))
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(decode_json(request.body, Inbound, "mails of Brevo").items):
        try:
            events.append(_mail(bytes(raw), request.received_at))
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _report(event: BrevoEvent, received_at: datetime) -> InboundEvent | None:
    state = STATES.get(event.event)
    if state is None or not event.ours:
        return None
    return receipt(
        Report(
            id="",
            message=event.ours,
            state=state,
            at=_moment(event, received_at),
            recipient=event.email,
            reason=event.reason or event.event,
            status=HARD if event.event in HARD_BOUNCES else "",
        )
    )


def _moment(event: BrevoEvent, received_at: datetime) -> datetime:
    """``ts_epoch`` is in milliseconds."""
    if event.ts_epoch:
        return from_epoch(event.ts_epoch / 1000)
    return from_epoch(event.ts_event) if event.ts_event else received_at


def _mail(raw: bytes, received_at: datetime) -> InboundEvent:
    mail = decode_json(raw, Mail, "a mail")
    headers = tuple(several(mail.headers or {}))
    text = mail.raw_text_body or mail.extracted_markdown_message
    if not headers and mail.author is None:
        raise Malformed("neither Headers nor From")
    return parted_mail(
        MailFields(
            headers=with_missing(
                headers,
                {
                    "From": _people((mail.author,)),
                    "To": _people(mail.to or ()),
                    "Cc": _people(mail.cc or ()),
                    "Subject": mail.subject,
                    "Date": mail.sent_at_date,
                    "Message-ID": mail.message_id,
                    "In-Reply-To": mail.in_reply_to,
                },
            ),
            text=text,
            html=mail.raw_html_body or None,
            rcpt_to=mail.recipients or (),
        ),
        received_at,
        tuple(_file(one) for one in (mail.attachments or ())[:MOST_FILES] if one.download_token),
    )


def _people(people: tuple[Person | None, ...]) -> str:
    found = [one for one in people if one and one.address]
    return ", ".join(
        mailbox(one.address or "", one.name or "").replace("\r\n", "") for one in found
    )


def _file(file: File) -> MediaRef:
    return MediaRef(
        kind=kind_of(file.content_type or ""),
        ref=file.download_token,
        name=file.name or "",
        media_type=file.content_type or "",
        size=file.content_length,
    )
