"""Contacts, conversations, tickets, agents, inboxes: the stored records and their vocabulary."""

from datetime import datetime
from typing import Literal

import msgspec

from connectors.contract import InboxId
from connectors.events import ReplyHandle
from normalizer.model import AgentId, ContactId, ConversationId, MailRules, TicketId

Status = Literal["new", "open", "waiting", "held", "solved", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]
Level = Literal["high", "medium", "low"]
Continuity = Literal["off", "suggest", "join"]
OPEN_STATUSES: tuple[Status, ...] = ("new", "open", "waiting", "held")
# What a custom field holds: a choice its key, several choices or a cascade their keys in order,
# a date "2026-11-22", a person or a file its id.
FieldValue = str | int | float | bool | tuple[str, ...]


class ContactPoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One address of a person, keyed by its canonical form (see ``SenderId.canonical``).

    ``verified``: its channel, or an agent, knows that it is theirs; only such a point brings a
    message to its contact. A ``blocked`` one's messages are kept and raise nothing.
    """

    key: str
    family: str
    value: str
    verified: bool = False
    blocked: bool = False


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person agreed to or withdrew, per purpose ("marketing", "recording"), and ``how``."""

    purpose: str
    granted: bool
    at: datetime
    how: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Since when a person is not listened to, by whom and why."""

    at: datetime
    by: AgentId
    reason: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person. ``point_keys`` repeats the points' keys for a unique multikey index; one without
    points has ``no_points(id)`` there.

    ``tokens`` of name and addresses feed search. ``vip`` is 0 to 3, ``time_zone`` an IANA name,
    ``attributes`` are by the definition's id. One that was merged into another has no points.
    """

    id: ContactId = msgspec.field(name="_id")
    v: int = 1
    version: int
    name: str
    points: tuple[ContactPoint, ...]
    point_keys: tuple[str, ...]
    tokens: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""
    vip: int = 0
    organisation_id: str = ""
    consents: tuple[Consent, ...] = ()
    block: Block | None = None
    attributes: dict[str, FieldValue] = {}
    merged_into: ContactId | None = None
    created_at: datetime
    updated_at: datetime


def no_points(id: ContactId) -> str:
    """Stands in ``point_keys`` where there is none: the unique index takes only one empty list."""
    return f"-|{id}"


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contact (or group) on one inbox under one thread key.

    ``open_key`` is ``inbox_id|thread_key`` while it is the open one of its key (unique), and
    ``closed_key`` afterwards. ``recipient`` is where a reply goes (canonical contact point).
    ``participants`` are the canonical points that took part (mail: From, To and Cc; at most 64):
    only they may join by a reference or a subject hook. ``reply_handle`` is the newest that came.
    ``apart``: it was split off, so what answers its messages goes on in it, whatever ticket's token
    they carry.
    """

    id: ConversationId = msgspec.field(name="_id")
    v: int = 1
    version: int
    inbox_id: InboxId
    channel: str
    thread_key: str
    open_key: str
    ticket_id: TicketId
    contact_id: ContactId
    recipient: str
    participants: tuple[str, ...] = ()
    subject: str = ""
    last_in_native_id: str = ""
    last_in_at: datetime | None = None
    reply_handle: ReplyHandle | None = None
    apart: bool = False
    created_at: datetime
    updated_at: datetime


def closed_key(id: ConversationId) -> str:
    """Holds the place of an open key: never absent, because the small server's planner reads no
    partial index for ``$in``.
    """
    return f"-|{id}"


class CheckItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to be done within a ticket; ``done_by`` empty: not yet."""

    id: str
    text: str
    done_by: AgentId | Literal[""] = ""
    done_at: datetime | None = None


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit of work. ``open`` repeats "status is one of OPEN_STATUSES" for narrow indexes.

    ``waiting_since`` is the oldest unanswered inbound message. ``channels`` and ``inbox_ids`` list
    the distinct ones of its conversations, latest last (at most 16 and 64). ``status_at`` is when
    the status last changed; ``in_count`` numbers the inbound messages (what is read is kept as a
    count, so no clocks are compared). ``type_id`` "" is the site's own type; ``state`` is one of
    its type's states, of which ``status`` is the category; ``fields`` is by the field's id.
    ``blocked``: it began by the word of somebody who is not listened to.
    ``children``: how many tickets have it as their parent.
    ``private``: only for its team, owner, followers and whoever holds the right to. At most 50
    ``followers``, ``mentioned`` and ``asset_ids``, 100 items of the ``checklist``.
    """

    id: TicketId = msgspec.field(name="_id")
    v: int = 1
    version: int
    number: int
    subject: str
    status: Status
    open: bool
    priority: Priority
    assignee_id: AgentId | Literal[""]
    tags: tuple[str, ...] = ()
    contact_id: ContactId
    contact_name: str = ""
    inbox_id: InboxId
    inbox_ids: tuple[InboxId, ...]
    channel: str
    channels: tuple[str, ...] = ()
    snippet: str = ""
    merged_into: TicketId | None = None
    follow_up_of: TicketId | None = None
    suggested_ticket_id: TicketId | None = None
    message_count: int = 0
    in_count: int = 0
    status_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    activity_at: datetime
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    waiting_since: datetime | None = None
    solved_at: datetime | None = None
    delivery_trouble: Literal["", "failed", "uncertain"] = ""
    type_id: str = ""
    state: str = ""
    fields: dict[str, FieldValue] = {}
    category_id: str = ""
    impact: Level | None = None
    urgency: Level | None = None
    team_id: str = ""
    organisation_id: str = ""
    private: bool = False
    blocked: bool = False
    followers: tuple[AgentId, ...] = ()
    mentioned: tuple[AgentId, ...] = ()
    checklist: tuple[CheckItem, ...] = ()
    snoozed_until: datetime | None = None
    snoozed_by: AgentId | Literal[""] = ""
    parent_id: TicketId | None = None
    children: int = 0
    asset_ids: tuple[str, ...] = ()


class Agent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who answers. ``password_hash`` is argon2id; absent for those who cannot log in.

    ``role`` is the id of a role, ``team_ids`` are of teams (see ``ticketing.roles``).
    """

    id: AgentId = msgspec.field(name="_id")
    v: int = 1
    email: str
    name: str
    role: str
    team_ids: tuple[str, ...] = ()
    inbox_ids: tuple[InboxId, ...] = ()
    all_inboxes: bool = True
    password_hash: str = ""
    locale: str = ""
    active: bool = True
    created_at: datetime


class InboxTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A text that agents insert, by language (``en``, ``zh-CN``)."""

    name: str
    texts: dict[str, str]


class Inbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One configured account of a channel. ``sealed_settings`` is the settings' JSON, sealed.

    ``signatures`` go under replies and ``acknowledgements`` out when somebody begins a ticket, in
    the language of who wrote (``en``, ``zh-CN``); empty: none. ``too_large`` goes to who sent a
    mail of which only the head was fetched.
    """

    id: InboxId = msgspec.field(name="_id")
    v: int = 1
    version: int
    channel: str
    name: str
    address: str
    aliases: tuple[str, ...] = ()
    sealed_settings: bytes = b""
    active: bool = True
    continuity: Continuity = "suggest"
    join_within_h: int = 24
    reopen_within_h: int = 24 * 14
    undo_s: int = 10
    mail_rules: MailRules = MailRules()
    signatures: dict[str, str] = {}
    acknowledgements: dict[str, str] = {}
    too_large: dict[str, str] = {}
    templates: tuple[InboxTemplate, ...] = ()
    created_at: datetime
    updated_at: datetime


class ReadMark(msgspec.Struct, frozen=True, kw_only=True):
    """How many inbound messages of a ticket an agent has seen; ``id`` is ``agent_id|ticket_id``."""

    id: str = msgspec.field(name="_id")
    in_count: int
    at: datetime


def read_mark_id(agent_id: AgentId, ticket_id: TicketId) -> str:
    """The key of a ReadMark."""
    return f"{agent_id}|{ticket_id}"
