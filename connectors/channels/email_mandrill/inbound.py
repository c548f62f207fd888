"""From Mandrill's webhooks to events. Pure.

Sources: Mailchimp Transactional documentation, "Format of the webhook content" and "Inbound email".
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
from connectors.kit.forms import form_parts, texts
from connectors.kit.mail.assembled import MailFields, MailFile, several, with_missing
from connectors.kit.mail.provider import HARD, Report, parted_mail, raw_mail, receipt
from connectors.kit.moments import from_epoch

OUR_ID = "parley"
FIELD = "mandrill_events"
MOST_EVENTS = 20_000

STATES: Mapping[str, ReceiptState] = {
    "send": "sent",
    "delivered": "delivered",
    "open": "read",
    "hard_bounce": "failed",
    "soft_bounce": "failed",
    "reject": "failed",
    "deferral": "delayed",
    "spam": "complained",
}

Events = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_EVENTS)]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment; an image's ``name`` is its Content-ID."""

    name: str = ""
    type: str = ""
    content: str = ""
    base64: bool = True


class InboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A mail: ``raw_msg`` is the whole of it."""

    raw_msg: str | None = None
    email: str | None = None
    sender: str | None = None
    headers: dict[str, str | list[str] | None] = {}
    from_email: str | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    attachments: dict[str, File] | None = None
    images: dict[str, File] | None = None


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a report speaks of."""

    email: str = ""
    diag: str | None = None
    bounce_description: str | None = None
    metadata: dict[str, object] | list[object] | None = None

    @property
    def ours(self) -> str:
        """Our own id; an empty metadata is a list there."""
        found = self.metadata.get(OUR_ID) if isinstance(self.metadata, dict) else None
        return str(found or "")


class MandrillEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of any kind."""

    event: str = ""
    ts: float = 0
    msg: msgspec.Raw = msgspec.Raw(b"{}")


def events_of(request: WebhookRequest) -> str:
    """The JSON array in the form's one field."""
    fields = texts(form_parts(request))
    if FIELD not in fields:
        raise Malformed(f"{FIELD} is missing")
    return fields[FIELD]


def parse(request: WebhookRequest) -> Parsed:
    """Mails and reports, up to a thousand at once."""
    plain = request.media_type == "application/json"  # as somebody's relay may send it
    body = request.body if plain else events_of(request).encode()
    items = decode_json(body, Events | MandrillEvent, "an array of events")  # type: ignore[arg-type]
    raws = items if isinstance(items, list) else [msgspec.Raw(body)]
    events: list[InboundEvent] = []
    bad: list[BadItem] = []
    for index, raw in enumerate(raws):
        try:
            found = _event(raw, request.received_at)
        except Malformed as error:
            bad.append(BadItem(index=index, reason=str(error)))
            continue
        if found is not None:
            events.append(found)
    return Parsed(events=tuple(events), bad=tuple(bad))


def _event(raw: msgspec.Raw, received_at: datetime) -> InboundEvent | None:
    event = decode_json(bytes(raw), MandrillEvent, "an event")
    if event.event == "inbound":
        return _mail(decode_json(bytes(event.msg), InboundMessage, "a mail"), received_at)
    if event.event not in STATES:
        return None
    return _report(event, decode_json(bytes(event.msg), SentMessage, "a report"))


def _report(event: MandrillEvent, about: SentMessage) -> InboundEvent | None:
    state = STATES[event.event]
    if not about.ours:
        return None
    words = about.diag or about.bounce_description or event.event
    return receipt(
        Report(
            id="",
            message=about.ours,
            state=state,
            at=from_epoch(event.ts),
            recipient=about.email,
            reason=words,
            status=HARD if event.event == "hard_bounce" else "",
        )
    )


def _mail(mail: InboundMessage, received_at: datetime) -> InboundEvent:
    rcpt_to = (mail.email,) if mail.email else ()
    if mail.raw_msg:
        raw = mail.raw_msg.encode("utf-8", "replace")
        return raw_mail(raw, received_at, mail_from=mail.sender, rcpt_to=rcpt_to)
    if not mail.headers and mail.text is None and mail.html is None:
        raise Malformed("neither raw_msg nor the fields of a mail")
    return parted_mail(
        MailFields(
            headers=with_missing(
                several(mail.headers),
                {"From": mail.from_email, "To": mail.email, "Subject": mail.subject},
            ),
            text=mail.text,
            html=mail.html,
            files=(
                *(_file(one, "") for one in (mail.attachments or {}).values()),
                *(_file(one, one.name) for one in (mail.images or {}).values()),
            ),
            mail_from=mail.sender,
            rcpt_to=rcpt_to,
        ),
        received_at,
    )


def _file(file: File, content_id: str) -> MailFile:
    try:
        content = base64.b64decode(file.content) if file.base64 else file.content.encode()
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"attachment {file.name!r} is not base64") from error
    return MailFile(name=file.name, media_type=file.type, content=content, content_id=content_id)
