"""What a site decides of its tickets, as it is asked for and answered: types, fields, forms,
categories, templates, priorities. A body is the whole entry; what it leaves out is as shown here.
Its ``version`` 0 wants a new entry, another guards against a stale screen (409). In an answer
``used`` says that a ticket has had it: it goes only when another takes its place.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.api.answer import Answer
from gateway.api.fields import FieldValue, Level, Priority, Status
from gateway.api.requests import Request

Slug = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_-]*$")]
MaybeSlug = Annotated[str, Meta(max_length=64, pattern="^([a-z0-9][a-z0-9_-]*)?$")]
Language = Annotated[str, Meta(max_length=35, pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Words = dict[Language, Annotated[str, Meta(max_length=200)]]
TagText = Annotated[str, Meta(min_length=1, max_length=50)]
Step = Annotated[str, Meta(min_length=1, max_length=500)]
Version = Annotated[int, Meta(ge=0, le=2**53)]
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


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything within an entry."""


class TypeState(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state; ``category`` is the status of a ticket in it."""

    id: Slug
    names: Words
    category: Status


class TypeMove(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move that is allowed, once the fields of ``require`` hold something."""

    source: Slug
    target: Slug
    require: Annotated[list[Slug], Meta(max_length=50)] = []


class TypeRule(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move that happens by itself; ``after_h`` (hours) for ``elapsed`` only."""

    on: Literal["customer_message", "reply", "elapsed"]
    source: Slug
    target: Slug
    after_h: float | None = None


class TypeParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``states`` in their order; a category without one gets its plain state. Without ``moves``
    every move that the categories allow is. ``former``: which state takes the place of one that is
    left out.
    """

    names: Words
    icon: Annotated[str, Meta(max_length=50)] = ""
    states: Annotated[list[TypeState], Meta(max_length=50)] = []
    moves: Annotated[list[TypeMove], Meta(max_length=500)] = []
    automatic: Annotated[list[TypeRule], Meta(max_length=100)] = []
    form_id: MaybeSlug = ""
    default: bool = False
    retired: bool = False
    former: dict[Slug, Slug] = {}


class FieldOption(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A choice; ``parent`` is the one above it in a cascade. Retired ones are kept, not chosen."""

    id: Slug
    names: Words
    parent: MaybeSlug = ""
    retired: bool = False


class FieldParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom field. ``pattern`` is an RE2 expression for the whole of a text."""

    names: Words
    kind: FieldKind
    hint: Words = {}
    pattern: Annotated[str, Meta(max_length=500)] = ""
    max_length: Annotated[int, Meta(ge=1, le=20_000)] = 5_000
    minimum: float | None = None
    maximum: float | None = None
    options: Annotated[list[FieldOption], Meta(max_length=1_000)] = []
    sensitive: bool = False
    default: FieldValue | None = None
    retired: bool = False


class FormQuestion(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to a field above, or to ``type``, ``state``, ``status``, ``priority``,
    ``channel``.
    """

    field: Slug
    relation: Literal["is", "is_not", "one_of", "is_set", "is_not_set"]
    values: Annotated[list[FieldValue], Meta(max_length=100)] = []


class FormWhen(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds when each of ``every`` does, and one of ``some`` where there are any."""

    every: Annotated[list[FormQuestion], Meta(max_length=20)] = []
    some: Annotated[list[FormQuestion], Meta(max_length=20)] = []


class FormField(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom field or one that every ticket has (``category_id``, ``impact`` ...)."""

    field: Slug
    required: bool = False
    show_if: FormWhen | None = None
    require_if: FormWhen | None = None


class FormParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields in their order. Required ones must be filled to solve or close a ticket."""

    names: Words
    fields: Annotated[list[FormField], Meta(max_length=200)] = []


class CategoryParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node of the tree; "" is above the top."""

    names: Words
    parent_id: MaybeSlug = ""
    retired: bool = False


class TicketTemplateParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a new ticket begins with."""

    names: Words
    subject: Annotated[str, Meta(max_length=300)] = ""
    text: Annotated[str, Meta(max_length=50_000)] = ""
    type_id: MaybeSlug = ""
    category_id: MaybeSlug = ""
    priority: Priority | None = None
    fields: dict[Slug, FieldValue] = {}
    tags: Annotated[list[TagText], Meta(max_length=30)] = []
    checklist: Annotated[list[Step], Meta(max_length=100)] = []


class PriorityRating(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The priority of a pair."""

    impact: Level
    urgency: Level
    priority: Priority


class PriorityParts(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All nine pairs."""

    ratings: Annotated[list[PriorityRating], Meta(max_length=9)]


class TypeBody(TypeParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ticket type."""

    version: Version | None = None


class FieldBody(FieldParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom field."""

    version: Version | None = None


class FormBody(FormParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form."""

    version: Version | None = None


class CategoryBody(CategoryParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category."""

    version: Version | None = None


class TicketTemplateBody(
    TicketTemplateParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A ticket template."""

    version: Version | None = None


class PrioritiesBody(PriorityParts, Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The matrix of impact and urgency."""

    version: Version | None = None


class TicketType(TypeParts, Answer, frozen=True, kw_only=True):
    """A ticket type."""

    id: str
    version: int
    used: bool


class CustomField(FieldParts, Answer, frozen=True, kw_only=True):
    """A custom field."""

    id: str
    version: int
    used: bool


class Form(FormParts, Answer, frozen=True, kw_only=True):
    """A form."""

    id: str
    version: int
    used: bool


class Category(CategoryParts, Answer, frozen=True, kw_only=True):
    """A category."""

    id: str
    version: int
    used: bool


class TicketTemplate(TicketTemplateParts, Answer, frozen=True, kw_only=True):
    """A ticket template."""

    id: str
    version: int
    used: bool


class Priorities(PriorityParts, Answer, frozen=True, kw_only=True):
    """The matrix of impact and urgency."""

    id: str
    version: int
    used: bool


class Catalogue(Answer, frozen=True, kw_only=True):
    """Everything that a site decided of its tickets. ``revision`` grows with each change. The type
    "" is the site's own, which every ticket is that has no other; it is always there.
    """

    revision: int
    types: list[TicketType]
    fields: list[CustomField]
    forms: list[Form]
    categories: list[Category]
    templates: list[TicketTemplate]
    priorities: Priorities


class ReplaceQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What takes the place of what goes."""

    replace_with: MaybeSlug = ""
