"""A reply as it is asked for, what an inbox can send, and receipts that wait for their message."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from connectors.contract import InboxId, MailEnvelope, Sender, Template
from connectors.events import ReceiptState
from connectors.manifest import Manifest
from normalizer.model import (
    Author,
    ConversationId,
    Delivery,
    Direction,
    File,
    MailFacts,
    Message,
    MessageId,
    TicketId,
)
from storage.events import Event
from ticketing.model import Inbox


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks for. ``files`` are uploads whose blobs are stored already.

    ``seen_message_id`` is the last message on the agent's screen; None asks for no check.
    ``reply_to`` is the message of the conversation that it answers; ``template`` is one of the
    provider's, whose words ``text`` repeats for our own record.
    ``automatic``: nobody wrote it, so it answers for nothing (see ``outbound.automatic``).
    """

    ticket_id: TicketId
    conversation_id: ConversationId
    idempotency_key: str
    text: str
    html: str | None = None
    files: tuple[File, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    quick_replies: tuple[str, ...] = ()
    reply_to: MessageId | None = None
    template: Template | None = None
    seen_message_id: MessageId | None = None
    send_anyway: bool = False
    then: Literal["solved", "waiting"] | None = None
    automatic: bool = False


class AutomaticMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that nobody wrote; a repeated ``key`` sends no second one."""

    ticket_id: TicketId
    conversation_id: ConversationId
    key: str
    text: str


Offer = Callable[[Sequence[Event]], None]  # tells committed events; what it loses is swept up


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """One inbox as a way out; ``sender`` is None where the channel cannot send."""

    inbox: Inbox
    manifest: Manifest
    sender: Sender | None


class Outlets(Protocol):
    """Inboxes by id, kept by whoever wires the process."""

    async def outlet(self, inbox_id: InboxId) -> Outlet | None:
        """None when the inbox is gone. ConnectorError when its settings cannot be used."""

    async def own(self) -> frozenset[str]:
        """Addresses of inboxes and agents, in lower case."""


class Bell(Protocol):
    """Wakes workers after a commit; losing a ring loses nothing (the sweeper rings again)."""

    async def enqueue(self, job_name: str, *args: object, defer_by: float = 0) -> bool:
        """Never raises; False when it was lost."""

    async def call(self, job_name: str, names: Sequence[str]) -> None:
        """As ``enqueue`` for each name, now; cheaper where somebody listens."""

    async def wake(self, job_name: str) -> None:
        """As ``call``, for a job without names."""


class Since(msgspec.Struct, frozen=True):
    """Messages of a ticket from a moment on."""

    ticket_id: TicketId
    moment: datetime


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An unfinished delivery: the queue's own small document, there from Send until it is settled.

    While it exists, its ``delivery`` is the true one. The message has what was last told to the
    world: rewriting a message means rewriting its whole search index, so a claim stays in here.
    ``admitted``: the rate limits have given the next attempt its place, which is when it is due.
    ``claimant`` is the worker that has it, where ``delivery`` is sending.
    """

    id: MessageId = msgspec.field(name="_id")
    conversation_id: ConversationId
    inbox_id: InboxId
    thread_key: str
    sequence: str
    delivery: Delivery
    admitted: bool = False
    claimant: str = ""


class Queue(msgspec.Struct, kw_only=True):
    """A conversation's unfinished replies in their order, and the first one's message."""

    pending: list[Pending]
    head: Message | None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply needs of the messages before it."""

    id: MessageId = msgspec.field(name="_id")
    conversation_id: ConversationId
    direction: Direction
    received_at: datetime
    occurred_at: datetime
    mail: MailFacts | None = None
    envelope: MailEnvelope | None = None
    delivery: Delivery | None = None
    author: Author | None = None
    language: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """From ``before`` to ``after``, if it is still so and due ``at`` that moment."""

    before: Pending
    after: Pending
    at: datetime


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation whose bell was lost, or hangs."""

    conversation_id: ConversationId
    due_at: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One report of a provider on one of its ids."""

    state: ReceiptState
    at: datetime
    reason: str = ""
    recipient: str = ""
    status: str = ""


class ProviderId(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One provider's id: receipts that came before we knew whose it is, or whose it is.

    Both sides write this document, so that a receipt and the end of its send cannot pass each
    other unseen in parallel transactions. ``id`` derives from (inbox, native id).
    """

    id: str = msgspec.field(name="_id")
    native_id: str
    message_id: MessageId | None = None
    receipts: tuple[Receipt, ...] = ()
    expires_at: datetime
