"""Whether an entry may stand in the catalogue, and how it is stored; pure. Raises Invalid with the
place of what is wrong, as ``states[2].id``.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from ticketing.catalogue.check_fields import check_field
from ticketing.catalogue.check_forms import check_form
from ticketing.catalogue.check_types import check_type
from ticketing.catalogue.model import (
    CIRCUMSTANCES,
    TICKET_FIELDS,
    Catalogue,
    Category,
    Content,
    Entry,
    Field,
    Form,
    Names,
    Priorities,
    TicketTemplate,
    TicketType,
    kind_of,
)
from ticketing.catalogue.values import checked
from ticketing.errors import Invalid

MOST: Mapping[str, int] = {
    "type": 100,
    "field": 300,
    "form": 100,
    "category": 2_000,
    "template": 500,
    "priorities": 1,
}
MAX_DEPTH = 10
MAX_LANGUAGES = 20
RESERVED = frozenset((*TICKET_FIELDS, *CIRCUMSTANCES, "subject", "fields"))
PAIRS = 9
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def check(content: Content, catalogue: Catalogue, before: Entry | None) -> Content:
    """The entry as it is stored; ``before`` is what stood under its id."""
    kind = kind_of(content)
    same = sum(1 for one in catalogue.entries.values() if kind_of(one.content) == kind)
    if before is None and same >= MOST[kind]:
        raise Invalid("id", f"there are {MOST[kind]} already, which is the most")
    if not ID.fullmatch(content.id):
        raise Invalid("id", "small letters, digits, - and _, at most 64")
    if not isinstance(content, Priorities):
        check_names(content.names)
    return _checked(content, catalogue, before)


def _checked(content: Content, catalogue: Catalogue, before: Entry | None) -> Content:
    match content:
        case TicketType():
            return check_type(content, catalogue, before)
        case Field():
            if content.id in RESERVED:
                raise Invalid("id", f"{content.id!r} is a field that every ticket has")
            return check_field(content, before)
        case Form():
            return check_form(content, catalogue)
        case Category():
            return _category(content, catalogue)
        case TicketTemplate():
            return _template(content, catalogue)
        case Priorities():
            return _priorities(content)


def check_names(names: Names) -> None:
    """At least one language, none of them empty."""
    if not 0 < len(names) <= MAX_LANGUAGES:
        raise Invalid("names", f"between 1 and {MAX_LANGUAGES} languages")
    for language, name in names.items():
        if not name.strip():
            raise Invalid(f"names.{language}", "must not be empty")


def _category(content: Category, catalogue: Catalogue) -> Content:
    above: list[str] = []
    parent = content.parent_id
    while parent:
        above.append(parent)
        if parent == content.id:
            chain = " < ".join((content.id, *above))
            raise Invalid("parent_id", f"a category cannot stand below itself: {chain}")
        found = catalogue.category(parent)
        if found is None or found.id != parent:
            raise Invalid("parent_id", f"there is no category {parent!r}")
        parent = found.parent_id
    depth = len(above) + 1 + _height(content.id, catalogue)
    if depth > MAX_DEPTH:
        raise Invalid("parent_id", f"at most {MAX_DEPTH} levels")
    return content


def _height(id: str, catalogue: Catalogue) -> int:
    """How many levels stand below."""
    level, height = [id], -1
    while level and height <= MAX_DEPTH:
        height += 1
        level = [one.id for one in catalogue.contents(Category) if one.parent_id in level]
    return max(height, 0)


def _template(content: TicketTemplate, catalogue: Catalogue) -> Content:
    if content.type_id and catalogue.type_of(content.type_id).id != content.type_id:
        raise Invalid("type_id", f"there is no type {content.type_id!r}")
    category = catalogue.category(content.category_id)
    if content.category_id and (category is None or category.id != content.category_id):
        raise Invalid("category_id", f"there is no category {content.category_id!r}")
    fields = {}
    for id, value in content.fields.items():
        field = catalogue.field(id)
        if field is None or field.id != id:
            raise Invalid(f"fields.{id}", "there is no such field")
        fields[id] = checked(field, value)
    return replace(content, fields=fields)


def _priorities(content: Priorities) -> Content:
    pairs = {(one.impact, one.urgency) for one in content.ratings}
    if len(pairs) < PAIRS or len(content.ratings) != PAIRS:
        raise Invalid("ratings", f"each of the {PAIRS} pairs of impact and urgency, once")
    return content
