"""The entries of the catalogue as stored, and the catalogue as it is read: from memory."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from ticketing.model import FieldValue, Level, Priority, Status

Names = dict[str, str]  # by language: {"en": "Incident", "zh-CN": "事件"}
Kind = Literal["type", "field", "form", "category", "template", "priorities"]
FieldKind = Literal[
    "text",
    "number",
    "choice",
    "multi",
    "cascade",
    "date",
    "boolean",
    "user",
    "contact",
    "asset",
    "file",
]
Relation = Literal["is", "is_not", "one_of", "is_set", "is_not_set"]
Trigger = Literal["customer_message", "reply", "elapsed"]

PRIORITIES_ID = "site"
# What forms, conditions and transitions may name beside custom fields.
TICKET_FIELDS: tuple[str, ...] = (
    "assignee_id",
    "team_id",
    "category_id",
    "organisation_id",
    "impact",
    "urgency",
    "tags",
    "asset_ids",
)
# What conditions may ask besides: always there, never required.
CIRCUMSTANCES: tuple[str, ...] = ("type", "state", "status", "priority", "channel")


class State(Struct, frozen=True, kw_only=True):
    """One state of a type; ``category`` is the status that a ticket in it has."""

    id: str
    names: Names
    category: Status


class Move(Struct, frozen=True, kw_only=True):
    """From one state to another, once the required fields are filled."""

    source: str
    target: str
    require: tuple[str, ...] = ()


class AutomaticMove(Struct, frozen=True, kw_only=True):
    """What moves a ticket out of ``source`` by itself; ``after_h`` for ``elapsed`` only."""

    on: Trigger
    source: str
    target: str
    after_h: float | None = None


class TicketType(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="type"):
    """``states`` in their order; every category has at least one, its first is where the status
    alone leads. Without ``moves`` any move goes that the categories allow. ``former`` says which
    state took the place of one that is gone.
    """

    id: str
    names: Names
    icon: str = ""
    states: tuple[State, ...]
    moves: tuple[Move, ...] = ()
    automatic: tuple[AutomaticMove, ...] = ()
    form_id: str = ""
    default: bool = False
    retired: bool = False
    former: dict[str, str] = {}


class Option(Struct, frozen=True, kw_only=True):
    """One choice; ``parent`` is the option above it in a cascade."""

    id: str
    names: Names
    parent: str = ""
    retired: bool = False


class Field(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="field"):
    """A custom field. ``pattern`` is an RE2 expression that all of a text must fit; ``minimum`` and
    ``maximum`` bound numbers; ``sensitive`` values are masked for most.
    """

    id: str
    names: Names
    kind: FieldKind
    hint: Names = {}
    pattern: str = ""
    max_length: int = 5_000
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[Option, ...] = ()
    sensitive: bool = False
    default: FieldValue | None = None
    retired: bool = False


class Question(Struct, frozen=True, kw_only=True):
    """A question to one field; ``values`` has one value for ``is``, none for ``is_set``."""

    field: str
    relation: Relation
    values: tuple[FieldValue, ...] = ()


class When(Struct, frozen=True, kw_only=True):
    """Holds when every one of ``every`` does, and one of ``some`` where there are any."""

    every: tuple[Question, ...] = ()
    some: tuple[Question, ...] = ()


class FormField(Struct, frozen=True, kw_only=True):
    """A custom field's id or one of TICKET_FIELDS. Absent conditions: always shown, and required
    as ``required`` says. What is not shown is not required.
    """

    field: str
    required: bool = False
    show_if: When | None = None
    require_if: When | None = None


class Form(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="form"):
    """Fields in their order; a condition asks only those above it."""

    id: str
    names: Names
    fields: tuple[FormField, ...]


class Category(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="category"):
    """A node of the tree; ``parent_id`` "" stands at the top."""

    id: str
    names: Names
    parent_id: str = ""
    retired: bool = False


class TicketTemplate(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="template"):
    """What a new ticket begins with."""

    id: str
    names: Names
    subject: str = ""
    text: str = ""
    type_id: str = ""
    category_id: str = ""
    priority: Priority | None = None
    fields: dict[str, FieldValue] = {}
    tags: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()


class Rating(Struct, frozen=True, kw_only=True):
    """The priority of one pair."""

    impact: Level
    urgency: Level
    priority: Priority


class Priorities(Struct, frozen=True, kw_only=True, tag="priorities"):
    """Impact times urgency: all nine pairs."""

    id: str = PRIORITIES_ID
    ratings: tuple[Rating, ...]


Content = TicketType | Field | Form | Category | TicketTemplate | Priorities
ContentT = TypeVar("ContentT", TicketType, Field, Form, Category, TicketTemplate)


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry; ``id`` is ``kind/id``. ``used``: a ticket has had it, so that it cannot just go.
    ``replaced_by`` (a content id): it is gone, and this stands in its place; its content is kept
    for what old tickets hold.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    version: int
    content: Content
    used: bool = False
    replaced_by: str = ""


class Revision(Struct, frozen=True, kw_only=True):
    """Grows with every change: changes happen one after the other, and readers see one cheaply."""

    id: str = msgspec.field(name="_id")
    number: int


class FieldFile(Struct, frozen=True, kw_only=True):
    """A file that a ticket's field holds; ``id`` is the field's value, the bytes are a blob."""

    id: str = msgspec.field(name="_id")
    ticket_id: str
    sha256: str
    name: str
    media_type: str
    size: int


class StateTimer(Struct, frozen=True, kw_only=True):
    """When a ticket leaves its state by itself. ``id`` is the ticket's, ``place`` type|state."""

    id: str = msgspec.field(name="_id")
    place: str
    due_at: datetime


class Walk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By which rules every ticket was looked at last; with ``until`` only those that began then or
    later were.
    """

    id: str = msgspec.field(name="_id")
    rules: str
    until: datetime | None = None


def entry_id(kind: str, id: str) -> str:
    """The key of an entry."""
    return f"{kind}/{id}"


def kind_of(content: Content) -> str:
    """``type``, ``field`` ..."""
    return str(content.__struct_config__.tag)


_WORDS: dict[Status, Names] = {
    "new": {"en": "New", "zh-CN": "新建"},
    "open": {"en": "Open", "zh-CN": "处理中"},
    "waiting": {"en": "On customer", "zh-CN": "等待客户"},
    "held": {"en": "On third party", "zh-CN": "等待第三方"},
    "solved": {"en": "Solved", "zh-CN": "已解决"},
    "closed": {"en": "Closed", "zh-CN": "已关闭"},
}
PLAIN_STATES: tuple[State, ...] = tuple(
    State(id=status, names=names, category=status) for status, names in _WORDS.items()
)
BUILT_IN_TYPE = TicketType(id="", names={"en": "Ticket", "zh-CN": "工单"}, states=PLAIN_STATES)
_USUAL: tuple[tuple[Level, tuple[Priority, Priority, Priority]], ...] = (
    ("high", ("urgent", "high", "normal")),
    ("medium", ("high", "normal", "low")),
    ("low", ("normal", "low", "low")),
)
_LEVELS: tuple[Level, ...] = ("high", "medium", "low")
USUAL_PRIORITIES = Priorities(
    ratings=tuple(
        Rating(impact=impact, urgency=urgency, priority=priority)
        for impact, row in _USUAL
        for urgency, priority in zip(_LEVELS, row, strict=True)
    )
)


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything at one moment, by ``kind/id``; what was replaced is there too."""

    revision: int = 0
    entries: Mapping[str, Entry] = {}

    def entry(self, kind: str, id: str) -> Entry | None:
        """What stands under this id now: what took its place, where something did."""
        seen: set[str] = set()
        found = self.entries.get(entry_id(kind, id))
        while found is not None and found.replaced_by and found.id not in seen:
            seen.add(found.id)
            found = self.entries.get(entry_id(kind, found.replaced_by))
        return found

    def contents(self, kind: type[ContentT]) -> Iterator[ContentT]:
        """Those of a kind that are not gone."""
        for entry in self.entries.values():
            if isinstance(entry.content, kind) and not entry.replaced_by:
                yield entry.content

    def type_of(self, id: str) -> TicketType:
        """The type; the site's own for "" and for what nobody knows."""
        found = self.entry("type", id) if id else None
        return found.content if found and isinstance(found.content, TicketType) else BUILT_IN_TYPE

    def field(self, id: str) -> Field | None:
        """A custom field."""
        found = self.entries.get(entry_id("field", id))
        return found.content if found and isinstance(found.content, Field) else None

    def form(self, id: str) -> Form | None:
        """A form."""
        found = self.entry("form", id)
        return found.content if found and isinstance(found.content, Form) else None

    def category(self, id: str) -> Category | None:
        """A category."""
        found = self.entry("category", id)
        return found.content if found and isinstance(found.content, Category) else None

    def template(self, id: str) -> TicketTemplate | None:
        """A ticket template."""
        found = self.entry("template", id)
        return found.content if found and isinstance(found.content, TicketTemplate) else None

    @property
    def priorities(self) -> Priorities:
        """The site's matrix, or the usual one."""
        found = self.entries.get(entry_id("priorities", PRIORITIES_ID))
        return (
            found.content if found and isinstance(found.content, Priorities) else USUAL_PRIORITIES
        )

    @property
    def default_type(self) -> TicketType:
        """What a new ticket is when nobody says."""
        return next((one for one in self.contents(TicketType) if one.default), BUILT_IN_TYPE)


BUILT_IN = Catalogue()
