"""What of a message can be searched for: pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connectors.contract import InboxId
from normalizer.model import MessageId, TicketId
from ticketing.search.words import Entry
from ticketing.tokens import all_tokens
from ticketing.work.followers import plain

MAX_FILES = 50  # names of files that can be searched for


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote."""

    kind: str = ""


class FileName(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is called."""

    name: str = ""


class DeliveryState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply is."""

    state: str = ""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What the index reads of a stored message."""

    id: MessageId = msgspec.field(name="_id")
    ticket_id: TicketId
    inbox_id: InboxId
    received_at: datetime
    direction: str = "in"
    author: Author = Author()
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    files: Sequence[FileName] = ()
    delivery: DeliveryState | None = None
    deleted_at: datetime | None = None
    erased: bool = False


TEXT_FIELDS = {
    name: 1
    for name in (
        "ticket_id",
        "inbox_id",
        "received_at",
        "direction",
        "author.kind",
        "subject",
        "text",
        "reply_text",
        "files.name",
        "delivery.state",
        "deleted_at",
        "erased",
    )
}


def entry_of(said: Text) -> Entry | None:
    """None where nothing can be found: taken back, erased, or without a word."""
    words = () if _gone(said) else all_tokens(*_texts(said))
    if not words:
        return None
    return Entry(
        id=said.id,
        ticket_id=said.ticket_id,
        inbox_id=said.inbox_id,
        received_at=said.received_at,
        words=words,
    )


def _gone(said: Text) -> bool:
    cancelled = said.delivery is not None and said.delivery.state == "cancelled"
    return said.erased or said.deleted_at is not None or cancelled


def _texts(said: Text) -> tuple[str, ...]:
    """Of a reply not its subject, which repeats the ticket's, nor the signature under it."""
    names = tuple(file.name for file in said.files[:MAX_FILES])
    ours = said.direction == "out" and said.author.kind != "vendor"
    subject = () if ours else (said.subject,)
    text = said.reply_text or said.text
    return (*subject, plain(text) if said.direction == "note" else text, *names)
