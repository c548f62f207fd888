"""The unified conversation model: what every channel's words become.

Structs are documents as well: ``id`` is stored as ``_id``; a field at its default is not stored
(queries must not look for defaults). Datetimes are aware UTC in whole milliseconds.
"""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from connectors.contract import InboxId, MailEnvelope, SenderId, Template
from connectors.events import CallState, MediaKind, ReplyHandle, SenderTrust
from connectors.manifest import ActKind

ContactId = NewType("ContactId", str)
ConversationId = NewType("ConversationId", str)
TicketId = NewType("TicketId", str)
MessageId = NewType("MessageId", str)
AgentId = NewType("AgentId", str)

Direction = Literal["in", "out", "note", "act"]
AuthorKind = Literal["contact", "agent", "system", "vendor"]
DeliveryState = Literal[
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "failed",
    "uncertain",
    "cancelled",
]
SignatureState = Literal["verified", "invalid", "unknown", "unchecked", "encrypted"]
FileState = Literal["stored", "pending", "failed"]


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who said it. ``vendor`` is a person who answered in the provider's own tool (echo)."""

    kind: AuthorKind
    id: str = ""
    name: str = ""
    address: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An attachment of a stored message. ``sha256`` names the blob once ``state`` is stored."""

    id: str
    kind: MediaKind
    name: str
    media_type: str
    size: int = 0
    sha256: str = ""
    content_id: str = ""
    inline: bool = False
    state: FileState = "stored"
    source: str = ""
    reason: str = ""


OURS = "us"  # the sender of our own reaction: customers see one account, whoever of us reacts


class Reaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's emoji on a message; a person has at most one per message.

    Of ours, ``name`` is the agent's and ``native_id`` the reaction's own id at the provider.
    """

    sender: str
    emoji: str
    at: datetime
    name: str = ""
    native_id: str = ""


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agent wants to happen to a message that the provider has: ``text`` is what it is to
    say, ``emoji`` the reaction ("" takes ours away). ``was`` keeps the words that it replaced.
    """

    kind: ActKind
    message_id: MessageId
    text: str = ""
    emoji: str = ""
    was: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a telephone, or a call on a chat channel, reported. A recording is among the files."""

    state: CallState
    duration_s: int = 0


INCOMPLETE = "only-its-head-came"  # a warning of mails too large to fetch


class MailRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an inbox reads its mails, where operators differ.

    ``reply_to_as_sender``: web forms write in their own name and put the customer into Reply-To;
    "keep_name" takes the address alone. ``agent_forwards``: what an agent forwards to the inbox is
    its first author's.
    """

    reply_to_as_sender: Literal["off", "whole", "keep_name"] = "off"
    agent_forwards: bool = False


class SignatureCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a mail's S/MIME or OpenPGP signature.

    ``verified``: by a key that an operator configured, of the author's own address. ``unknown``: no
    such key; ``unchecked``: there are no keys at all; ``invalid``: it proves that something is
    wrong. ``encrypted``: nobody here can read it.
    """

    kind: Literal["smime", "openpgp"]
    state: SignatureState
    signer: str = ""
    reason: str = ""


class MailFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only a mail has. Ids without angle brackets."""

    message_id: str
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    auto_reply: str = ""
    bounce_of: str = ""
    remote_content: bool = False
    signatures: tuple[SignatureCheck, ...] = ()


RecipientState = Literal["delayed", "failed", "delivered", "complained"]


class RecipientDelivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one recipient of a mail, in its server's words; an ``address`` of "" is one
    that the report did not name. ``status`` is an enhanced status code (RFC 3463) or "".
    """

    address: str
    state: RecipientState
    at: datetime
    reason: str = ""
    status: str = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one outbound message at its provider; it only moves forward.

    ``native_ids`` are the provider's ids of every piece the message became. ``fence`` grows with
    each claim: an older claimant's result is refused. ``due_at`` is there while something is still
    to be done (queued: send then; sending: its lease ends then; uncertain: the conversation goes on
    then), and absent afterwards. ``round`` counts how often an agent asked for a failed one again,
    ``queued_at`` is when the round began. ``recipients`` are those of a mail of whom something is
    known beyond ``state``; ``taken`` those that have it already while others are tried again.
    ``send_at`` is when a scheduled one becomes queued, ``unless_they_write`` whether a word of the
    customer before that cancels it.
    """

    state: DeliveryState
    changed_at: datetime
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    due_at: datetime | None = None
    queued_at: datetime | None = None
    round: int = 0
    native_ids: tuple[str, ...] = ()
    reason: str = ""
    failed_pieces: tuple[str, ...] = ()
    recipients: tuple[RecipientDelivery, ...] = ()
    taken: tuple[str, ...] = ()
    send_at: datetime | None = None
    unless_they_write: bool = False


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What a message said before it was edited, from ``at`` on."""

    text: str
    at: datetime


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One utterance, as stored. ``id`` derives from (inbox, native id) for what came in.

    ``reply_text`` is what the person wrote now; ``text`` is the whole. ``earlier``: what it said
    before, the oldest first; deleting takes these words, too. An ``act`` has no words of its own:
    it waits, is sent and may fail as a reply does, and changes the message it speaks of.
    Order of display: (occurred_at, sequence, journal_id).
    """

    id: MessageId = msgspec.field(name="_id")
    v: int = 1
    inbox_id: InboxId
    channel: str
    conversation_id: ConversationId
    ticket_id: TicketId
    direction: Direction
    author: Author
    occurred_at: datetime
    received_at: datetime
    native_id: str = ""
    sequence: str = ""
    journal_id: str = ""
    subject: str = ""
    text: str = ""
    html: str | None = None
    reply_text: str = ""
    signature: str = ""
    language: str = ""
    files: tuple[File, ...] = ()
    reply_to: str = ""
    mail: MailFacts | None = None
    trust: SenderTrust | None = None
    recipient: SenderId | None = None
    envelope: MailEnvelope | None = None
    template: Template | None = None
    quick_replies: tuple[str, ...] = ()
    call: Call | None = None
    act: Act | None = None
    delivery: Delivery | None = None
    reactions: tuple[Reaction, ...] = ()
    edited_at: datetime | None = None
    earlier: tuple[Earlier, ...] = ()
    deleted_at: datetime | None = None
    erased: bool = False
    threaded_by: str = ""
    warnings: tuple[str, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A normalised inbound message before threading: everything but its place.

    ``dedupe_id`` with the inbox makes the message's id; ``senders`` holds every identity the
    provider gave, the most stable first. ``sent_by`` is the address that a mail came from where
    it speaks for another (``senders``): only this one may prove that it belongs to a ticket.
    ``among_us`` marks a mail that an own address sent to own addresses alone; ``filed`` one that
    lay in our own folder of sent mail, where nobody else could put it.
    """

    inbox_id: InboxId
    channel: str
    dedupe_id: str
    native_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    sender_name: str
    echo: bool
    sent_by: str = ""
    among_us: bool = False
    filed: bool = False
    occurred_at: datetime
    received_at: datetime
    journal_id: str
    sequence: str = ""
    subject: str = ""
    text: str = ""
    html: str | None = None
    reply_text: str = ""
    signature: str = ""
    language: str = ""
    files: tuple[File, ...] = ()
    contents: tuple[tuple[str, bytes], ...] = ()
    reply_to: str = ""
    reply_handle: ReplyHandle | None = None
    recipient: str = ""
    call: Call | None = None
    mail: MailFacts | None = None
    trust: SenderTrust | None = None
    bounce: "BounceFacts | None" = None
    warnings: tuple[str, ...] = ()

    @property
    def doubted(self) -> bool:
        """Whether the owner of its author's domain says that this mail is none of theirs, and the
        author's own signature does not say better.
        """
        failed = self.trust is not None and self.trust.verdict == "fail"
        return failed and not (self._signed or self.filed)

    @property
    def unchecked(self) -> bool:
        """Whether it could not be found out who sent it, which a flood of mails can bring about."""
        failed = self.trust is not None and self.trust.verdict == "temperror"
        return failed and not (self._signed or self.filed)

    @property
    def vouched(self) -> bool:
        """Whether its author's domain was proven, or its author; a form proves only itself. What
        lay among our sent mail needs no proof.
        """
        passed = self.trust is not None and self.trust.verdict == "pass"
        return self.filed or ((passed or self._signed) and not self.sent_by)

    @property
    def _signed(self) -> bool:
        return any(one.state == "verified" for one in self.mail.signatures) if self.mail else False


class BounceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that says that one of ours did not arrive (RFC 3464, and what others send), or that a
    recipient called it spam (``complaint``, RFC 5965). ``each``: where it tells of each recipient.
    """

    permanent: bool
    status: str
    recipients: tuple[str, ...]
    original_message_id: str
    reason: str
    temporary: bool = False
    complaint: bool = False
    each: "tuple[BouncedRecipient, ...]" = ()


class BouncedRecipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a report: for good, or not yet."""

    address: str
    permanent: bool
    status: str = ""
    reason: str = ""
