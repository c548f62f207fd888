"""Whether a value fits its custom field; pure. Patterns are RE2's: linear in the text, whatever
somebody wrote (no back references, no look-around).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

import re2

from ticketing.catalogue.model import Field, FieldKind, Option
from ticketing.errors import Invalid
from ticketing.model import FieldValue

MAX_PATTERN = 500
PATTERN_BYTES = 1_000_000  # of memory, compiled
MAX_NUMBER = 2**53
MAX_CHOICES = 50
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
Check = Callable[[Field, FieldValue, FieldValue | None], FieldValue]


class Unfit(ValueError):
    """Why a value does not fit."""


def checked(field: Field, value: FieldValue, before: FieldValue | None = None) -> FieldValue:
    """The value as it is stored. A retired option stays where it was ``before``. Raises Invalid."""
    try:
        return _CHECKS[field.kind](field, value, before)
    except Unfit as error:
        raise Invalid(f"fields.{field.id}", str(error)) from None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:  # noqa: ANN401  the library has no types
    """Raises Invalid."""
    options = re2.Options()
    options.max_mem = PATTERN_BYTES
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise Invalid("pattern", f"is no RE2 expression: {shown}") from None


def _text(field: Field, value: FieldValue, _before: FieldValue | None) -> FieldValue:
    if not isinstance(value, str):
        raise Unfit("must be text")
    if len(value) > field.max_length:
        raise Unfit(f"at most {field.max_length} characters")
    if field.pattern and not compiled(field.pattern).fullmatch(value):
        raise Unfit(f"must fit the pattern {field.pattern}")
    return value


def _number(field: Field, value: FieldValue, _before: FieldValue | None) -> FieldValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("must be a number")
    if not isfinite(value) or abs(value) > MAX_NUMBER:
        raise Unfit("is too large")
    if field.minimum is not None and value < field.minimum:
        raise Unfit(f"at least {field.minimum:g}")
    if field.maximum is not None and value > field.maximum:
        raise Unfit(f"at most {field.maximum:g}")
    return value


def _boolean(_field: Field, value: FieldValue, _before: FieldValue | None) -> FieldValue:
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def _date(_field: Field, value: FieldValue, _before: FieldValue | None) -> FieldValue:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unfit('must be a date, as "2026-11-22"')
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Unfit("there is no such day") from None
    return value


def _id(_field: Field, value: FieldValue, _before: FieldValue | None) -> FieldValue:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unfit("must be an id")
    return value


def _choice(field: Field, value: FieldValue, before: FieldValue | None) -> FieldValue:
    if not isinstance(value, str):
        raise Unfit("must be one option's id")
    _option(field, value, kept=(before,))
    return value


def _multi(field: Field, value: FieldValue, before: FieldValue | None) -> FieldValue:
    chosen = _several(value)
    if len(chosen) > MAX_CHOICES or len(set(chosen)) < len(chosen):
        raise Unfit(f"at most {MAX_CHOICES} options, each once")
    for one in chosen:
        _option(field, one, kept=before if isinstance(before, tuple) else ())
    return chosen


def _cascade(field: Field, value: FieldValue, before: FieldValue | None) -> FieldValue:
    path = _several(value)
    above = ""
    for one in path:
        option = _option(field, one, kept=before if isinstance(before, tuple) else ())
        if option.parent != above:
            raise Unfit(f"{one!r} does not stand under {above or 'the top'!r}")
        above = one
    return path


def _several(value: FieldValue) -> tuple[str, ...]:
    if not isinstance(value, tuple | list) or not value:
        raise Unfit("must be a list of options' ids, at least one")
    return tuple(value)


def _option(field: Field, id: str, kept: tuple[FieldValue | None, ...]) -> Option:
    found = next((one for one in field.options if one.id == id), None)
    if found is None:
        raise Unfit(f"has no option {id!r}")
    if found.retired and id not in kept:
        raise Unfit(f"the option {id!r} is retired")
    return found


_CHECKS: Mapping[FieldKind, Check] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "multi": _multi,
    "cascade": _cascade,
    "date": _date,
    "boolean": _boolean,
    "user": _id,
    "contact": _id,
    "asset": _id,
    "file": _id,
}
