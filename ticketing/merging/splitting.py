"""One ticket becomes two: which messages go, and what both are afterwards. Pure.

A message that goes alone leaves its conversation for a new one of the same inbox and person. The
old one keeps the thread's key, so what comes later goes there; what answers a message that went
finds it by its reference, and follows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import ConversationId, Message, TicketId
from storage.ids import derived_id
from ticketing.amendments import MAX_SUBJECT
from ticketing.errors import Invalid, Refused
from ticketing.ingest.tickets import snippet_of
from ticketing.merging.clocks import counted, counts_in, heard_by, is_automatic
from ticketing.merging.model import Cut, MergeId, Piece, Place, Size, Tally
from ticketing.model import Contact, Conversation, Ticket, closed_key

SUBJECT = 120


def cuts_of(
    ticket: Ticket,
    chosen: Sequence[Message],
    conversations: Mapping[ConversationId, Conversation],
    tallies: Mapping[ConversationId, Tally],
) -> tuple[Cut, ...]:
    """The messages by conversation. Raises Invalid for what is not the ticket's, Refused where
    nothing would stay or a reply has not left yet.
    """
    if any(one.ticket_id != ticket.id for one in chosen) or not chosen:
        raise Invalid("message_ids", "choose messages of this ticket")
    by_place: dict[ConversationId, list[Message]] = {}
    for one in chosen:
        by_place.setdefault(one.conversation_id, []).append(one)
    cuts = tuple(_cut(conversations[id], mine, tallies[id]) for id, mine in by_place.items())
    if all(one.whole for one in cuts) and len(cuts) == len(tallies):
        raise Refused("nothing would stay in the ticket: leave at least one message")
    return cuts


def _cut(conversation: Conversation, chosen: Sequence[Message], tally: Tally) -> Cut:
    said = [one for one in chosen if one.act is None]
    whole = len(said) == tally.size.total - tally.acts  # acts go where their conversation goes
    if not whole and any(is_under_way(one) for one in chosen):
        raise Refused("a chosen reply has not left yet: undo it, or wait until it is sent")
    return Cut(conversation=conversation, messages=tuple(chosen), whole=whole)


def is_under_way(message: Message) -> bool:
    """Whether a queue knows it by its conversation."""
    delivery = message.delivery
    return delivery is not None and (delivery.due_at is not None or delivery.state == "scheduled")


def new_conversation(
    cut: Cut, merge_id: MergeId, ticket_id: TicketId, now: datetime
) -> Conversation:
    """Where split messages go; it answers to no key but to references."""
    old = cut.conversation
    id = ConversationId(derived_id("split", merge_id, old.id))
    last = max((one for one in cut.messages if one.direction == "in"), key=order, default=None)
    return replace(
        old,
        id=id,
        version=1,
        open_key=closed_key(id),
        ticket_id=ticket_id,
        apart=True,
        last_in_native_id=last.native_id if last else old.last_in_native_id,
        created_at=now,
        updated_at=now,
    )


def piece_of(cut: Cut, merge_id: MergeId) -> Piece:
    """How the record remembers a conversation that was cut."""
    id = cut.conversation.id
    new_id = ConversationId(derived_id("split", merge_id, id))
    return Piece(conversation_id=id, new_id=new_id, size=size_of(cut.messages))


def new_ticket(
    id: TicketId, old: Ticket, cuts: Iterable[Cut], *, number: int, subject: str, contact: Contact
) -> Ticket:
    """The ticket of what was chosen: the old one's owner, team, priority and privacy."""
    messages = sorted((one for cut in cuts for one in cut.messages), key=order)
    first = messages[0]
    bare = Ticket(
        id=id,
        version=1,
        number=number,
        subject=subject_of(subject, first),
        status="open",
        open=True,
        priority=old.priority,
        assignee_id=old.assignee_id,
        contact_id=contact.id,
        contact_name=contact.name,
        inbox_id=first.inbox_id,
        inbox_ids=(first.inbox_id,),
        channel=first.channel,
        channels=(first.channel,),
        team_id=old.team_id,
        organisation_id=old.organisation_id,
        private=old.private,
        type_id=old.type_id,
        created_at=first.received_at,
        updated_at=first.received_at,
        activity_at=first.received_at,
    )
    new, size = _with(bare, messages), size_of(messages)
    return replace(
        new,
        message_count=size.counted,
        in_count=size.inbound,
        inbox_ids=tuple(dict.fromkeys((*new.inbox_ids, *(one.inbox_id for one in messages)))),
        waiting_since=_still_waiting(old, messages, new.last_out_at),
    )


def subject_of(wished: str, first: Message) -> str:
    """As asked for, else the first message's."""
    subject = " ".join(wished.split())
    if len(subject) > MAX_SUBJECT:
        raise Invalid("subject", f"at most {MAX_SUBJECT} characters")
    return subject or first.subject.strip() or snippet_of(first)[:SUBJECT]


def remaining(
    old: Ticket,
    cuts: Sequence[Cut],
    left: Sequence[Message],
    *,
    places: Iterable[Place],
    now: datetime,
) -> Ticket:
    """The old ticket without what went; ``left`` are its last messages, the newest first."""
    places = tuple(places)
    gone = size_of(one for cut in cuts for one in cut.messages)
    inboxes = {one.inbox_id for one in places}
    channels = {one.channel for one in places}
    kept = tuple(one for one in old.inbox_ids if one in inboxes) or tuple(sorted(inboxes))
    clocks = _with(replace(old, last_in_at=None, last_out_at=None, snippet=""), left[::-1])
    return replace(
        old,
        message_count=old.message_count - gone.counted,
        in_count=old.in_count - gone.inbound,
        inbox_ids=kept,
        inbox_id=old.inbox_id if old.inbox_id in inboxes else kept[-1],
        channels=tuple(one for one in old.channels if one in channels),
        channel=clocks.channel if left else old.channel,
        snippet=clocks.snippet,
        activity_at=_activity(old, left),
        last_in_at=clocks.last_in_at,
        last_out_at=clocks.last_out_at,
        waiting_since=_still_waiting(old, left, clocks.last_out_at),
        updated_at=max(now, old.updated_at),
    )


def size_of(messages: Iterable[Message]) -> Size:
    """As ``store.tallies`` counts them."""
    found = [
        Size(
            total=1,
            counted=int(counted(one.direction, one.delivery.state if one.delivery else None)),
            inbound=int(counts_in(one.direction, one.author.kind)),
        )
        for one in messages
    ]
    return sum(found, Size())


def _with(ticket: Ticket, messages: Iterable[Message]) -> Ticket:
    for one in messages:
        ticket = heard_by(ticket, one)
    return ticket


def _activity(old: Ticket, left: Sequence[Message]) -> datetime:
    """When something last happened in what stays."""
    moments = [
        one.received_at if one.direction == "in" else one.occurred_at
        for one in left
        if one.direction in ("in", "out") and not is_automatic(one)
    ]
    return max(moments, default=old.created_at)


def _still_waiting(
    old: Ticket, messages: Iterable[Message], answered: datetime | None
) -> datetime | None:
    """The oldest of these that the old ticket's customer still waits for an answer to."""
    since = old.waiting_since
    if since is None:
        return None
    return min(
        (
            one.occurred_at
            for one in messages
            if one.direction == "in"
            and not is_automatic(one)
            and one.occurred_at >= since
            and (answered is None or one.occurred_at > answered)
        ),
        default=None,
    )


def order(message: Message) -> tuple[datetime, str, str, str]:
    """By which messages are shown."""
    return (message.occurred_at, message.sequence, message.journal_id, message.id)


def from_on(messages: Iterable[Message], first_id: str) -> list[Message]:
    """A conversation's messages from one on. Raises Invalid where it is not among them."""
    ordered = sorted(messages, key=order)
    if not first_id:
        return ordered
    ids: list[str] = [one.id for one in ordered]
    if first_id not in ids:
        raise Invalid("from_message_id", "is no message of this conversation")
    return ordered[ids.index(first_id) :]
