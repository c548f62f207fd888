"""From Postmark's webhooks to events. Pure.

Sources: Postmark developer documentation, "Inbound webhook", "Bounce webhook", "Delivery webhook".
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import InboundEvent, Parsed, ReceiptState
from connectors.kit.decoding import decode_json
from connectors.kit.mail.assembled import MailFields, MailFile, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, raw_mail, receipt
from connectors.kit.mail.words import mailbox
from connectors.kit.moments import from_iso

OUR_ID = "parley"

STATES: Mapping[str, ReceiptState] = {
    "Delivery": "delivered",
    "Open": "read",
    "Bounce": "failed",
    "SpamComplaint": "complained",
}
# Kinds of bounces (https://postmarkapp.com/developer/api/bounce-api): Postmark goes on trying,
DELAYS = frozenset({"Transient", "DnsError"})
# somebody answered,
ANSWERS = frozenset(
    {
        "AutoResponder",
        "AddressChange",
        "ChallengeVerification",
        "OpenRelayTest",
        "Subscribe",
        "Unsubscribe",
    }
)
# or the address is of no use.
HARD_BOUNCES = frozenset({"HardBounce", "BadEmailAddress"})


class Person(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A name with an address."""

    email: str = ""
    name: str | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One header."""

    name: str
    value: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """An attachment in base64. Postmark's own test sends ``Data`` for ``Content``."""

    name: str = ""
    content: str = ""
    data: str = ""
    content_type: str = ""
    content_id: str | None = msgspec.field(name="ContentID", default=None)


class Webhook(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A mail, or a report on one (``record_type``)."""

    record_type: str = "Inbound"
    message_id: str = msgspec.field(name="MessageID", default="")
    metadata: dict[str, str] | None = None
    # a report
    recipient: str = ""
    email: str = ""
    type: str = ""
    id: int | str | None = msgspec.field(name="ID", default=None)
    description: str | None = None
    details: str | None = None
    delivered_at: str = ""
    bounced_at: str = ""
    received_at: str = ""
    # a mail
    from_full: Person | None = None
    to_full: tuple[Person, ...] | None = None
    cc_full: tuple[Person, ...] | None = None
    original_recipient: str = ""
    subject: str = ""
    date: str = ""
    reply_to: str = ""
    text_body: str | None = None
    html_body: str | None = None
    raw_email: str | None = None
    headers: tuple[Header, ...] | None = None
    attachments: tuple[File, ...] | None = None


def parse(request: WebhookRequest) -> Parsed:
    """One mail, one report, or nothing."""
    hook = decode_json(request.body, Webhook, "a webhook of Postmark")
    if hook.record_type == "Inbound":
        return Parsed(events=(_mail(hook, request.received_at),))
    found = _report(hook, request.received_at)
    return Parsed(events=() if found is None else (found,))


def _report(hook: Webhook, received_at: datetime) -> InboundEvent | None:
    state = STATES.get(hook.record_type)
    message = (hook.metadata or {}).get(OUR_ID)
    bounce = hook.type if hook.record_type == "Bounce" else ""
    if state is None or not message or bounce in ANSWERS:
        return None
    at = hook.delivered_at or hook.bounced_at or hook.received_at
    words = hook.details or hook.description or hook.type
    return receipt(
        Report(
            id=f"{hook.record_type}:{hook.id}" if hook.id else "",
            message=message,
            state="delayed" if bounce in DELAYS else state,
            at=from_iso(at) if at else received_at,
            recipient=hook.recipient or hook.email,
            reason=words,
            status=HARD if bounce in HARD_BOUNCES else "",
        )
    )


def _mail(hook: Webhook, received_at: datetime) -> InboundEvent:
    headers = [(one.name, one.value) for one in hook.headers or ()]
    mail_from = None
    if headers and headers[0][0].lower() == "return-path":  # Postmark's own; later ones are forged
        mail_from = headers.pop(0)[1]
    rcpt_to = (hook.original_recipient,) if hook.original_recipient else ()
    if hook.raw_email:
        raw = hook.raw_email.encode("utf-8", "replace")
        return raw_mail(raw, received_at, mail_from=mail_from, rcpt_to=rcpt_to)
    if hook.from_full is None and not headers:
        raise Malformed("neither RawEmail nor the fields of a mail")
    return parted_mail(
        MailFields(
            headers=with_missing(
                headers,
                {
                    "From": _people([hook.from_full] if hook.from_full else []),
                    "To": _people(hook.to_full or ()),
                    "Cc": _people(hook.cc_full or ()),
                    "Reply-To": hook.reply_to,
                    "Subject": hook.subject,
                    "Date": hook.date,
                    "Message-ID": f"<{hook.message_id}@postmark>" if hook.message_id else None,
                },
            ),
            text=hook.text_body,
            html=hook.html_body or None,
            files=tuple(_file(one) for one in hook.attachments or ()),
            mail_from=mail_from,
            rcpt_to=rcpt_to,
        ),
        received_at,
    )


def _people(people: Iterable[Person]) -> str:
    return ", ".join(mailbox(one.email, one.name or "").replace("\r\n", "") for one in people)


def _file(file: File) -> MailFile:
    try:
        content = base64.b64decode(file.content or file.data)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"attachment {file.name!r} is not base64") from error
    return MailFile(
        name=file.name,
        media_type=file.content_type,
        content=content,
        content_id=file.content_id or "",
    )
