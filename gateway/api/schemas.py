"""What /api/v1 answers with, as Structs; what it is asked with stands in ``requests``.

Nothing is optional here: what is absent is null. Times are strings that ``gateway.api.views``
writes (ISO 8601, UTC, milliseconds).
"""

from typing import Literal

from gateway.api.answer import Answer
from gateway.api.fields import DeliveryState, Priority, Role, Scope, Status, Time, Trouble, ViewName
from gateway.api.mail_schemas import RecipientDelivery, Suppression


class Problem(Answer, frozen=True, kw_only=True):
    """RFC 9457. ``field`` names what is wrong; ``message_id`` what came meanwhile."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None
    message_id: str | None
    request_id: str


class Agent(Answer, frozen=True, kw_only=True):
    """Somebody who answers."""

    id: str
    name: str
    email: str
    role: Role
    initials: str
    active: bool


class AgentList(Answer, frozen=True, kw_only=True):
    """Every agent; there is one page."""

    items: list[Agent]


class AgentRef(Answer, frozen=True, kw_only=True):
    """An agent, as far as a row shows one."""

    id: str
    name: str
    initials: str


class Site(Answer, frozen=True, kw_only=True):
    """This installation. ``demo`` is true while demo data is loaded."""

    name: str
    version: str
    demo: bool


class Session(Answer, frozen=True, kw_only=True):
    """Who is logged in; ``csrf_token`` goes back as ``X-CSRF-Token`` with every write."""

    agent: Agent
    csrf_token: str
    site: Site


class Token(Answer, frozen=True, kw_only=True):
    """An API token, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None


class TokenList(Answer, frozen=True, kw_only=True):
    """My tokens."""

    items: list[Token]


class IssuedToken(Answer, frozen=True, kw_only=True):
    """``token`` is shown once and stored only as a hash."""

    id: str
    token: str


class Capabilities(Answer, frozen=True, kw_only=True):
    """What a reply on this channel may hold; ``receipts`` are the states it reports."""

    reply: bool
    html: bool
    subject: bool
    attachments: bool
    attachment_max_bytes: int | None
    max_chars: int | None
    sms_segments: bool
    receipts: list[str]


class Inbox(Answer, frozen=True, kw_only=True):
    """One configured account of a channel."""

    id: str
    name: str
    channel: str
    family_name: str
    address: str
    active: bool
    health: Literal["ok", "degraded", "unknown"]
    health_detail: str
    open_count: int
    capabilities: Capabilities


class InboxList(Answer, frozen=True, kw_only=True):
    """The inboxes I may see."""

    items: list[Inbox]


class Setting(Answer, frozen=True, kw_only=True):
    """One field of a channel's settings, for the form that asks for it."""

    name: str
    title: str
    description: str
    secret: bool
    required: bool
    kind: str


class Channel(Answer, frozen=True, kw_only=True):
    """An installed channel, from its manifest."""

    id: str
    name: str
    family: str
    transports: list[str]
    tier: str
    docs: str
    capabilities: Capabilities
    settings: list[Setting]


class ChannelList(Answer, frozen=True, kw_only=True):
    """Every installed channel."""

    items: list[Channel]


class InboxHealth(Answer, frozen=True, kw_only=True):
    """``ok`` null: this channel cannot know."""

    ok: bool | None
    detail: str
    advice: str


class QuarantinedItem(Answer, frozen=True, kw_only=True):
    """A request that could not be read, and why."""

    id: str
    inbox_id: str
    channel: str
    transport: str
    received_at: Time
    reason: str
    attempts: int
    size: int


class QuarantinePage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[QuarantinedItem]
    next_cursor: str | None


class Replayed(Answer, frozen=True, kw_only=True):
    """How many went back to ingest."""

    replayed: int


class View(Answer, frozen=True, kw_only=True):
    """A saved way to look at tickets; solved and all are not counted."""

    id: ViewName
    count: int | None


class ViewList(Answer, frozen=True, kw_only=True):
    """The built-in views."""

    items: list[View]


class ContactRef(Answer, frozen=True, kw_only=True):
    """A contact, as far as a row shows one."""

    id: str
    name: str


class TicketRow(Answer, frozen=True, kw_only=True):
    """A ticket in a list. ``channels``: latest last. ``waiting_since``: oldest unanswered word."""

    id: str
    number: int
    subject: str
    status: Status
    priority: Priority
    assignee: AgentRef | None
    contact: ContactRef
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


class TicketPage(Answer, frozen=True, kw_only=True):
    """A page of a ticket list."""

    items: list[TicketRow]
    next_cursor: str | None


class SearchHit(Answer, frozen=True, kw_only=True):
    """``marks`` are [start, end) pairs of code points in ``snippet``."""

    ticket: TicketRow
    message_id: str | None
    snippet: str
    marks: list[tuple[int, int]]
    field: Literal["subject", "message", "contact", "number"]


class SearchPage(Answer, frozen=True, kw_only=True):
    """A page of search results."""

    items: list[SearchHit]
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
    suppressed: Suppression | None


class TicketRef(Answer, frozen=True, kw_only=True):
    """Another ticket, as far as a link shows one."""

    id: str
    number: int
    subject: str
    status: Status


class Ticket(Answer, frozen=True, kw_only=True):
    """A whole ticket. ``suggested``: the same person's open ticket on another channel."""

    id: str
    number: int
    subject: str
    status: Status
    priority: Priority
    assignee: AgentRef | None
    contact: Contact
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
    conversations: list[Conversation]
    merged_into: TicketRef | None
    follow_up_of: TicketRef | None
    follow_ups: list[TicketRef]
    suggested: TicketRef | None
    solved_at: Time | None


class Author(Answer, frozen=True, kw_only=True):
    """Who said it; ``vendor`` answered in the provider's own tool."""

    kind: Literal["contact", "agent", "system", "vendor"]
    id: str
    name: str
    address: str


class File(Answer, frozen=True, kw_only=True):
    """An attachment; ``url`` is relative to the origin. ``reason`` says why a fetch failed."""

    id: str
    name: str
    media_type: str
    kind: str
    size: int
    inline: bool
    state: Literal["stored", "pending", "failed"]
    reason: str
    url: str


class Reaction(Answer, frozen=True, kw_only=True):
    """One person's emoji."""

    sender: str
    emoji: str


class Delivery(Answer, frozen=True, kw_only=True):
    """Where an outbound message is. ``undo_until`` is set while it may still be undone;
    ``recipients`` are those of several of whom more is known than ``state`` says.
    """

    state: DeliveryState
    reason: str
    changed_at: Time
    undo_until: Time | None
    recipients: list[RecipientDelivery]


class SenderTrust(Answer, frozen=True, kw_only=True):
    """Whether a mail is by who it says: ``verdict`` on ``domain``, and what it rests on (results
    as in RFC 8601). ``by`` names the relay or provider whose word it is, "" for our own check.
    """

    verdict: Literal["pass", "fail", "none", "temperror"]
    domain: str
    spf: str
    dkim: str
    dmarc: str
    policy: str
    by: str
    reason: str


class SignatureCheck(Answer, frozen=True, kw_only=True):
    """What became of a mail's own signature, or that it is encrypted."""

    kind: Literal["smime", "openpgp"]
    state: Literal["verified", "invalid", "unknown", "unchecked", "encrypted"]
    signer: str
    reason: str


class Message(Answer, frozen=True, kw_only=True):
    """One utterance. ``reply_text`` is what was written now, ``text`` the whole; ``sender_trust``
    is null for what is no incoming mail.
    ``signature`` is the writer's; under what we sent, the inbox's own. ``quick_replies`` are the
    buttons that went with it, ``template`` the provider's that it was.
    """

    id: str
    ticket_id: str
    conversation_id: str
    inbox_id: str
    channel: str
    direction: Literal["in", "out", "note"]
    author: Author
    sender_trust: SenderTrust | None
    signatures: list[SignatureCheck]
    occurred_at: Time
    received_at: Time
    edited_at: Time | None
    deleted_at: Time | None
    subject: str
    text: str
    reply_text: str
    signature: str
    has_html: bool
    remote_content: bool
    quoted: bool
    language: str
    files: list[File]
    to: list[str]
    cc: list[str]
    reply_to: str | None
    quick_replies: list[str]
    template: str | None
    reactions: list[Reaction]
    delivery: Delivery | None
    threaded_by: str
    warnings: list[str]


class MessagePage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[Message]
    next_cursor: str | None


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
    """A fact in a ticket's history."""

    id: str
    kind: str
    at: Time
    actor: Actor
    changes: list[Change]
    message_id: str | None


class EventPage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[Event]
    next_cursor: str | None


class Draft(Answer, frozen=True, kw_only=True):
    """My unfinished reply or note; ``rev`` 0 and empty when there is none."""

    text: str
    conversation_id: str | None
    rev: int
    updated_at: Time | None


class Upload(Answer, frozen=True, kw_only=True):
    """A file that waits for the reply it belongs to."""

    id: str
    name: str
    media_type: str
    size: int
    kind: str
