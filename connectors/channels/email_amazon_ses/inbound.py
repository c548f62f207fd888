"""From notifications of Amazon SES to events. Pure.

Sources: Amazon SES documentation, "Contents of notifications for email receiving", "Contents of
event data that Amazon SES publishes to Amazon SNS".
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from connectors.channels.email_amazon_ses.sns import CONFIRMATION, NOTIFICATION, SnsMessage
from connectors.errors import Malformed
from connectors.events import Doorbell, InboundEvent, Parsed, ReceiptState, SenderTrust
from connectors.kit.decoding import decode_json
from connectors.kit.mail.provider import HARD, Report, raw_mail, receipt
from connectors.kit.mail.verdicts import Said, trust_of
from connectors.kit.moments import from_iso

OUR_TAG = "parley"
GREETINGS = ("Successfully validated SNS topic",)

STATES: Mapping[str, ReceiptState] = {
    "Send": "sent",
    "Delivery": "delivered",
    "Open": "read",
    "Bounce": "failed",
    "Reject": "failed",
    "Rendering Failure": "failed",
    "DeliveryDelay": "delayed",
    "Complaint": "complained",
}
# Verdicts in the words of RFC 8601; GRAY is "neither".
RESULTS = {"PASS": "pass", "FAIL": "fail", "GRAY": "none", "PROCESSING_FAILED": "temperror"}
# A passing bounce of no special kind is mostly an out-of-office answer.
PASSING = ("Transient", "General")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One header of a mail of ours."""

    name: str = ""
    value: str = ""


class CommonHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Some headers of a mail that came in."""

    author: tuple[str, ...] = msgspec.field(name="from", default=())


class About(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The mail that is spoken of."""

    message_id: str = ""
    source: str | None = None
    timestamp: str = ""
    destination: tuple[str, ...] = ()
    common_headers: CommonHeaders = CommonHeaders()
    headers: tuple[Header, ...] = ()
    tags: dict[str, list[str]] = {}


class Recipient(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One recipient of many."""

    email_address: str = ""
    diagnostic_code: str | None = None
    status: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened; each kind of event has some of it."""

    timestamp: str = ""
    bounce_type: str = ""
    bounce_sub_type: str = ""
    bounced_recipients: tuple[Recipient, ...] = ()
    complained_recipients: tuple[Recipient, ...] = ()
    complaint_feedback_type: str | None = None
    delayed_recipients: tuple[Recipient, ...] = ()
    delay_type: str | None = None
    recipients: tuple[str, ...] = ()
    reason: str | None = None
    error_message: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``PASS``, ``FAIL``, ``GRAY`` (neither) or ``PROCESSING_FAILED``."""

    status: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a receipt rule put the mail."""

    type: str = ""
    encoding: str = ""
    bucket_name: str = ""
    object_key: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the mail was received."""

    recipients: tuple[str, ...] = ()
    action: Action = Action()
    spf_verdict: Verdict = Verdict()
    dkim_verdict: Verdict = Verdict()
    dmarc_verdict: Verdict = Verdict()
    dmarc_policy: str | None = None


class SesEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A notification of either format."""

    event_type: str = ""
    notification_type: str = ""
    mail: About = About()
    receipt: Receipt = Receipt()
    content: str | None = None
    bounce: Facts | None = None
    complaint: Facts | None = None
    delivery: Facts | None = None
    delivery_delay: Facts | None = None
    reject: Facts | None = None
    open: Facts | None = None
    send: Facts | None = None
    failure: Facts | None = None

    @property
    def kind(self) -> str:
        """``Received`` is a mail; all others speak of one of ours."""
        return self.event_type or self.notification_type

    @property
    def facts(self) -> Facts:
        """Those of its kind."""
        wrong = (self.bounce, self.complaint, self.delivery_delay, self.reject, self.failure)
        found = (*wrong, self.delivery, self.open, self.send)
        return next((one for one in found if one), Facts())


def parse(message: SnsMessage, received_at: datetime) -> Parsed:
    """A mail, a bell (the mail is in S3), reports, or nothing."""
    if message.type != NOTIFICATION:
        if message.type == CONFIRMATION:
            return Parsed()
        raise Malformed(f"a message of type {message.type!r}")
    if message.message.startswith(GREETINGS):
        return Parsed()
    event = decode_json(message.message.encode(), SesEvent, "a notification of Amazon SES")
    if event.kind == "Received":
        return Parsed(events=(_received(event, message, received_at),))
    return Parsed(events=tuple(_reports(event, message.message_id, received_at)))


def _received(event: SesEvent, message: SnsMessage, received_at: datetime) -> InboundEvent:
    action = event.receipt.action
    if event.content is not None:
        return raw_mail(
            _content(event.content, action.encoding),
            received_at,
            mail_from=event.mail.source,
            rcpt_to=event.receipt.recipients or event.mail.destination,
            trust=_trust(event),
        )
    if action.type != "S3":
        raise Malformed(f"the receipt rule's action is {action.type!r}: it must be S3 or SNS")
    return Doorbell(
        dedupe_id=message.message_id or event.mail.message_id,
        native_id=event.mail.message_id,
        occurred_at=from_iso(event.mail.timestamp) if event.mail.timestamp else received_at,
        cursor=action.object_key,
    )


def _trust(event: SesEvent) -> SenderTrust | None:
    found = event.receipt
    said = Said(
        by="Amazon SES",
        spf=RESULTS.get(found.spf_verdict.status, ""),
        dkim=RESULTS.get(found.dkim_verdict.status, ""),
        dmarc=RESULTS.get(found.dmarc_verdict.status, ""),
        policy=(found.dmarc_policy or "").lower(),
    )
    authors = event.mail.common_headers.author
    return trust_of(authors[0], said) if len(authors) == 1 else None


def _content(content: str, encoding: str) -> bytes:
    if encoding.upper() != "BASE64":
        return content.encode("utf-8", "replace")
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError) as error:
        raise Malformed("the content is not base64") from error


def _reports(event: SesEvent, id: str, received_at: datetime) -> Iterator[InboundEvent]:
    state, facts = STATES.get(event.kind), event.facts
    passing = event.kind == "Bounce" and (facts.bounce_type, facts.bounce_sub_type) == PASSING
    ours = (event.mail.tags.get(OUR_TAG) or [""])[0]
    if state is None or passing or not ours:
        return
    at = from_iso(facts.timestamp) if facts.timestamp else received_at
    for number, (recipient, words, status) in enumerate(_spoken_of(event)):
        yield receipt(
            Report(
                id=f"{id}:{number}" if id else "",
                message=ours,
                state=state,
                at=at,
                recipient=recipient,
                reason=words,
                status=status,
            )
        )


def _spoken_of(event: SesEvent) -> list[tuple[str, str, str]]:
    """Recipients, with words and a status code of each; one without a name when none is named."""
    facts = event.facts
    kind = f"{facts.bounce_type} {facts.bounce_sub_type}".strip()
    words = kind or facts.reason or facts.error_message or facts.delay_type or event.kind
    hard = HARD if facts.bounce_type == "Permanent" else ""
    named = [
        (one.email_address, one.diagnostic_code or words, one.status or hard)
        for one in (
            *facts.bounced_recipients,
            *facts.complained_recipients,
            *facts.delayed_recipients,
        )
    ]
    return [*named, *((address, "", "") for address in facts.recipients)] or [("", words, "")]
