"""A saved view, the conditions that it is made of, and the views that every site has."""

from datetime import datetime
from typing import Annotated, Literal, NewType

import msgspec
from msgspec import Meta

from normalizer.model import AgentId

ViewId = NewType("ViewId", str)
BuiltIn = Literal[
    "mine",
    "unassigned",
    "mentions",
    "waiting",
    "longest",
    "held",
    "snoozed",
    "open",
    "solved",
    "all",
]
Sort = Literal["activity", "waiting", "created"]
Reach = Literal["personal", "team", "shared"]
Scope = Literal["open", "all"]

ME = "me"  # as a value of a field that holds agents: whoever looks
MAX_VALUES = 50
MAX_CONDITIONS = 30
MAX_HOURS = 24 * 3660

FieldName = Annotated[
    str, Meta(min_length=1, max_length=80, pattern="^[a-z_]+(\\.[A-Za-z0-9_-]+)?$")
]
Value = Annotated[str, Meta(min_length=1, max_length=200)]
Hours = Annotated[float, Meta(ge=-MAX_HOURS, le=MAX_HOURS)]
Moment = Annotated[datetime, Meta(tz=True)]


class _Condition(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="op", forbid_unknown_fields=True
):
    """About one field, by its name in the catalogue (``ticketing.views.fields``)."""

    field: FieldName


class OneOf(_Condition, frozen=True, kw_only=True, tag="one_of"):
    """The field holds at least one of the values."""

    values: Annotated[tuple[Value, ...], Meta(min_length=1, max_length=MAX_VALUES)]


class NoneOf(_Condition, frozen=True, kw_only=True, tag="none_of"):
    """The field holds none of the values; also where it holds nothing."""

    values: Annotated[tuple[Value, ...], Meta(min_length=1, max_length=MAX_VALUES)]


class Between(_Condition, frozen=True, kw_only=True, tag="between"):
    """A number, both ends included; null: no limit."""

    least: float | None = None
    most: float | None = None


class Dated(_Condition, frozen=True, kw_only=True, tag="dated"):
    """A moment in [since, until); null: no limit."""

    since: Moment | None = None
    until: Moment | None = None


class Around(_Condition, frozen=True, kw_only=True, tag="around"):
    """A moment in [now + from_h, now + to_h): -168 and null are the last week and what is to
    come, null and -48 is what is older than two days.
    """

    from_h: Hours | None = None
    to_h: Hours | None = None


class IsSet(_Condition, frozen=True, kw_only=True, tag="is_set"):
    """Whether the field holds anything."""

    value: bool


class Is(_Condition, frozen=True, kw_only=True, tag="is"):
    """A field that is true or false."""

    value: bool


class Contains(_Condition, frozen=True, kw_only=True, tag="contains"):
    """A text holds these words as they stand, in any case."""

    text: Value


Condition = OneOf | NoneOf | Between | Dated | Around | IsSet | Is | Contains
Conditions = Annotated[tuple[Condition, ...], Meta(max_length=MAX_CONDITIONS)]


class SavedView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tickets that fit all of ``all_of`` and, where there are any, one of ``any_of``.

    ``scope`` open: only tickets that are not done, and none that sleeps unless a condition asks
    for those. ``built``: the version from which the places of all tickets were worked out, and
    ``built_as`` what it meant then (``meaning.sum_of``).
    """

    id: ViewId = msgspec.field(name="_id")
    v: int = 1
    version: int
    name: str
    reach: Reach
    owner_id: AgentId
    team_id: str = ""
    scope: Scope = "open"
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    sort: Sort = "activity"
    columns: tuple[str, ...] = ()
    position: int = 0
    built: int = 0
    built_as: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them."""
        return self.all_of + self.any_of
