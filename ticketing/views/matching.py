"""Whether a ticket stands in a view, and when that may change without anything happening. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from normalizer.model import AgentId
from storage.ids import truncate
from ticketing.model import Ticket
from ticketing.tokens import fold
from ticketing.views.fields import Custom, Facts, Held, Kind, field_of
from ticketing.views.model import (
    ME,
    Around,
    Between,
    Condition,
    Contains,
    Dated,
    Is,
    IsSet,
    NoneOf,
    OneOf,
    SavedView,
)

NOBODY = ""
SLEEP = frozenset({"snoozed_until"})
MILLISECOND = timedelta(milliseconds=1)
# which questions make sense for which kind of field
ASKS: Mapping[Kind, frozenset[type[Condition]]] = {
    "choice": frozenset({OneOf, NoneOf, IsSet}),
    "agent": frozenset({OneOf, NoneOf, IsSet}),
    "number": frozenset({Between, IsSet}),
    "date": frozenset({Dated, Around, IsSet}),
    "boolean": frozenset({Is}),
    "text": frozenset({Contains, IsSet, OneOf, NoneOf}),
}


def sleeps(ticket: Ticket, now: datetime) -> bool:
    """Whether the ticket is snoozed."""
    return ticket.snoozed_until is not None and ticket.snoozed_until > now


def covers(view: SavedView, ticket: Ticket, now: datetime) -> bool:
    """Whether the ticket is of the kind that the view is about at all."""
    if ticket.merged_into is not None:
        return False
    if view.scope == "all":
        return True
    awake = not sleeps(ticket, now) or any(c.field in SLEEP for c in view.conditions)
    return ticket.open and awake


def matches(
    view: SavedView, facts: Facts, now: datetime, *, me: str, custom: Custom | None = None
) -> bool:
    """Whether the ticket stands in the view of ``me`` (``NOBODY``: in everybody's)."""
    if not covers(view, facts.ticket, now):
        return False
    known = custom or {}
    if not all(holds(condition, facts, now, me, known) for condition in view.all_of):
        return False
    return not view.any_of or any(holds(one, facts, now, me, known) for one in view.any_of)


def holds(condition: Condition, facts: Facts, now: datetime, me: str, custom: Custom) -> bool:
    """Whether one condition is true; never, when its field is gone."""
    field = field_of(condition.field, custom)
    if field is None:
        return False
    return _HOLDS[type(condition)](condition, field.read(facts), now, me)


def wrong(condition: Condition, custom: Custom) -> str | None:
    """Why the condition cannot be asked; None when it can."""
    field = field_of(condition.field, custom)
    if field is None:
        return f"there is no field {condition.field!r}, or it is gone"
    if type(condition) not in ASKS[field.kind]:
        return f"{condition.field!r} is a {field.kind}: it cannot be asked this"
    return None


def first_wrong(conditions: Iterable[Condition], custom: Custom) -> tuple[str, str] | None:
    """The first field that cannot be asked, and why."""
    for condition in conditions:
        reason = wrong(condition, custom)
        if reason:
            return condition.field, reason
    return None


def asks_for_me(view: SavedView) -> bool:
    """Whether the view differs from one agent to the next."""
    return any(
        ME in condition.values for condition in view.conditions if isinstance(condition, OneOf)
    )


def involved(ticket: Ticket) -> tuple[AgentId, ...]:
    """Every agent for whom "me" may be true of the ticket."""
    own = (ticket.assignee_id,) if ticket.assignee_id else ()
    return tuple(dict.fromkeys((*own, *ticket.followers, *ticket.mentioned)))


def next_turn(
    views: Sequence[SavedView], facts: Facts, now: datetime, custom: Custom
) -> datetime | None:
    """The next moment at which time alone may move the ticket into or out of one of the views."""
    turns = [
        turn
        for view in views
        for condition in view.conditions
        if isinstance(condition, Around)
        for turn in _turns(condition, facts, custom)
    ]
    if facts.ticket.snoozed_until is not None:
        turns.append(facts.ticket.snoozed_until)
    return min((turn for turn in turns if turn > now), default=None)


def _turns(condition: Around, facts: Facts, custom: Custom) -> list[datetime]:
    field = field_of(condition.field, custom)
    held = field.read(facts) if field else None
    if not isinstance(held, datetime):
        return []
    ends = (hours for hours in (condition.from_h, condition.to_h) if hours is not None)
    # just after: at the very moment the nearer end is still within
    return [truncate(held - timedelta(hours=hours)) + MILLISECOND for hours in ends]


def _texts(held: Held) -> tuple[str, ...]:
    if isinstance(held, tuple):
        return held
    return (held,) if isinstance(held, str) and held else ()


def _one_of(condition: OneOf, held: Held, _now: datetime, me: str) -> bool:
    wanted = {me if value == ME and me else value for value in condition.values}
    return not wanted.isdisjoint(_texts(held))


def _none_of(condition: NoneOf, held: Held, _now: datetime, _me: str) -> bool:
    return set(condition.values).isdisjoint(_texts(held))


def _between(condition: Between, held: Held, _now: datetime, _me: str) -> bool:
    if isinstance(held, bool) or not isinstance(held, int | float):
        return False
    low, high = condition.least, condition.most
    return (low is None or held >= low) and (high is None or held <= high)


def _dated(condition: Dated, held: Held, _now: datetime, _me: str) -> bool:
    return _in_window(held, condition.since, condition.until)


def _around(condition: Around, held: Held, now: datetime, _me: str) -> bool:
    since, until = (
        None if hours is None else now + timedelta(hours=hours)
        for hours in (condition.from_h, condition.to_h)
    )
    return _in_window(held, since, until)


def _in_window(held: Held, since: datetime | None, until: datetime | None) -> bool:
    if not isinstance(held, datetime):
        return False
    return (since is None or held >= since) and (until is None or held < until)


def _is_set(condition: IsSet, held: Held, _now: datetime, _me: str) -> bool:
    return (held is not None and held not in ((), "")) is condition.value


def _is(condition: Is, held: Held, _now: datetime, _me: str) -> bool:
    return bool(held) is condition.value


def _contains(condition: Contains, held: Held, _now: datetime, _me: str) -> bool:
    return any(fold(condition.text) in fold(text) for text in _texts(held))


_HOLDS: Mapping[type, Callable[[Any, Held, datetime, str], bool]] = {
    OneOf: _one_of,
    NoneOf: _none_of,
    Between: _between,
    Dated: _dated,
    Around: _around,
    IsSet: _is_set,
    Is: _is,
    Contains: _contains,
}
