"""What passes between the stages of ingest."""

from datetime import datetime

import msgspec

from connectors.contract import Connector, InboxId
from connectors.events import (
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    ReactionChanged,
    ReceiptReported,
    TypingChanged,
)
from normalizer.model import Author, ConversationId, Direction, Draft, MessageId, TicketId
from normalizer.trust.anchors import NOBODY, Anchors
from storage.journal import JournalRecord
from ticketing.model import Inbox

Change = MessageEdited | MessageDeleted | ReactionChanged


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One inbox with its connector. ``own`` are our and our agents' mail addresses, lower case;
    ``origin`` is our own (``https://host``).
    """

    inbox: Inbox
    connector: Connector
    own: frozenset[str] = frozenset()
    origin: str = ""
    anchors: Anchors = NOBODY


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One journal record, read. ``bad`` says why parts of it (or all) must be quarantined;
    ``rung``: it said that there is something to pull, and that. ``moves`` are threads that go on
    under another key, ``memberships`` who came and went.
    """

    record: JournalRecord
    line: Line
    drafts: tuple[Draft, ...] = ()
    changes: tuple[Change, ...] = ()
    receipts: tuple[ReceiptReported, ...] = ()
    moves: tuple[MembershipChanged, ...] = ()
    memberships: tuple[MembershipChanged, ...] = ()
    typings: tuple[TypingChanged, ...] = ()
    ignored: int = 0
    rung: str | None = None
    bad: str = ""


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, deletion or reaction that came before its message; kept for seven days.

    ``key`` is ``inbox_id|native_id``; ``id`` derives from the change, which may arrive twice.
    """

    id: str = msgspec.field(name="_id")
    key: str
    inbox_id: InboxId
    change: Change
    expires_at: datetime


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """The recipients that a mail names."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The little of a stored message that threading needs (a projection)."""

    id: MessageId = msgspec.field(name="_id")
    inbox_id: InboxId
    native_id: str = ""
    direction: Direction
    ticket_id: TicketId
    conversation_id: ConversationId
    author: Author
    mail: Mailed | None = None
    envelope: Mailed | None = None


def native_key(inbox_id: InboxId, native_id: str) -> str:
    """What a provider's id is known by: ids are only unique within an inbox."""
    return f"{inbox_id}|{native_id}"


def begun_key(inbox_id: InboxId, recipient: str) -> str:
    """The open key of a conversation that we began, until the answer tells its thread key."""
    return f"{inbox_id}|to:{recipient}"


def open_key(inbox_id: InboxId, thread_key: str) -> str:
    """The unique key of the one open conversation of a thread."""
    return f"{inbox_id}|{thread_key}"
