"""What a saved view means on a site where types, categories, teams, organisations and fields took
each other's place; pure.

Tickets keep the ids that they were given. So a view is shown with what stands there now, and asked
with everything whose place that took.
"""

from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from storage.ids import derived_id
from ticketing.views.fields import CUSTOM, Custom, StateOf, field_of
from ticketing.views.model import Condition, NoneOf, OneOf, SavedView

Heirs = Mapping[str, str]  # what took the place, by the id of what is gone


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What conditions are read by. ``heirs`` by the name of the field that holds such ids,
    ``fields`` those of custom fields. ``state_of`` says in which state a ticket is, ``states`` is
    another text whenever that may have changed for any.
    """

    custom: Custom = {}
    heirs: Mapping[str, Heirs] = {}
    fields: Heirs = {}
    state_of: StateOf | None = None
    states: str = ""


PLAIN = Site()


def current(view: SavedView, site: Site) -> SavedView:
    """With what stands in the place of what is gone, and ``built`` only where what was worked out
    is what it means now.
    """
    return _turned(_whole(view, site), lambda one: _current(one, site))


def meant(view: SavedView, site: Site) -> SavedView:
    """As ``current``, and with all that it stands in the place of: to be asked of tickets."""
    return _turned(_whole(view, site), lambda one: _meant(_current(one, site), site))


def sum_of(view: SavedView, site: Site) -> str:
    """The same as long as the view means the same."""
    asked = _turned(view, lambda one: _meant(_current(one, site), site))
    kinds = [
        field.kind if (field := field_of(one.field, site.custom)) else ""
        for one in asked.conditions
    ]
    states = site.states if any(one.field == "state" for one in asked.conditions) else ""
    told = (asked.scope, asked.all_of, asked.any_of, kinds, states)
    return derived_id("view", msgspec.json.encode(told).decode())


def _whole(view: SavedView, site: Site) -> SavedView:
    if view.built != view.version or view.built_as == sum_of(view, site):
        return view
    return replace(view, built=0)


def _turned(view: SavedView, turn: Callable[[Condition], Condition]) -> SavedView:
    return replace(
        view,
        all_of=tuple(map(turn, view.all_of)),
        any_of=tuple(map(turn, view.any_of)),
    )


def _current(condition: Condition, site: Site) -> Condition:
    if condition.field.startswith(CUSTOM):
        id = condition.field.removeprefix(CUSTOM)
        condition = replace(condition, field=CUSTOM + site.fields.get(id, id))
    heirs = site.heirs.get(condition.field)
    if not heirs or not isinstance(condition, OneOf | NoneOf):
        return condition
    values = dict.fromkeys(heirs.get(one, one) for one in condition.values)
    return replace(condition, values=tuple(values))


def _meant(condition: Condition, site: Site) -> Condition:
    heirs = site.heirs.get(condition.field)
    if not heirs or not isinstance(condition, OneOf | NoneOf):
        return condition
    before = sorted(old for old, new in heirs.items() if new in condition.values)
    return replace(condition, values=(*condition.values, *before))
