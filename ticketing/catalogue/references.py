"""Who names whom within the catalogue, and the same with another in its place; pure."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ticketing.catalogue.model import (
    Catalogue,
    Category,
    Content,
    Entry,
    Form,
    FormField,
    Kind,
    TicketTemplate,
    TicketType,
    When,
)
from ticketing.model import FieldValue, Ticket

_NOBODY = "\0"


def uses(ticket: Ticket) -> Iterator[tuple[Kind, str]]:
    """The entries that a ticket names."""
    if ticket.type_id:
        yield "type", ticket.type_id
    if ticket.category_id:
        yield "category", ticket.category_id
    for id in ticket.fields:
        yield "field", id


def naming(kind: Kind, id: str, catalogue: Catalogue) -> list[Entry]:
    """The entries that name this one."""
    return [
        one
        for one in catalogue.entries.values()
        if not one.replaced_by and renamed(one.content, kind, id, _NOBODY) != one.content
    ]


def renamed(content: Content, kind: Kind, old: str, new: str) -> Content:
    """The entry with ``new`` wherever it named ``old``."""
    match content:
        case TicketType():
            return _type(content, kind, old, new)
        case Form():
            return _form(content, kind, old, new)
        case Category():
            named = kind == "category" and content.parent_id == old
            return replace(content, parent_id=new) if named else content
        case TicketTemplate():
            return _template(content, kind, old, new)
        case _:
            return content


def _type(content: TicketType, kind: Kind, old: str, new: str) -> TicketType:
    if kind == "form" and content.form_id == old:
        return replace(content, form_id=new)
    if kind == "field" and any(old in move.require for move in content.moves):
        moves = tuple(
            replace(move, require=_each_once(move.require, old, new)) for move in content.moves
        )
        return replace(content, moves=moves)
    return content


def _each_once(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(new if name == old else name for name in names))


def _form(content: Form, kind: Kind, old: str, new: str) -> Form:
    asked = _ASKED.get(kind)
    there = {item.field for item in content.fields}
    fields = []
    for item in content.fields:
        if kind == "field" and item.field == old and new in there:
            continue
        field = new if kind == "field" and item.field == old else item.field
        fields.append(
            FormField(
                field=field,
                required=item.required,
                show_if=_when(item.show_if, kind, asked, old, new),
                require_if=_when(item.require_if, kind, asked, old, new),
            )
        )
    return replace(content, fields=tuple(fields))


_ASKED: Mapping[Kind, str] = {"type": "type", "category": "category_id"}


def _when(when: When | None, kind: Kind, asked: str | None, old: str, new: str) -> When | None:
    if when is None:
        return None
    return When(
        **{
            name: tuple(
                replace(
                    test,
                    field=new if kind == "field" and test.field == old else test.field,
                    values=_values(test.values, old, new) if test.field == asked else test.values,
                )
                for test in tests
            )
            for name, tests in (("every", when.every), ("some", when.some))
        }
    )


def _values(values: tuple[FieldValue, ...], old: str, new: str) -> tuple[FieldValue, ...]:
    return tuple(new if value == old else value for value in values)


def _template(content: TicketTemplate, kind: Kind, old: str, new: str) -> TicketTemplate:
    if kind == "type" and content.type_id == old:
        return replace(content, type_id=new)
    if kind == "category" and content.category_id == old:
        return replace(content, category_id=new)
    if kind == "field" and old in content.fields:
        fields = {new if id == old else id: value for id, value in content.fields.items()}
        return replace(content, fields=fields)
    return content
