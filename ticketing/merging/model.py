"""What is remembered of a merge or a split, so that it can be taken back exactly."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NewType

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId, ContactId, ConversationId, Message, MessageId, TicketId
from ticketing.model import Conversation, Ticket

MergeId = NewType("MergeId", str)
Kind = Literal["merge", "split"]
Side = Literal["source", "target"]
Choices = Mapping[str, Side]

MAX_MOVED = 1_000  # messages: each is written anew with its index entries, in one transaction
MAX_CONVERSATIONS = 2_000
MAX_SPLIT = 500  # messages
PAGE = 500


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of a ticket: stored, counted (not those taken back unsent), and of customers."""

    total: int = 0
    counted: int = 0
    inbound: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            total=self.total + other.total,
            counted=self.counted + other.counted,
            inbound=self.inbound + other.inbound,
        )

    def __sub__(self, other: "Size") -> "Size":
        return Size(
            total=self.total - other.total,
            counted=self.counted - other.counted,
            inbound=self.inbound - other.inbound,
        )


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation's messages in numbers; ``under_way`` have not left us yet, ``acts`` are
    what was done to others of them.
    """

    size: Size = Size()
    acts: int = 0
    notes: int = 0
    under_way: int = 0
    failed: int = 0
    uncertain: int = 0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The little of a conversation that a merge needs."""

    id: ConversationId = msgspec.field(name="_id")
    ticket_id: TicketId
    inbox_id: InboxId
    channel: str
    contact_id: ContactId
    recipient: str = ""
    subject: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How many inbound messages of each side an agent had seen before."""

    agent_id: AgentId
    source: int = 0
    target: int = 0


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of one conversation that were split off into a new one."""

    conversation_id: ConversationId
    new_id: ConversationId
    size: Size


class Merge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was before and after. A split is kept as what its taking back merges: ``source`` is the
    new ticket, ``target`` the one that it came from. ``at`` orders the records of a ticket;
    ``sizes`` are those of the images. What moved stands in ``Moved`` pages.
    """

    id: MergeId = msgspec.field(name="_id")
    v: int = 1
    kind: Kind
    at: datetime
    actor_id: AgentId
    actor_name: str
    source_id: TicketId
    target_id: TicketId
    source_before: Ticket
    source_after: Ticket
    target_before: Ticket
    target_after: Ticket
    source_size: Size
    target_size: Size
    choices: dict[str, Side] = {}
    seen: tuple[Seen, ...] = ()
    pieces: tuple[Piece, ...] = ()
    undone_at: datetime | None = None
    undone_by: str = ""


class Moved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of what moved: whole conversations, and of split ones the messages that were chosen.

    ``id`` is ``merge_id|number of the page``.
    """

    id: str = msgspec.field(name="_id")
    merge_id: MergeId
    conversation_ids: tuple[ConversationId, ...] = ()
    message_ids: tuple[MessageId, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field in which the two differ; ``wins`` None: both are kept."""

    field: str
    source: str
    target: str
    wins: Side | None


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """Something to think of before; ``code`` is for the page's own words, ``about`` fills them."""

    code: Literal[
        "other_contact",
        "other_inbox",
        "target_not_open",
        "source_not_open",
        "under_way",
        "private",
        "lists_cut",
        "links_stay",
    ]
    text: str
    about: str = ""


class MovedConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that would move; ``messages`` without its notes."""

    place: Place
    messages: int
    notes: int
    under_way: int


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would do; nothing was written."""

    source: Ticket
    target: Ticket
    result: Ticket
    conversations: tuple[MovedConversation, ...]
    differences: tuple[Difference, ...]
    warnings: tuple[Warned, ...]


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """``kept`` names fields that somebody changed since: they stay as they are. ``reopened``: the
    ticket that came back was not open, but its customer wrote meanwhile.
    """

    merge: Merge
    source: Ticket
    target: Ticket
    kept: tuple[str, ...] = ()
    reopened: bool = False


class SplitWish(msgspec.Struct, frozen=True, kw_only=True):
    """Messages by id, or those of a conversation from one on ("": all of them). ``subject`` ""
    takes the first one's words; ``version`` is the ticket's as the agent has seen it.
    """

    ticket_id: str
    message_ids: tuple[str, ...] = ()
    conversation_id: str = ""
    from_message_id: str = ""
    subject: str = ""
    version: int | None = None


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """What a split takes of one conversation; ``whole``: nothing of it stays."""

    conversation: Conversation
    messages: tuple[Message, ...]
    whole: bool


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The new ticket, what is left of the old one, and what went."""

    new: Ticket
    old: Ticket
    cuts: tuple[Cut, ...]


class WasSplit(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a split, and both tickets after it."""

    merge: Merge
    new: Ticket
    old: Ticket
