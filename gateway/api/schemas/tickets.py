"""Tickets in lists, whole, and their history."""

from connectors.manifest import ActKind
from gateway.api.answer import Answer
from gateway.api.fields import FieldValue, Level, LinkKind, Priority, Status, Time, Trouble
from gateway.api.schemas.mail import Suppression
from gateway.api.schemas.people import AgentRef


class ContactRef(Answer, frozen=True, kw_only=True):
    """A contact, as far as a row shows one."""

    id: str
    name: str


class Snooze(Answer, frozen=True, kw_only=True):
    """A ticket asleep; ``until`` null: until the customer writes."""

    until: Time | None
    by: AgentRef | None


class CheckItem(Answer, frozen=True, kw_only=True):
    """One thing to be done; ``done_by`` null: not yet."""

    id: str
    text: str
    done_by: AgentRef | None
    done_at: Time | None


class TicketFacts(Answer, frozen=True, kw_only=True):
    """What lists show of a ticket, too. ``channels``: latest last. ``waiting_since``: oldest
    unanswered word. ``mentioned``: agents who have not read yet what names them.
    """

    id: str
    number: int
    subject: str
    type_id: str
    status: Status
    state: str
    priority: Priority
    assignee: AgentRef | None
    team_id: str
    private: bool
    channel: str
    channels: list[str]
    inbox_id: str
    snippet: str
    tags: list[str]
    unread: bool
    waiting_since: Time | None
    activity_at: Time
    created_at: Time
    updated_at: Time
    delivery_trouble: Trouble
    message_count: int
    version: int
    snooze: Snooze | None
    mentioned: list[str]


class TicketRow(TicketFacts, frozen=True, kw_only=True):
    """A ticket in a list."""

    contact: ContactRef


class TicketPage(Answer, frozen=True, kw_only=True):
    """A page of a ticket list."""

    items: list[TicketRow]
    next_cursor: str | None


class ContactPoint(Answer, frozen=True, kw_only=True):
    """One address of a person. ``display``: as people read it, "" for a provider's bare id."""

    family: str
    value: str
    display: str
    verified: bool


class Contact(Answer, frozen=True, kw_only=True):
    """The person a ticket is about."""

    id: str
    name: str
    language: str
    points: list[ContactPoint]


class ActOffer(Answer, frozen=True, kw_only=True):
    """What can be done to messages of a conversation; ``within_h`` null: however old they are.
    ``emojis`` are those that a reaction may be.
    """

    kind: ActKind
    within_h: float | None
    emojis: list[str]


class Conversation(Answer, frozen=True, kw_only=True):
    """One thread on one inbox. ``cannot_reason`` says why ``can_reply`` is false; ``suppressed``
    is there when it is the recipient's address that is not written to.

    ``recipient`` is canonical; ``recipient_display`` is as people read it, "" for a bare id.
    """

    id: str
    inbox_id: str
    channel: str
    thread_key: str
    recipient: str
    recipient_display: str
    subject: str
    last_in_at: Time | None
    can_reply: bool
    cannot_reason: str
    window_until: Time | None
    undo_s: int
    acts: list[ActOffer]
    suppressed: Suppression | None


class TicketRef(Answer, frozen=True, kw_only=True):
    """Another ticket, as far as a link shows one."""

    id: str
    number: int
    subject: str
    status: Status


class AskedField(Answer, frozen=True, kw_only=True):
    """A field that the ticket's form shows; a required one must hold something at the end."""

    field: str
    required: bool


class TicketLink(Answer, frozen=True, kw_only=True):
    """What another ticket is to this one; remove it by ``id``."""

    id: str
    kind: LinkKind
    ticket: TicketRef


class Ticket(TicketFacts, frozen=True, kw_only=True):
    """A whole ticket. ``suggested``: the same person's open ticket on another channel.

    ``state`` is one of its type's, ``next_states`` those that it may be moved to. ``form`` is what
    the type's form asks for now; ``fields`` are custom ones by id (see ``/catalogue``).
    ``waits_for`` are its open children: it is not solved before them; ``blocks`` is the open parent
    that waits for this one. Those that you do not see are left out.
    """

    contact: Contact
    followers: list[AgentRef]
    checklist: list[CheckItem]
    conversations: list[Conversation]
    merged_into: TicketRef | None
    follow_up_of: TicketRef | None
    follow_ups: list[TicketRef]
    suggested: TicketRef | None
    links: list[TicketLink]
    waits_for: list[TicketRef]
    blocks: TicketRef | None
    solved_at: Time | None
    next_states: list[str]
    category_id: str
    impact: Level | None
    urgency: Level | None
    fields: dict[str, FieldValue]
    form: list[AskedField]
    asset_ids: list[str]


class Actor(Answer, frozen=True, kw_only=True):
    """Who did it."""

    kind: str
    id: str
    name: str


class Change(Answer, frozen=True, kw_only=True):
    """One field that changed."""

    field: str
    before: str | None
    after: str | None


class Event(Answer, frozen=True, kw_only=True):
    """A fact in a ticket's history; ``why`` as whoever did it said, mostly empty."""

    id: str
    kind: str
    at: Time
    actor: Actor
    changes: list[Change]
    message_id: str | None
    why: str


class EventPage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[Event]
    next_cursor: str | None
