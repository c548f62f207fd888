"""What a provider told us, as types: the events that ``parse`` yields.

Every event has ``dedupe_id`` (scoped to the inbox: the same fact delivered twice has it twice),
``native_id`` (the provider's own id of what it speaks of) and ``occurred_at`` (aware UTC).
Ids are strings even where the provider sends numbers: 64-bit ids do not survive JSON. A
``native_id`` is unique in its inbox: where the provider counts anew in every chat, it is made of
both (``scoped_id``), in events, in ``reply_to`` and in what ``send`` returns.
"""

from datetime import datetime
from typing import Literal

import msgspec

Direction = Literal["in", "echo"]
MediaKind = Literal["image", "audio", "video", "voice", "sticker", "file", "location"]
# "delayed": the provider goes on trying; "complained": the recipient called it spam.
ReceiptState = Literal["sent", "delivered", "read", "failed", "delayed", "complained"]
CallState = Literal["ringing", "answered", "ended", "missed", "recorded"]
TrustVerdict = Literal["pass", "fail", "none", "temperror"]


def scoped_id(chat: str, id: str) -> str:
    """An id that the provider made unique only within one chat."""
    return f"{chat}#{id}"


def unscoped_id(native_id: str, thread_key: str) -> str:
    """The provider's own id again, as its tools show it."""
    chat, found, own = native_id.partition("#")
    return own if found and thread_key.partition(":")[0] == chat else native_id


class SenderId(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a person: ``family`` is ``tel``, ``mailto``, ``telegram``, ``webchat`` ...

    ``scope`` narrows ids that are only unique within an account (a page, a bot, an inbox).
    """

    family: str
    value: str
    scope: str = ""

    @property
    def canonical(self) -> str:
        """``family:value``, or ``family:scope/value``: the key of a contact point."""
        return f"{self.family}:{self.scope + '/' if self.scope else ''}{self.value}"


class MediaRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that came with a message: by ``url`` or by the provider's ``ref``. Both are opened by
    the connector's ``MediaPort.fetch`` where it has one (credentials, expiry), else by ``url``.

    A location is no file: its ``url`` is a ``geo:`` URI (RFC 5870, see ``place``), ``name`` says
    what is there, and the normaliser turns it into words with a link to a map.
    """

    kind: MediaKind
    url: str = ""
    ref: str = ""
    name: str = ""
    media_type: str = ""
    size: int | None = None


def place(latitude: float, longitude: float, name: str = "") -> MediaRef:
    """A location that somebody shared, in degrees (WGS 84)."""
    return MediaRef(kind="location", url=f"geo:{latitude:.6f},{longitude:.6f}", name=name)


class ReplyHandle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the provider wants back with a reply: a reply token, a session URL, a service URL.

    It is given to the sender with every reply until ``expires_at`` (None: it has no end). One that
    may be used once only is still given: whether it was used, the provider knows best.
    """

    value: str
    expires_at: datetime | None = None


class SenderTrust(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a mail is by who it says (RFC 7208, 6376, 7489; words as in RFC 8601).

    ``verdict`` is about ``domain``, that of the author: ``pass`` when an identity aligned with it
    was proven, ``fail`` when the domain's owner says that this mail is none of theirs, ``none``
    when nobody says anything, ``temperror`` when it could not be found out. ``source`` tells whose
    word that is: ours, that of a relay we trust (``by``), or the provider's who hands us its mail.
    ``policy`` is what the owner asks to do with failing mail. ``arc`` is the chain of those who
    forwarded it, ``arc_domain`` the last of them.
    """

    verdict: TrustVerdict
    source: Literal["computed", "relay", "provider"]
    domain: str = ""
    spf: str = "none"
    spf_domain: str = ""
    dkim: str = "none"
    dkim_domain: str = ""
    dmarc: str = "none"
    policy: str = ""
    arc: str = ""
    arc_domain: str = ""
    by: str = ""
    reason: str = ""


class MessageReceived(msgspec.Struct, frozen=True, kw_only=True, tag="message"):
    """Somebody said something. For mail, ``mail`` holds the raw RFC 5322 bytes and the rest is
    filled by the normaliser; everywhere else the fields are complete. ``trust`` is what a mail
    provider says of the sender of a mail that it received for us. ``incomplete`` says why only the
    head of a mail came.
    """

    dedupe_id: str
    native_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    sender_name: str = ""
    recipient: str = ""
    direction: Direction = "in"
    text: str = ""
    html: str | None = None
    subject: str = ""
    attachments: tuple[MediaRef, ...] = ()
    reply_to: str = ""
    reply_handle: ReplyHandle | None = None
    mail: bytes | None = None
    incomplete: str = ""
    trust: SenderTrust | None = None


class MessageEdited(msgspec.Struct, frozen=True, kw_only=True, tag="edit"):
    """A message that we may or may not hold now says something else."""

    dedupe_id: str
    native_id: str
    occurred_at: datetime
    thread_key: str = ""
    senders: tuple[SenderId, ...] = ()
    text: str = ""


class MessageDeleted(msgspec.Struct, frozen=True, kw_only=True, tag="delete"):
    """The sender took a message back."""

    dedupe_id: str
    native_id: str
    occurred_at: datetime


class ReactionChanged(msgspec.Struct, frozen=True, kw_only=True, tag="reaction"):
    """``emoji`` is empty when the reaction was taken away."""

    dedupe_id: str
    native_id: str
    occurred_at: datetime
    senders: tuple[SenderId, ...] = ()
    emoji: str = ""


class ReceiptReported(msgspec.Struct, frozen=True, kw_only=True, tag="receipt"):
    """The provider's word on one of our messages; ``watermark`` means "all up to occurred_at".

    ``message_id`` is our own id, where the provider hands it back: it finds a message whose
    ``native_id`` we never learned (the line broke). ``recipient`` is the one of several that it
    speaks of, "" for all of them; ``status`` an enhanced status code (RFC 3463) where there is one.
    """

    dedupe_id: str
    native_id: str
    state: ReceiptState
    occurred_at: datetime
    reason: str = ""
    watermark: bool = False
    message_id: str = ""
    senders: tuple[SenderId, ...] = ()
    recipient: str = ""
    status: str = ""


class PostbackPressed(msgspec.Struct, frozen=True, kw_only=True, tag="postback"):
    """A button was pressed; ``text`` is its label, ``payload`` what we had put behind it."""

    dedupe_id: str
    native_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    sender_name: str = ""
    text: str = ""
    payload: str = ""
    reply_handle: ReplyHandle | None = None


class TypingChanged(msgspec.Struct, frozen=True, kw_only=True, tag="typing"):
    """The customer began or stopped typing; never stored."""

    dedupe_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    typing: bool
    native_id: str = ""


class MembershipChanged(msgspec.Struct, frozen=True, kw_only=True, tag="membership"):
    """Somebody joined, left, blocked the bot, followed the account; or all of them moved: the
    thread goes on under the key ``moved_to``.
    """

    dedupe_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    change: Literal["joined", "left", "blocked", "unblocked", "moved"]
    native_id: str = ""
    moved_to: str = ""


class CallEvent(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """A call began, ended or left a recording."""

    dedupe_id: str
    native_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    state: CallState
    duration_s: int = 0
    attachments: tuple[MediaRef, ...] = ()


class AlertRaised(msgspec.Struct, frozen=True, kw_only=True, tag="alert"):
    """A machine reports; there is no way back to it."""

    dedupe_id: str
    native_id: str
    thread_key: str
    senders: tuple[SenderId, ...]
    occurred_at: datetime
    state: Literal["firing", "resolved"]
    text: str = ""
    subject: str = ""


class Doorbell(msgspec.Struct, frozen=True, kw_only=True, tag="doorbell"):
    """No message in it: the provider says "come and pull from ``cursor``"."""

    dedupe_id: str
    occurred_at: datetime
    cursor: str = ""
    native_id: str = ""


InboundEvent = (
    MessageReceived
    | MessageEdited
    | MessageDeleted
    | ReactionChanged
    | ReceiptReported
    | PostbackPressed
    | TypingChanged
    | MembershipChanged
    | CallEvent
    | AlertRaised
    | Doorbell
)


class BadItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a request that could not be read; its neighbours could."""

    index: int
    reason: str


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """All that one request held. An empty ``events`` with no ``bad`` is a genuine nothing."""

    events: tuple[InboundEvent, ...] = ()
    bad: tuple[BadItem, ...] = ()
