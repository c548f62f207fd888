"""Which of two tickets' fields win when they become one, and what is whose when they part. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from msgspec import structs
from msgspec.structs import replace

from ticketing.errors import Invalid
from ticketing.merging.model import Choices, Difference, Side
from ticketing.model import Ticket

ItemT = TypeVar("ItemT")

MAX_UNITED: Mapping[str, int] = {
    "tags": 50,
    "followers": 50,
    "mentioned": 50,
    "asset_ids": 50,
    "checklist": 100,
}
# What messages make of a ticket: never merged field by field (see ``clocks``).
DERIVED = frozenset(
    {
        "message_count", "in_count", "channel", "channels", "inbox_ids", "snippet", "activity_at",
        "last_in_at", "last_out_at", "waiting_since", "delivery_trouble", "updated_at",
    }
)  # fmt: skip
IDENTITY = frozenset({"id", "v", "version", "number", "created_at"})
# One field stands for those that only make sense together.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "open", "status_at", "solved_at", "state"),
    "type_id": ("type_id", "state"),
    "contact_id": ("contact_id", "contact_name"),
}
# The target's, unless it has none.
FILLED = ("category_id", "impact", "urgency", "organisation_id", "team_id")
CHOOSABLE = (
    "subject", "status", "priority", "assignee_id", "contact_id", "type_id", *FILLED,
)  # fmt: skip
CUSTOM = "fields."


def united(source: Ticket, target: Ticket, choices: Choices) -> Ticket:
    """The target with what both hold: lists and custom fields united, the rest by ``choices``, else
    the target's. Raises Invalid for a choice of what cannot be chosen.
    """
    _check(source, target, choices)
    changes: dict[str, Any] = {
        name: _union(getattr(target, name), getattr(source, name))[:most]
        for name, most in MAX_UNITED.items()
    }
    changes["fields"] = _custom(source, target, choices)
    changes["private"] = source.private or target.private
    for name in CHOOSABLE:
        if winner(name, source, target, choices) == "source":
            changes |= {one: getattr(source, one) for one in TOGETHER.get(name, (name,))}
    return replace(target, **changes)


def winner(name: str, source: Ticket, target: Ticket, choices: Choices) -> Side:
    """Whose value of a field stays. An open source keeps a solved target from hiding it."""
    if name in choices:
        return choices[name]
    if name == "status":
        return "source" if source.open and not target.open else "target"
    if name in FILLED:
        return "target" if getattr(target, name) else "source"
    return "target"


def differences(source: Ticket, target: Ticket, choices: Choices) -> Iterator[Difference]:
    """Every field in which they differ, and whose stays."""
    _check(source, target, choices)
    for name in CHOOSABLE:
        if getattr(source, name) != getattr(target, name):
            yield _difference(name, source, target, winner(name, source, target, choices))
    for id in sorted({*source.fields, *target.fields}):
        mine, theirs = source.fields.get(id), target.fields.get(id)
        if mine != theirs:
            wins = choices.get(CUSTOM + id) or ("source" if theirs is None else "target")
            yield Difference(field=CUSTOM + id, source=said(mine), target=said(theirs), wins=wins)
    for name in MAX_UNITED:
        if getattr(source, name) and getattr(source, name) != getattr(target, name):
            yield _difference(name, source, target, None)


def cut(source: Ticket, target: Ticket) -> tuple[str, ...]:
    """Lists that would be too long together: their last items are lost."""
    return tuple(
        name
        for name, most in MAX_UNITED.items()
        if len(_union(getattr(target, name), getattr(source, name))) > most
    )


def parted(before: Ticket, after: Ticket, current: Ticket) -> tuple[Ticket, tuple[str, ...]]:
    """``current`` without what the change from ``before`` to ``after`` did, and the fields that
    were changed since: those stay as they are. Derived fields are left alone.
    """
    changes: dict[str, Any] = {}
    kept: list[str] = []
    for field in structs.fields(Ticket):
        name = field.name
        if name in DERIVED or name in IDENTITY:
            continue
        old, made, now = (getattr(one, name) for one in (before, after, current))
        value, lost = PARTINGS.get(name, _scalar)(old, made, now)
        changes[name] = value
        kept += [name] if lost else []
    return replace(current, **changes), tuple(dict.fromkeys(kept))


def altered(image: Ticket, current: Ticket) -> tuple[str, ...]:
    """Fields that people changed since."""
    ignored = DERIVED | IDENTITY
    names = (field.name for field in structs.fields(Ticket) if field.name not in ignored)
    return tuple(name for name in names if getattr(image, name) != getattr(current, name))


def said(value: object) -> str:
    """A value as a preview shows it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(getattr(one, "text", str(one)) for one in value)
    return str(value)


def _check(source: Ticket, target: Ticket, choices: Choices) -> None:
    custom = {CUSTOM + id for id in (*source.fields, *target.fields)}
    for name in choices:
        if name not in CHOOSABLE and name not in custom:
            raise Invalid(f"choices.{name}", f"choose of {', '.join(CHOOSABLE)} and fields.*")


def _custom(source: Ticket, target: Ticket, choices: Choices) -> dict[str, Any]:
    both = {**source.fields, **target.fields}
    chosen = {id: source.fields.get(id) for id in both if choices.get(CUSTOM + id) == "source"}
    return {id: value for id, value in {**both, **chosen}.items() if value is not None}


def _difference(name: str, source: Ticket, target: Ticket, wins: Side | None) -> Difference:
    mine, theirs = said(getattr(source, name)), said(getattr(target, name))
    return Difference(field=name, source=mine, target=theirs, wins=wins)


def _union(one: tuple[ItemT, ...], two: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
    known = {_key(item) for item in one}
    return (*one, *(item for item in two if _key(item) not in known))


def _key(item: object) -> object:
    return getattr(item, "id", item)


def _scalar(before: object, after: object, now: object) -> tuple[object, bool]:
    if before in (after, now):
        return now, False
    return (before, False) if now == after else (now, True)


def _list(before: Any, after: Any, now: Any) -> tuple[object, bool]:  # noqa: ANN401  any items
    if now == after:
        return before, False
    added = {_key(one) for one in after} - {_key(one) for one in before}
    missing = {_key(one) for one in before} - {_key(one) for one in after}
    left = tuple(one for one in now if _key(one) not in added)
    return _union(left, tuple(one for one in before if _key(one) in missing)), False


def _map(before: Any, after: Any, now: Any) -> tuple[object, bool]:  # noqa: ANN401  any values
    result: dict[str, Any] = {}
    lost = False
    for key in _keys(now, after, before):
        value, changed = _scalar(before.get(key), after.get(key), now.get(key))
        lost |= changed
        if value is not None:
            result[key] = value
    return result, lost


def _keys(*maps: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(key for one in maps for key in one)


PARTINGS: Mapping[str, Callable[[Any, Any, Any], tuple[object, bool]]] = {
    **dict.fromkeys(MAX_UNITED, _list),
    "fields": _map,
}
