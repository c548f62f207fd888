"""Merging, splitting and taking back: what is asked, and what it would do or did."""

from typing import Annotated, Literal

from msgspec import Meta, field

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import Request
from gateway.api.schemas.tickets import Ticket, TicketRef

Version = Annotated[int, Meta(ge=0, le=2**53)]
Choice = Literal["source", "target"]
FieldName = Annotated[str, Meta(min_length=1, max_length=100)]


class MergeTickets(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``also`` are further tickets that go into the target at once. ``choices`` say by field whose
    value stays where both have one; ``versions`` by ticket guard against a stale screen (409).
    """

    target_id: Id
    also: Annotated[list[Id], Meta(max_length=19)] = field(default_factory=list)
    choices: Annotated[dict[FieldName, Choice], Meta(max_length=100)] = field(default_factory=dict)
    versions: Annotated[dict[Id, Version], Meta(max_length=21)] = field(default_factory=dict)


class SplitTicket(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either messages by id, or a conversation from ``from_message_id`` on (null: all of it).
    ``subject`` "" takes the first message's; ``version`` guards against a stale screen (409).
    """

    message_ids: Annotated[list[Id], Meta(max_length=500)] = field(default_factory=list)
    conversation_id: Id | None = None
    from_message_id: Id | None = None
    subject: Annotated[str, Meta(max_length=300)] = ""
    version: Version | None = None


class MovedConversation(Answer, frozen=True, kw_only=True):
    """A conversation that would move; ``under_way`` replies have not left yet."""

    id: str
    inbox_id: str
    channel: str
    recipient_display: str
    subject: str
    messages: int
    notes: int
    under_way: int


class FieldDifference(Answer, frozen=True, kw_only=True):
    """A field in which they differ. ``wins`` null: both are kept (lists are united)."""

    field: str
    source: str
    target: str
    wins: Choice | None


class MergeWarning(Answer, frozen=True, kw_only=True):
    """``code`` chooses the page's words, ``about`` fills them."""

    code: str
    text: str
    about: str


class MergePreview(Answer, frozen=True, kw_only=True):
    """One ticket into another; nothing was written."""

    source: TicketRef
    target: TicketRef
    conversations: list[MovedConversation]
    messages: int
    notes: int
    differences: list[FieldDifference]
    warnings: list[MergeWarning]
    versions: dict[str, int]


class MergePreviews(Answer, frozen=True, kw_only=True):
    """One for each source."""

    items: list[MergePreview]


class MergeRecord(Answer, frozen=True, kw_only=True):
    """A merge or split of the past. Of a split ``source`` is the ticket that was split off."""

    id: str
    kind: Literal["merge", "split"]
    at: Time
    by: str
    source: TicketRef
    target: TicketRef
    undone_at: Time | None


class MergeRecords(Answer, frozen=True, kw_only=True):
    """The latest first."""

    items: list[MergeRecord]


class Merged(Answer, frozen=True, kw_only=True):
    """The target after it, and the records by which it is taken back."""

    ticket: Ticket
    merges: list[MergeRecord]


class MergeUndone(Answer, frozen=True, kw_only=True):
    """Both tickets after it. ``kept``: fields that somebody changed since, which stay as they are.
    ``reopened``: its customer wrote meanwhile, so the ticket that came back is open.
    """

    merge: MergeRecord
    source: Ticket
    target: Ticket
    kept: list[str]
    reopened: bool


class SplitConversation(Answer, frozen=True, kw_only=True):
    """What would go of a conversation. ``whole``: it goes with its thread, and later messages go
    after it; else they stay with the old ticket, unless they answer a message that went.
    """

    id: str
    inbox_id: str
    channel: str
    messages: int
    whole: bool


class SplitPreview(Answer, frozen=True, kw_only=True):
    """Nothing was written. ``left``: messages that stay."""

    subject: str
    messages: int
    left: int
    conversations: list[SplitConversation]


class WasSplit(Answer, frozen=True, kw_only=True):
    """The new ticket, the old one, and the record by which it is taken back."""

    new: Ticket
    old: Ticket
    merge: MergeRecord
