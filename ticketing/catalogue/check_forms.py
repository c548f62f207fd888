"""Whether a form's fields and conditions make sense; pure."""

from typing import get_args

from ticketing.catalogue.model import (
    CIRCUMSTANCES,
    TICKET_FIELDS,
    Catalogue,
    Form,
    Question,
    When,
)
from ticketing.catalogue.values import checked
from ticketing.errors import Invalid
from ticketing.model import FieldValue, Level, Priority, Status

MAX_FIELDS = 200
MAX_TESTS = 20
_WORDS: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "priority": get_args(Priority),
    "impact": get_args(Level),
    "urgency": get_args(Level),
}


def check_form(form: Form, catalogue: Catalogue) -> Form:
    """A condition asks only what stands above it, so that there are no circles."""
    if len(form.fields) > MAX_FIELDS:
        raise Invalid("fields", f"at most {MAX_FIELDS}")
    above: set[str] = set()
    for place, item in enumerate(form.fields):
        at = f"fields[{place}]"
        field = catalogue.field(item.field)
        if item.field not in TICKET_FIELDS and (field is None or field.id != item.field):
            raise Invalid(f"{at}.field", f"there is no field {item.field!r}")
        if item.field in above:
            raise Invalid(f"{at}.field", f"{item.field!r} stands there twice")
        for name, when in (("show_if", item.show_if), ("require_if", item.require_if)):
            if when is not None:
                _check_when(when, above, catalogue, f"{at}.{name}")
        above.add(item.field)
    return form


def _check_when(when: When, above: set[str], catalogue: Catalogue, at: str) -> None:
    if len(when.every) + len(when.some) > MAX_TESTS:
        raise Invalid(at, f"at most {MAX_TESTS} questions")
    for name, tests in (("every", when.every), ("some", when.some)):
        for place, test in enumerate(tests):
            _check_test(test, above, catalogue, f"{at}.{name}[{place}]")


def _check_test(test: Question, above: set[str], catalogue: Catalogue, at: str) -> None:
    if test.field not in above and test.field not in CIRCUMSTANCES:
        raise Invalid(f"{at}.field", f"{test.field!r} does not stand above it in the form")
    if test.relation in ("is_set", "is_not_set"):
        if test.values:
            raise Invalid(f"{at}.values", "has nothing to compare with")
        return
    if not test.values or (test.relation != "one_of" and len(test.values) > 1):
        raise Invalid(f"{at}.values", "one value; several for one_of")
    for value in test.values:
        _check_value(test.field, value, catalogue, at)


def _check_value(name: str, value: FieldValue, catalogue: Catalogue, at: str) -> None:
    words = _WORDS.get(name)
    if words is not None and value not in words:
        raise Invalid(f"{at}.values", f"is one of {', '.join(words)}")
    field = catalogue.field(name)
    if field is None:
        return
    several = field.kind in ("multi", "cascade") and isinstance(value, str)
    if several:
        if all(one.id != value for one in field.options):
            raise Invalid(f"{at}.values", f"{name} has no option {value!r}")
        return
    try:
        checked(field, value, before=value)
    except Invalid as error:
        raise Invalid(f"{at}.values", error.reason) from error
