"""What an index of words is asked, and what it proposes."""

from datetime import datetime
from typing import Protocol

import msgspec

from connectors.contract import InboxId
from normalizer.model import MessageId, TicketId


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the index keeps it: ``words`` are distinct tokens."""

    id: MessageId
    ticket_id: TicketId
    inbox_id: InboxId
    received_at: datetime
    words: tuple[str, ...]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A message that held the words when it was indexed, and the ticket that it was in."""

    id: MessageId
    ticket_id: TicketId
    inbox_id: InboxId
    received_at: datetime


class WordRequest(msgspec.Struct, frozen=True, kw_only=True):
    """All of ``words`` and none of ``without``'s groups as a whole, received in [since, until)."""

    words: tuple[str, ...]
    without: tuple[frozenset[str], ...] = ()
    since: datetime
    until: datetime
    limit: int


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; fewer than the limit: there are no more.

    ``complete`` is False while the index is being built: older messages may be missing.
    """

    candidates: list[Candidate]
    complete: bool = True


class WordIndex(Protocol):
    """It proposes; whether somebody may see a message, and what it says by now, is not its word."""

    async def propose(self, request: WordRequest) -> Proposed:
        """Bounded by the request's limit."""
        ...
