"""The connector contract: what a channel may implement, and in which shapes.

A connector is made once per inbox from an ``Account`` (typed settings included) and implements
only the protocols that apply; which ones is data in its ``manifest.toml``. Parsing is pure: no
network, no clock but the request's ``received_at``.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NewType, Protocol, runtime_checkable

import msgspec

from connectors.events import InboundEvent, Parsed, SenderId
from connectors.tokens import LocalTokens, Tokens

InboxId = NewType("InboxId", str)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One configured inbox, as its connector sees it.

    ``address`` is ours in the channel's own words: a mail address, an E.164 number, a bot's name.
    ``hook_url`` is the configured *external* URL: signatures are made over it, never over what a
    proxy shows. ``settings`` is the channel's own Struct. ``tokens`` are kept for all processes.
    """

    inbox_id: InboxId
    channel: str
    name: str
    address: str
    hook_url: str
    settings: Any
    tokens: Tokens = msgspec.field(default_factory=LocalTokens)


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came. Header names are lower case; ``url`` is the external one."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class WebhookResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly the bytes that a provider wants to see."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


@runtime_checkable
class WebhookReceiver(Protocol):
    """HTTP in. The edge calls verify, handshake, (journal), ack; ingest calls parse."""

    def verify(self, request: WebhookRequest) -> bool:
        """True when a signature was checked, False when the channel has none configured.

        Raises Unauthentic when it is wrong or missing where one is required.
        """

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The answer to a verification call; None when this is not one."""

    def parse(self, request: WebhookRequest) -> Parsed:
        """Pure. Raises Malformed when nothing of it can be read; a bad item goes to ``bad``."""

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """What the provider wants once the request is on disk."""


@runtime_checkable
class Preparer(Protocol):
    """Optional, for a WebhookReceiver: what verifying or greeting needs from the network (the
    provider's certificate, its keys, a subscription to be confirmed).
    """

    async def prepare(self, request: WebhookRequest) -> None:
        """Before ``verify``, within five seconds; nothing of the request is to be trusted yet.

        Raises FetchFailed: the provider is asked to come again.
        """


class Pulled(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a pull, and the cursor to save once the journal has it."""

    body: bytes
    cursor: str
    headers: Mapping[str, str] = {}


@runtime_checkable
class Puller(Protocol):
    """Polls and IMAP. The caller saves ``cursor`` only after the journal has the item."""

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """All that is new since ``cursor`` ("" at the very first time), oldest first."""

    async def wait(self, seconds: float) -> None:
        """Return when there may be something new: after ``seconds``, unless the provider tells
        by itself (IDLE).
        """

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Pure, as ``WebhookReceiver.parse``."""


@runtime_checkable
class Rung(Protocol):
    """Optional, for a Puller: what the webhook's Doorbell said, before the pull that it asks for.
    It may be lost: a pull without it must work as well.
    """

    def rung(self, cursor: str) -> None:
        """``Doorbell.cursor`` of the newest."""


@runtime_checkable
class MayPull(Protocol):
    """Optional: a Puller whose settings may leave nothing to pull."""

    @property
    def pulls(self) -> bool:
        """False: nobody need ask."""


Sink = Callable[[bytes], Awaitable[None]]


@runtime_checkable
class Streamer(Protocol):
    """Long polls and sockets: one leased owner in the whole cluster."""

    async def run(self, sink: Sink) -> None:
        """Hand each raw item to ``sink`` and go on only when it returned; ends by cancellation."""

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """Pure, as ``WebhookReceiver.parse``."""


class OutboundFile(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment to send. ``open`` streams it; ``url`` is a public signed link, or ""."""

    name: str
    media_type: str
    size: int
    open: Callable[[], AsyncIterator[bytes]]
    url: str = ""
    content_id: str = ""


class MailEnvelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only mail needs; frozen on the message when the agent pressed Send.

    ``to_name`` is what the first of ``to`` is called, "" where nobody said. ``taken`` are
    recipients that have it already: the headers name them, it goes to the others.
    ``unsubscribe`` is the link that ends such mail, where it is automatic.
    """

    message_id: str
    to: tuple[str, ...]
    to_name: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: str = ""
    envelope_from: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    auto_submitted: bool = False
    taken: tuple[str, ...] = ()
    unsubscribe: str = ""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A message the provider has approved beforehand."""

    name: str
    language: str
    params: tuple[str, ...] = ()


class OutboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One reply, rendered for its channel. ``id`` is ours and the idempotency key.

    ``reply_handle`` is the newest ``ReplyHandle.value`` of the conversation, "" once it expired.
    """

    id: str
    recipient: SenderId
    thread_key: str
    text: str
    created_at: datetime
    html: str | None = None
    subject: str = ""
    sender_name: str = ""
    attachments: tuple[OutboundFile, ...] = ()
    quick_replies: tuple[str, ...] = ()
    template: Template | None = None
    reply_to: str = ""
    reply_handle: str = ""
    mail: MailEnvelope | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of several that the provider did not take, in its words.

    ``status`` is an enhanced status code (RFC 3463), "" where it gave none.
    """

    recipient: str
    reason: str
    status: str = ""


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag="sent"):
    """The provider has it. One message may have become several; ``failed`` says which did not.

    Of several recipients ``refused`` will never be taken; ``later`` were not taken now, and are
    to be tried again alone.
    """

    native_ids: tuple[str, ...]
    failed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    later: tuple[Refusal, ...] = ()


class RetryLater(msgspec.Struct, frozen=True, kw_only=True, tag="retry"):
    """It was surely *not* sent; ``after_s`` is the provider's wish, None leaves it to us."""

    reason: str
    after_s: float | None = None


class Rejected(msgspec.Struct, frozen=True, kw_only=True, tag="rejected"):
    """The provider will never take it; ``reason`` is in the provider's words.

    ``refused`` names recipients where it is their address that was refused.
    """

    reason: str
    code: str = ""
    refused: tuple[Refusal, ...] = ()


class WindowClosed(msgspec.Struct, frozen=True, kw_only=True, tag="window_closed"):
    """Free replies are over; the agent is offered a template or another channel."""

    reason: str


class ReauthNeeded(msgspec.Struct, frozen=True, kw_only=True, tag="reauth"):
    """Credentials are refused: the inbox needs an administrator."""

    reason: str


class OutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """The line broke after the provider may have taken it: never retried blindly."""

    reason: str


SendOutcome = Accepted | RetryLater | Rejected | WindowClosed | ReauthNeeded | OutcomeUnknown


@runtime_checkable
class Sender(Protocol):
    """Out. ``idempotent`` says that the provider drops a repeated send of the same id, and
    remembers for the day that we may go on trying: an hour is too short.
    """

    idempotent: bool

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Never raises for what the provider or the network did; within 60 seconds."""

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """Keys of the manifest's rate limits that this message counts against."""


@runtime_checkable
class MediaPort(Protocol):
    """Files: the caller opens the stream through the egress client and caps it."""

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes behind a ``MediaRef.url`` or ``ref``; raises ConnectorError."""


class TemplateInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A template that may be sent: ``body`` with its gaps (``{{1}}``), ``params`` how many."""

    name: str
    language: str
    body: str
    params: int = 0
    category: str = ""


@runtime_checkable
class TemplateLister(Protocol):
    """Optional: providers that keep the templates they have approved."""

    async def templates(self) -> tuple[TemplateInfo, ...]:
        """Those that may be sent now; raises FetchFailed."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """``ok`` None means "cannot be known"; ``advice`` says what to do when it is False."""

    ok: bool | None
    detail: str
    advice: str = ""


@runtime_checkable
class HealthChecker(Protocol):
    """Optional: token, webhook subscription, mailbox."""

    async def check(self) -> Health:
        """Within ten seconds, and without sending anything to a customer."""


@runtime_checkable
class HookRegistrar(Protocol):
    """Optional: providers that are told by an API call where our webhook is."""

    async def register(self) -> Health:
        """Called when the inbox is saved; says whether the provider took the address."""


@runtime_checkable
class Relayed(Protocol):
    """Optional: its mail comes through servers that say what they found out of the sender."""

    @property
    def authserv_ids(self) -> frozenset[str]:
        """Names whose Authentication-Results count (RFC 8601), lower case; ``-`` for no name."""


@runtime_checkable
class Closable(Protocol):
    """Optional: connectors whose connections outlive a call."""

    async def close(self) -> None:
        """Called once the inbox has changed or gone; a send under way may end."""


Connector = WebhookReceiver | Puller | Streamer | Sender
__all__ = [
    "Accepted",
    "Account",
    "Closable",
    "Connector",
    "Health",
    "HealthChecker",
    "HookRegistrar",
    "InboundEvent",
    "InboxId",
    "MailEnvelope",
    "MayPull",
    "MediaPort",
    "OutboundFile",
    "OutboundMessage",
    "OutcomeUnknown",
    "Parsed",
    "Preparer",
    "Pulled",
    "Puller",
    "ReauthNeeded",
    "Refusal",
    "Rejected",
    "Relayed",
    "RetryLater",
    "Rung",
    "SendOutcome",
    "Sender",
    "SenderId",
    "Sink",
    "Streamer",
    "Template",
    "TemplateInfo",
    "TemplateLister",
    "WebhookReceiver",
    "WebhookRequest",
    "WebhookResponse",
    "WindowClosed",
]
