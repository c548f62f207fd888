"""Whether a custom field's rules make sense for its kind; pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from ticketing.catalogue.model import Entry, Field, FieldKind, Option
from ticketing.catalogue.values import MAX_PATTERN, checked, compiled
from ticketing.errors import Invalid

MAX_TEXT = 20_000
MAX_OPTIONS = 1_000
CHOICES: frozenset[FieldKind] = frozenset({"choice", "multi", "cascade"})
# What a field of another kind must leave alone.
_ONLY: Mapping[str, frozenset[FieldKind]] = {
    "pattern": frozenset({"text"}),
    "minimum": frozenset({"number"}),
    "maximum": frozenset({"number"}),
    "options": CHOICES,
}
# Nothing that another record could take away is a default.
_NO_DEFAULT: frozenset[FieldKind] = frozenset({"user", "contact", "asset", "file"})


def check_field(field: Field, before: Entry | None) -> Field:
    """Raises Invalid."""
    known = before.content if before else None
    if before and before.used and isinstance(known, Field) and known.kind != field.kind:
        raise Invalid("kind", f"tickets hold it as {known.kind}: make another field")
    for name, kinds in _ONLY.items():
        if getattr(field, name) not in ("", None, ()) and field.kind not in kinds:
            raise Invalid(name, f"is not for {field.kind} fields")
    _check_bounds(field)
    _check_options(field, before)
    if field.default is None:
        return field
    if field.kind in _NO_DEFAULT:
        raise Invalid("default", f"{field.kind} fields have none")
    try:
        return replace(field, default=checked(field, field.default))
    except Invalid as error:
        raise Invalid("default", error.reason) from error


def _check_bounds(field: Field) -> None:
    if len(field.pattern) > MAX_PATTERN:
        raise Invalid("pattern", f"at most {MAX_PATTERN} characters")
    if field.pattern:
        compiled(field.pattern)
    if not 0 < field.max_length <= MAX_TEXT:
        raise Invalid("max_length", f"between 1 and {MAX_TEXT}")
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and low > high:
        raise Invalid("minimum", "is above the maximum")


def _check_options(field: Field, before: Entry | None) -> None:
    if field.kind not in CHOICES:
        return
    if not 0 < len(field.options) <= MAX_OPTIONS:
        raise Invalid("options", f"between 1 and {MAX_OPTIONS}")
    seen: dict[str, Option] = {}
    for place, option in enumerate(field.options):
        at = f"options[{place}]"
        if option.id in seen:
            raise Invalid(f"{at}.id", f"{option.id!r} stands there twice")
        if option.parent and field.kind != "cascade":
            raise Invalid(f"{at}.parent", "is for cascades only")
        if option.parent and option.parent not in seen:
            raise Invalid(f"{at}.parent", f"{option.parent!r} does not stand above it")
        seen[option.id] = option
    known = before.content if before and before.used else None
    kept = known.options if isinstance(known, Field) else ()
    gone = [one.id for one in kept if one.id not in seen]
    if gone:
        raise Invalid("options", f"tickets may hold {gone[0]!r}: retire it instead")
