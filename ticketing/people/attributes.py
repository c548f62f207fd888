"""Custom attributes of people and organisations: what may stand in them; pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from ticketing.errors import Invalid
from ticketing.model import FieldValue
from ticketing.people.model import Attribute, AttributeKind

MAX_TEXT = 2_000
MAX_ATTRIBUTES = 100
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Definitions = Mapping[str, Attribute]
Changes = Mapping[str, FieldValue | None]


def amended(
    definitions: Definitions, before: Mapping[str, FieldValue], changes: Changes
) -> dict[str, FieldValue]:
    """The attributes after the changes; None takes one away. Raises Invalid, naming the field."""
    after = dict(before)
    for key, value in changes.items():
        if value is None:
            after.pop(key, None)
            continue
        if key not in definitions:
            raise Invalid(f"attributes.{key}", "there is no such attribute")
        after[key] = checked(definitions[key], value)
    return after


def checked(attribute: Attribute, value: FieldValue) -> FieldValue:
    """The value as it is kept; Invalid when it does not fit the kind."""
    reason = _WRONG[attribute.kind](attribute, value)
    if reason:
        raise Invalid(f"attributes.{attribute.key}", reason)
    return value


def read(attribute: Attribute, text: str) -> FieldValue:
    """A value as a list of people writes it; Invalid when it cannot be one."""
    make = _READ.get(attribute.kind)
    try:
        return checked(attribute, make(text.strip()) if make else text.strip())
    except (ValueError, KeyError) as error:
        raise Invalid(f"attributes.{attribute.key}", f"this is not a {attribute.kind}") from error


def _text(_attribute: Attribute, value: FieldValue) -> str:
    fits = isinstance(value, str) and 0 < len(value) <= MAX_TEXT
    return "" if fits else f"a text of 1 to {MAX_TEXT} characters"


def _number(_attribute: Attribute, value: FieldValue) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
    return "" if fits else "a number"


def _boolean(_attribute: Attribute, value: FieldValue) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _date(_attribute: Attribute, value: FieldValue) -> str:
    try:
        fits = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        fits = False
    return "" if fits else "a date: 2026-11-22"


def _choice(attribute: Attribute, value: FieldValue) -> str:
    return "" if value in attribute.options else "one of " + ", ".join(attribute.options)


_WRONG: Mapping[AttributeKind, Callable[[Attribute, FieldValue], str]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_READ: Mapping[AttributeKind, Callable[[str], FieldValue]] = {
    "number": lambda text: int(text) if re.fullmatch(r"-?\d+", text) else float(text),
    "boolean": lambda text: _TRUTHS[text.lower()],
}
