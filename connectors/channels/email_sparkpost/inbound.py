"""From SparkPost's webhooks to events. Pure.

Sources: SparkPost developer documentation, "Relay Webhooks" and "Event Webhooks".
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.events import BadItem, InboundEvent, Parsed, ReceiptState
from connectors.kit.decoding import decode_json
from connectors.kit.mail.provider import HARD, Report, raw_mail, receipt
from connectors.kit.moments import from_epoch

OUR_ID = "parley"
MOST_ITEMS = 20_000
RELAY = "relay_message"

STATES: Mapping[str, ReceiptState] = {
    "delivery": "delivered",
    "initial_open": "read",
    "open": "read",
    "bounce": "failed",
    "out_of_band": "failed",
    "policy_rejection": "failed",
    "generation_failure": "failed",
    "generation_rejection": "failed",
    "delay": "delayed",
    "spam_complaint": "complained",
}
# Bounces that are none: auto-replies, subscriptions, challenges.
# https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
NOT_BOUNCED = frozenset({"60", "80", "90", "100"})
HARD_CLASSES = frozenset({"10", "30"})


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The whole mail."""

    email_rfc822: str
    email_rfc822_is_base64: bool = False


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that came in."""

    content: Content
    msg_from: str | None = None
    rcpt_to: str = ""


class SparkEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One report. ``rcpt_meta`` is our metadata."""

    type: str
    timestamp: float | str
    event_id: str = ""
    raw_rcpt_to: str = ""
    rcpt_to: str = ""
    raw_reason: str | None = None
    reason: str | None = None
    bounce_class: str | int | None = None
    rcpt_meta: dict[str, object] | list[object] | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a batch: its one name says what it is; a ping has none."""

    msys: dict[str, msgspec.Raw]


Items = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_ITEMS)]


def parse(request: WebhookRequest) -> Parsed:
    """Mails and reports, many at once."""
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(decode_json(request.body, Items, "an array of SparkPost")):
        try:
            events += _events(decode_json(bytes(raw), Item, "an item"), request.received_at)
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
    return Parsed(events=tuple(events), bad=tuple(bad))


def _events(item: Item, received_at: datetime) -> list[InboundEvent]:
    found: list[InboundEvent] = []
    for kind, raw in item.msys.items():
        if kind == RELAY:
            found.append(_mail(decode_json(bytes(raw), Relayed, "a relayed mail"), received_at))
        else:
            found += _report(decode_json(bytes(raw), SparkEvent, "an event"))
    return found


def _mail(mail: Relayed, received_at: datetime) -> InboundEvent:
    content = mail.content.email_rfc822
    try:
        raw = (
            base64.b64decode(content)
            if mail.content.email_rfc822_is_base64
            else content.encode("utf-8", "replace")
        )
    except (binascii.Error, ValueError) as error:
        raise Malformed("email_rfc822 is not base64") from error
    rcpt_to = (mail.rcpt_to,) if mail.rcpt_to else ()
    return raw_mail(raw, received_at, mail_from=mail.msg_from, rcpt_to=rcpt_to)


def _report(event: SparkEvent) -> list[InboundEvent]:
    state = STATES.get(event.type)
    ours = event.rcpt_meta.get(OUR_ID) if isinstance(event.rcpt_meta, dict) else None
    message = str(ours or "")
    no_bounce = state == "failed" and str(event.bounce_class) in NOT_BOUNCED
    if state is None or not message or no_bounce:
        return []
    words = event.raw_reason or event.reason or event.type
    return [
        receipt(
            Report(
                id=event.event_id,
                message=message,
                state=state,
                at=from_epoch(event.timestamp),
                recipient=event.raw_rcpt_to or event.rcpt_to,
                reason=words,
                status=HARD if str(event.bounce_class) in HARD_CLASSES else "",
            )
        )
    ]
