"""What /api/v1 is asked with: bodies and queries. Unknown fields are refused."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from gateway.api.fields import (
    Body,
    Choice,
    Email,
    FieldValue,
    Id,
    Level,
    Limit,
    Line,
    Password,
    Priority,
    Role,
    Scope,
    Sort,
    Status,
    Tag,
    TypeId,
)
from normalizer.model import MailRules


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything we are asked with."""


class Login(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mail address and password of an agent."""

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=1_000)]


class NewAgent(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent to be; an absent ``inbox_ids`` means that every inbox is visible."""

    email: Email
    name: Line
    role: Role
    password: Password
    inbox_ids: Annotated[list[Id], Meta(max_length=500)] | None = None
    team_ids: Annotated[list[Id], Meta(max_length=100)] = []


class AgentChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about an agent. ``inbox_ids`` null makes every inbox visible."""

    name: Line | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    inbox_ids: Annotated[list[Id], Meta(max_length=500)] | UnsetType | None = UNSET
    team_ids: Annotated[list[Id], Meta(max_length=100)] | UnsetType = UNSET


class NewToken(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token acts as the agent who made it, within ``scopes``."""

    name: Line
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)]
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


SettingValue = str | int | float | bool | list[str] | None


class NewInbox(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inbox to be; ``settings`` as the channel's own fields say."""

    channel: Line
    name: Line
    address: Annotated[str, Meta(max_length=320)] = ""
    settings: dict[str, SettingValue] = {}


class Template(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to insert, by language; blanks such as ``{{ticket.number}}`` are filled."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    texts: dict[str, Annotated[str, Meta(max_length=10_000)]]


Texts = dict[str, Annotated[str, Meta(max_length=10_000)]]


class InboxChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about an inbox; ``settings`` are laid over those stored."""

    name: Line | UnsetType = UNSET
    address: Annotated[str, Meta(max_length=320)] | UnsetType = UNSET
    aliases: Annotated[list[Line], Meta(max_length=100)] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    settings: dict[str, SettingValue] | UnsetType = UNSET
    continuity: Literal["off", "suggest", "join"] | UnsetType = UNSET
    join_within_h: Annotated[int, Meta(ge=1, le=8760)] | UnsetType = UNSET
    reopen_within_h: Annotated[int, Meta(ge=0, le=8760)] | UnsetType = UNSET
    undo_s: Annotated[int, Meta(ge=0, le=120)] | UnsetType = UNSET
    signatures: Texts | UnsetType = UNSET
    acknowledgements: Texts | UnsetType = UNSET
    too_large: Texts | UnsetType = UNSET
    templates: Annotated[list[Template], Meta(max_length=200)] | UnsetType = UNSET
    mail_rules: MailRules | UnsetType = UNSET


class Replay(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which quarantined requests to read again."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=500)]


class TicketChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about a ticket; ``version`` guards against a stale screen (409). ``state`` is
    one of its type's, ``status`` leads to the first of that category; in ``fields`` null empties.
    ``force`` solves a parent before its children; ``why`` stands in the history.
    """

    status: Status | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee_id: Id | UnsetType | None = UNSET
    tags: Annotated[list[Tag], Meta(max_length=50)] | UnsetType = UNSET
    subject: Line | UnsetType = UNSET
    team_id: Id | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    type_id: TypeId | UnsetType = UNSET
    state: Id | UnsetType = UNSET
    fields: dict[Id, FieldValue | None] | UnsetType = UNSET
    category_id: Id | UnsetType | None = UNSET
    impact: Level | UnsetType | None = UNSET
    urgency: Level | UnsetType | None = UNSET
    asset_ids: Annotated[list[Id], Meta(max_length=50)] | UnsetType = UNSET
    version: Annotated[int, Meta(ge=0, le=2**53)] | UnsetType = UNSET
    force: bool = False
    why: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET


class TemplateUse(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template that the provider has approved, with what fills its gaps."""

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(max_length=20)]
    params: Annotated[list[Annotated[str, Meta(max_length=1024)]], Meta(max_length=20)] = []


class NewTicket(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation that we begin, on a channel that can write first. With a ``template_id`` the
    template says what is left out here; ``template`` is one of the provider's, for channels that
    open with nothing else. With a ``parent_id`` it is the child of that ticket.
    """

    inbox_id: Id
    recipient: Annotated[str, Meta(min_length=1, max_length=320)]
    subject: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    text: Body | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | None = None
    template_id: Id | UnsetType = UNSET
    type_id: TypeId | UnsetType = UNSET
    fields: dict[Id, FieldValue | None] | UnsetType = UNSET
    category_id: Id | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    impact: Level | UnsetType = UNSET
    urgency: Level | UnsetType = UNSET
    tags: Annotated[list[Tag], Meta(max_length=50)] | UnsetType = UNSET
    asset_ids: Annotated[list[Id], Meta(max_length=50)] | UnsetType = UNSET
    template: TemplateUse | None = None
    parent_id: Id | None = None


class Join(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ticket that takes this one's conversations."""

    target_id: Id


class NewReply(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reply. ``seen_message_id`` is the newest inbound message on the agent's screen. The
    ``html`` may show uploads in its text: ``<img src="cid:UPLOAD_ID">``. What the channel has no
    shape for goes as words: a quoted line for ``reply_to``, numbered lines for ``quick_replies``.
    With ``send_at`` it waits until then; ``unless_they_write``: and goes only if they did not.
    """

    conversation_id: Id
    text: Body
    html: Annotated[str, Meta(max_length=400_000)] | None = None
    upload_ids: Annotated[list[Id], Meta(max_length=20)] = []
    cc: Annotated[list[Email], Meta(max_length=50)] = []
    bcc: Annotated[list[Email], Meta(max_length=50)] = []
    quick_replies: Annotated[list[Choice], Meta(max_length=13)] = []
    reply_to: Id | None = None
    template: TemplateUse | None = None
    seen_message_id: Id | None = None
    send_anyway: bool = False
    then: Literal["solved", "waiting"] | None = None
    send_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    unless_they_write: bool | UnsetType = UNSET


class NewNote(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An internal note: never leaves. ``mentions`` are told; so is whom the text names, as
    ``@[Mira Okafor](agent:ID)``.
    """

    text: Body
    mentions: Annotated[list[Id], Meta(max_length=50)] = []


class Resolve(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an uncertain message, as the agent found out."""

    state: Literal["sent", "failed"]


class Edit(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message that was sent is to say."""

    text: Body


class React(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our reaction; "" takes it away."""

    emoji: Annotated[str, Meta(max_length=16)]


class NewSuppression(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address not to write to; ``days`` null: until it is lifted."""

    address: Email
    reason: Annotated[str, Meta(max_length=400)] = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class DraftChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``rev`` is the revision that this text grew from: 0 for a first draft; stale gives 409.

    ``html``, ``cc`` and ``bcc`` are kept as they were typed: nothing is sent from here.
    """

    text: Annotated[str, Meta(max_length=200_000)]
    rev: Annotated[int, Meta(ge=0, le=2**53)]
    conversation_id: Id | None = None
    html: Annotated[str, Meta(max_length=400_000)] | None = None
    cc: Annotated[list[Annotated[str, Meta(max_length=320)]], Meta(max_length=50)] | None = None
    bcc: Annotated[list[Annotated[str, Meta(max_length=320)]], Meta(max_length=50)] | None = None


class PageQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page."""

    cursor: Annotated[str, Meta(max_length=500)] = ""
    limit: Limit = 50


class EventQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a history; ``changed``: fields with commas between, of which one changed."""

    changed: Annotated[str, Meta(max_length=200)] = ""


class TicketQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tickets. ``view``: the name of a built-in view or the id of a saved one, whose own
    sort holds where none is asked for.
    """

    view: Id = "open"
    inbox_id: Id | UnsetType = UNSET
    sort: Sort | UnsetType = UNSET


class SearchQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plain words, Chinese, or ``#number``."""

    q: Annotated[str, Meta(min_length=1, max_length=300)]
    scope: Literal["open", "all"] = "all"


class QuarantineQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which quarantined requests."""

    inbox_id: Id | UnsetType = UNSET


class TextsQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conversation that is to be answered."""

    conversation_id: Id


class HtmlQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``images`` 1 loads remote images."""

    images: Literal["0", "1"] = "0"


class UploadQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's name, as the agent's machine has it."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
