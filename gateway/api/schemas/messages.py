"""Messages, their deliveries and files, and drafts."""

from typing import Literal

from connectors.events import CallState
from connectors.manifest import ActKind
from gateway.api.answer import Answer
from gateway.api.fields import DeliveryState, Time
from gateway.api.schemas.mail import RecipientDelivery


class Author(Answer, frozen=True, kw_only=True):
    """Who said it; ``vendor`` answered in the provider's own tool."""

    kind: Literal["contact", "agent", "system", "vendor"]
    id: str
    name: str
    address: str


class File(Answer, frozen=True, kw_only=True):
    """An attachment; ``url`` is relative to the origin. ``reason`` says why a fetch failed."""

    id: str
    name: str
    media_type: str
    kind: str
    size: int
    inline: bool
    state: Literal["stored", "pending", "failed"]
    reason: str
    url: str


class Reaction(Answer, frozen=True, kw_only=True):
    """One person's emoji; of ``ours`` the sender is the agent's name."""

    sender: str
    emoji: str
    ours: bool


class Act(Answer, frozen=True, kw_only=True):
    """What we want to happen to a message that was sent or received: its delivery tells whether it
    has. ``emoji`` "" takes our reaction away.
    """

    kind: ActKind
    message_id: str
    text: str
    emoji: str


class PhoneCall(Answer, frozen=True, kw_only=True):
    """A call that was reported; a recording of it is among the files."""

    state: CallState
    duration_s: int


class Delivery(Answer, frozen=True, kw_only=True):
    """Where an outbound message is. ``undo_until`` is set while it may still be undone, ``send_at``
    while it is scheduled (``unless_they_write``: a word of the customer before then cancels it);
    ``recipients`` are those of several of whom more is known than ``state`` says.
    """

    state: DeliveryState
    reason: str
    changed_at: Time
    undo_until: Time | None
    send_at: Time | None
    unless_they_write: bool
    recipients: list[RecipientDelivery]


class SenderTrust(Answer, frozen=True, kw_only=True):
    """Whether a mail is by who it says: ``verdict`` on ``domain``, and what it rests on (results
    as in RFC 8601). ``by`` names the relay or provider whose word it is, "" for our own check.
    """

    verdict: Literal["pass", "fail", "none", "temperror"]
    domain: str
    spf: str
    dkim: str
    dmarc: str
    policy: str
    by: str
    reason: str


class SignatureCheck(Answer, frozen=True, kw_only=True):
    """What became of a mail's own signature, or that it is encrypted."""

    kind: Literal["smime", "openpgp"]
    state: Literal["verified", "invalid", "unknown", "unchecked", "encrypted"]
    signer: str
    reason: str


class EarlierText(Answer, frozen=True, kw_only=True):
    """What a message said before it was edited, from ``at`` on."""

    text: str
    at: Time


class Message(Answer, frozen=True, kw_only=True):
    """One utterance. ``reply_text`` is what was written now, ``text`` the whole; ``sender_trust``
    is null for what is no incoming mail.
    ``signature`` is the writer's; under what we sent, the inbox's own. ``quick_replies`` are the
    buttons that went with it, ``template`` the provider's that it was. ``earlier``: what it said
    before it was edited, the oldest first. One whose direction is ``act`` has no words: it changes
    another.
    """

    id: str
    ticket_id: str
    conversation_id: str
    inbox_id: str
    channel: str
    direction: Literal["in", "out", "note", "act"]
    author: Author
    sender_trust: SenderTrust | None
    signatures: list[SignatureCheck]
    occurred_at: Time
    received_at: Time
    edited_at: Time | None
    earlier: list[EarlierText]
    deleted_at: Time | None
    subject: str
    text: str
    reply_text: str
    signature: str
    has_html: bool
    remote_content: bool
    quoted: bool
    language: str
    files: list[File]
    to: list[str]
    cc: list[str]
    bcc: list[str]
    reply_to: str | None
    quick_replies: list[str]
    template: str | None
    call: PhoneCall | None
    act: Act | None
    reactions: list[Reaction]
    delivery: Delivery | None
    threaded_by: str
    warnings: list[str]


class MessagePage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[Message]
    next_cursor: str | None


class Draft(Answer, frozen=True, kw_only=True):
    """My unfinished reply or note; ``rev`` 0 and empty when there is none. ``cc`` null: nobody
    has said whom to copy yet.
    """

    text: str
    html: str | None
    cc: list[str] | None
    bcc: list[str] | None
    conversation_id: str | None
    rev: int
    updated_at: Time | None


class Upload(Answer, frozen=True, kw_only=True):
    """A file that waits for the reply it belongs to."""

    id: str
    name: str
    media_type: str
    size: int
    kind: str
