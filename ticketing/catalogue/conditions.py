"""Which fields of a form are shown and required, given what the ticket holds; pure."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from ticketing.catalogue.model import Form, Question, Relation, When
from ticketing.model import FieldValue

Facts = Mapping[str, FieldValue]
EMPTY: tuple[FieldValue, ...] = ("", ())


class Shown(Struct, frozen=True, kw_only=True):
    """A field that the form asks for now."""

    field: str
    required: bool


def shape(form: Form, facts: Facts) -> tuple[Shown, ...]:
    """The form as it stands; a field that is hidden counts as empty for those below it."""
    known = dict(facts)
    shown: list[Shown] = []
    for item in form.fields:
        if item.show_if is not None and not holds(item.show_if, known):
            known.pop(item.field, None)
            continue
        required = item.required or (item.require_if is not None and holds(item.require_if, known))
        shown.append(Shown(field=item.field, required=required))
    return tuple(shown)


def missing(form: Form, facts: Facts) -> tuple[str, ...]:
    """Required fields that hold nothing."""
    return tuple(
        one.field for one in shape(form, facts) if one.required and not is_set(facts, one.field)
    )


def holds(when: When, facts: Facts) -> bool:
    """Nothing asked: it holds."""
    return all(answers(test, facts) for test in when.every) and (
        not when.some or any(answers(test, facts) for test in when.some)
    )


def answers(test: Question, facts: Facts) -> bool:
    """One question; of several choices, ``is`` asks whether it is among them."""
    return _RELATIONS[test.relation](facts, test.field, test.values)


def is_set(facts: Facts, field: str) -> bool:
    """Whether it holds anything: False and 0 are something."""
    value = facts.get(field)
    return value is not None and not (isinstance(value, str | tuple) and value in EMPTY)


def _is(facts: Facts, field: str, values: Sequence[FieldValue]) -> bool:
    return is_set(facts, field) and any(_equal(facts[field], value) for value in values)


def _equal(held: FieldValue, asked: FieldValue) -> bool:
    """True is no 1 here; an asked option fits a cascade at any of its levels."""
    if isinstance(held, tuple) and not isinstance(asked, tuple):
        return asked in held
    return isinstance(held, bool) == isinstance(asked, bool) and held == asked


_RELATIONS: Mapping[Relation, Callable[[Facts, str, Sequence[FieldValue]], bool]] = {
    "is": _is,
    "one_of": _is,
    "is_not": lambda facts, field, values: not _is(facts, field, values),
    "is_set": lambda facts, field, _values: is_set(facts, field),
    "is_not_set": lambda facts, field, _values: not is_set(facts, field),
}
