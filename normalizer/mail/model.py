"""What a raw mail becomes: plain values, safe to store, free of any trace of MIME."""

from datetime import datetime
from typing import Literal

import msgspec

BounceKind = Literal["permanent", "temporary", "unknown"]
SenderSource = Literal["from", "reply-to", "return-path", "sender", "none"]


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One mailbox. `repaired` says that the sender's spelling was not a valid addr-spec."""

    name: str
    address: str
    repaired: bool = False


class MailAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded file. `content_id` has no brackets; `inline` means that the HTML shows it."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


class BouncedRecipient(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says of one recipient: fields as in Bounce."""

    address: str
    kind: BounceKind
    status: str = ""
    reason: str = ""


class Bounce(msgspec.Struct, frozen=True, kw_only=True):
    """A report that a mail could not be delivered, yet or ever.

    "permanent" says that the mail system has given up, "temporary" that it goes on trying; whether
    the address itself is bad is told by the class of `status` (5 or 4), an enhanced status code
    (RFC 3463) or "" where the report has none.
    `original_message_id` has its angle brackets, or is "". `each` holds what the report says of
    each recipient, where it does.
    """

    kind: BounceKind
    status: str = ""
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""
    reason: str = ""
    each: tuple[BouncedRecipient, ...] = ()


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient called one of our mails spam, and the provider tells us (RFC 5965).

    `feedback_type` is abuse, fraud, virus ...; `original_message_id` as in Bounce.
    """

    feedback_type: str
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a calendar file. `method` is that of RFC 5546: REQUEST, CANCEL, REPLY ..."""

    method: str
    summary: str
    location: str
    organizer: str
    starts: datetime | None
    ends: datetime | None
    all_day: bool


class SanitizedHtml(msgspec.Struct, frozen=True, kw_only=True):
    """HTML that may be shown in the sandboxed frame; remote images wait in `data-remote-src`."""

    html: str
    remote_content: bool


class ReplyParts(msgspec.Struct, frozen=True, kw_only=True):
    """A text taken apart: what was written now, the quoted past, and the signature.

    `rule` says by what the past was told.
    """

    reply: str
    quoted: str = ""
    signature: str = ""
    rule: str = ""


class ParsedMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail, read. Message ids keep their angle brackets; references are oldest first."""

    subject: str
    sender: Address
    sender_source: SenderSource
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    message_id: str
    message_id_generated: bool
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str | None
    remote_content: bool
    reply_text: str
    quoted_text: str
    signature: str
    reply_rule: str
    attachments: tuple[MailAttachment, ...]
    auto_reply: bool
    auto_reply_reason: str
    out_of_office: bool
    bounce: Bounce | None
    language: str
    security: tuple[str, ...]
    invitations: tuple[Invitation, ...]
    return_path: str | None
    delivered_to: tuple[str, ...]
    list_id: str
    authentication_results: tuple[str, ...]
    warnings: tuple[str, ...]
    complaint: Complaint | None = None
