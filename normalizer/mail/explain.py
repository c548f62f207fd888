"""What `parley explain mail` prints: a ParsedMail in the shape that ops and scorers read."""

import hashlib
from datetime import UTC, datetime

import msgspec

from connectors.events import SenderTrust
from normalizer.mail.model import Address, Bounce, Invitation, MailAttachment
from normalizer.mail.parse import parse_mail
from normalizer.model import SignatureCheck
from normalizer.trust.anchors import NOBODY, Anchors
from normalizer.trust.relay import trust_of_relay
from normalizer.trust.signatures import check_signatures


class ExplainedAddress(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    address: str


class ExplainedAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is set by the caller that writes the file out."""

    name: str
    media_type: str
    size: int
    sha256: str
    content_id: str
    inline: bool
    path: str | None = None


class ExplainedMail(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """One line of output; `date` is ISO 8601."""

    file: str
    subject: str
    sender: ExplainedAddress
    sender_source: str
    to: tuple[ExplainedAddress, ...]
    cc: tuple[ExplainedAddress, ...]
    reply_to: tuple[ExplainedAddress, ...]
    date: str | None
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str | None
    reply_text: str
    quoted_text: str
    signature: str
    reply_rule: str
    attachments: tuple[ExplainedAttachment, ...]
    auto_reply: bool
    auto_reply_reason: str
    out_of_office: bool
    bounce: Bounce | None
    language: str
    security: tuple[str, ...]
    invitations: tuple[Invitation, ...]
    warnings: tuple[str, ...]
    sender_trust: SenderTrust | None
    signatures: tuple[SignatureCheck, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The line, and the decoded files in the order of its attachments."""

    mail: ExplainedMail
    files: tuple[MailAttachment, ...]


def explain_mail(
    raw: bytes, file: str, own_origin: str = "", anchors: Anchors = NOBODY
) -> Explanation:
    """``anchors`` say whose word and whose signatures count; nothing is asked of the DNS."""
    mail = parse_mail(raw, own_origin=own_origin)
    shown = ExplainedMail(
        file=file,
        subject=mail.subject,
        sender=_address(mail.sender),
        sender_source=mail.sender_source,
        to=_addresses(mail.to),
        cc=_addresses(mail.cc),
        reply_to=_addresses(mail.reply_to),
        date=mail.date.isoformat() if mail.date else None,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        text=mail.text,
        html=mail.html,
        reply_text=mail.reply_text,
        quoted_text=mail.quoted_text,
        signature=mail.signature,
        reply_rule=mail.reply_rule,
        attachments=tuple(_attachment(item) for item in mail.attachments),
        auto_reply=mail.auto_reply,
        auto_reply_reason=mail.auto_reply_reason,
        out_of_office=mail.out_of_office,
        bounce=mail.bounce,
        language=mail.language,
        security=mail.security,
        invitations=mail.invitations,
        warnings=mail.warnings,
        sender_trust=trust_of_relay(raw, anchors.relays),
        signatures=check_signatures(raw, mail.sender.address.lower(), anchors.keys, _now()),
    )
    return Explanation(mail=shown, files=mail.attachments)


def _now() -> datetime:
    return datetime.now(UTC)


def _address(item: Address) -> ExplainedAddress:
    return ExplainedAddress(name=item.name, address=item.address)


def _addresses(items: tuple[Address, ...]) -> tuple[ExplainedAddress, ...]:
    return tuple(_address(item) for item in items)


def _attachment(item: MailAttachment) -> ExplainedAttachment:
    return ExplainedAttachment(
        name=item.name,
        media_type=item.media_type,
        size=len(item.content),
        sha256=hashlib.sha256(item.content).hexdigest(),
        content_id=item.content_id,
        inline=item.inline,
    )
