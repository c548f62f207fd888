"""Whether a type's states, moves and rules make sense; pure."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ticketing.catalogue.model import (
    PLAIN_STATES,
    TICKET_FIELDS,
    AutomaticMove,
    Catalogue,
    Entry,
    State,
    TicketType,
)
from ticketing.catalogue.moving import allowed_move
from ticketing.errors import Invalid
from ticketing.lifecycle import is_open

MAX_STATES = 50
MAX_AFTER_H = 24 * 366


def check_type(kind: TicketType, catalogue: Catalogue, before: Entry | None) -> TicketType:
    """The type with a state in each category. Raises Invalid."""
    whole = replace(kind, states=_completed(kind.states), former=_former(kind, before))
    states = _distinct(whole.states)
    _check_moves(whole, states, catalogue)
    _check_automatic(whole, states)
    if kind.form_id:
        form = catalogue.form(kind.form_id)
        if form is None or form.id != kind.form_id:
            raise Invalid("form_id", f"there is no form {kind.form_id!r}")
    if kind.default and kind.retired:
        raise Invalid("default", "a retired type begins no tickets")
    return whole


def _completed(states: Sequence[State]) -> tuple[State, ...]:
    """A category without a state gets its plain one."""
    there = {one.category for one in states}
    return (*states, *(one for one in PLAIN_STATES if one.category not in there))


def _distinct(states: Sequence[State]) -> Mapping[str, State]:
    if len(states) > MAX_STATES:
        raise Invalid("states", f"at most {MAX_STATES}")
    found: dict[str, State] = {}
    for place, one in enumerate(states):
        if one.id in found:
            raise Invalid(f"states[{place}].id", f"{one.id!r} stands there twice")
        found[one.id] = one
    return found


def _former(kind: TicketType, before: Entry | None) -> dict[str, str]:
    """What took the place of states that are gone; who is gone must have been told a successor."""
    known = before.content if before else None
    if not isinstance(known, TicketType):
        return {}
    present = {one.id: one for one in _completed(kind.states)}
    former = {
        old: kind.former.get(new, new) for old, new in known.former.items() if old not in present
    }
    for gone in (one for one in known.states if one.id not in present):
        target = present.get(kind.former.get(gone.id, ""))
        if before and before.used and (target is None or target.category != gone.category):
            raise Invalid(
                "former",
                f"tickets may be in {gone.id!r}: name a state of the category {gone.category} "
                "that takes its place",
            )
        if target is not None:
            former[gone.id] = target.id
    return former


def _check_moves(kind: TicketType, states: Mapping[str, State], catalogue: Catalogue) -> None:
    seen: set[tuple[str, str]] = set()
    for place, move in enumerate(kind.moves):
        at = f"moves[{place}]"
        _check_way(move.source, move.target, states, at)
        if (move.source, move.target) in seen:
            raise Invalid(at, "stands there twice")
        seen.add((move.source, move.target))
        for name in move.require:
            field = catalogue.field(name)
            if name not in TICKET_FIELDS and (field is None or field.id != name):
                raise Invalid(f"{at}.require", f"there is no field {name!r}")


def _check_way(source: str, target: str, states: Mapping[str, State], at: str) -> None:
    for end, id in (("source", source), ("target", target)):
        if id not in states:
            raise Invalid(f"{at}.{end}", f"there is no state {id!r}")
    if source == target:
        raise Invalid(f"{at}.target", "leads nowhere else")
    first, second = states[source].category, states[target].category
    if not allowed_move(first, second):
        raise Invalid(f"{at}.target", f"a {first} ticket cannot become {second}")


def _check_automatic(kind: TicketType, states: Mapping[str, State]) -> None:
    seen: set[tuple[str, str]] = set()
    for place, rule in enumerate(kind.automatic):
        at = f"automatic[{place}]"
        _check_way(rule.source, rule.target, states, at)
        if (rule.on, rule.source) in seen:
            raise Invalid(at, f"{rule.source!r} has a rule for this already")
        seen.add((rule.on, rule.source))
        _check_trigger(rule, states, at)


def _check_trigger(rule: AutomaticMove, states: Mapping[str, State], at: str) -> None:
    if rule.on == "elapsed":
        if rule.after_h is None or not 0 < rule.after_h <= MAX_AFTER_H:
            raise Invalid(f"{at}.after_h", f"hours, more than 0 and at most {MAX_AFTER_H}")
    elif rule.after_h is not None:
        raise Invalid(f"{at}.after_h", "is for elapsed time only")
    if rule.on == "customer_message" and not is_open(states[rule.target].category):
        raise Invalid(f"{at}.target", "a customer's words end no ticket: choose an open state")
