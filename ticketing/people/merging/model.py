"""What a merge of contacts leaves behind, so that it can be taken back."""

from datetime import datetime
from typing import NewType

import msgspec

from normalizer.model import AgentId, ContactId, ConversationId, TicketId
from ticketing.model import Contact

MergeId = NewType("MergeId", str)


class ContactMerge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who became whom: both as they were, and the target as it became."""

    id: MergeId = msgspec.field(name="_id")
    v: int = 1
    source_id: ContactId
    target_id: ContactId
    source: Contact
    before: Contact
    after: Contact
    by: AgentId
    by_name: str
    at: datetime
    undone_at: datetime | None = None


class MovedTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that went over, and what it called its person."""

    id: TicketId
    name: str = ""


class Moved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of what went over; ``id`` is ``merge_id|number``. At most ``PER_PAGE`` of each."""

    id: str = msgspec.field(name="_id")
    v: int = 1
    merge_id: MergeId
    tickets: tuple[MovedTicket, ...] = ()
    conversations: tuple[ConversationId, ...] = ()
    notes: tuple[str, ...] = ()


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A field that both have: what is kept and what is lost."""

    field: str
    kept: str
    lost: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would do."""

    source: Contact
    target: Contact
    after: Contact
    tickets: int
    conversations: int
    notes: int
    conflicts: tuple[Conflict, ...]


class Unmerged(msgspec.Struct, frozen=True, kw_only=True):
    """Both as they are again; ``kept`` names fields that were changed since and stayed so."""

    source: Contact
    target: Contact
    kept: tuple[str, ...]
