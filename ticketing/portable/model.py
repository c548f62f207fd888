"""What moves between sites. Ids stay; people and inboxes go by their addresses."""

from typing import Literal

from msgspec import Struct

from ticketing.catalogue.model import (
    Category,
    Content,
    Field,
    Form,
    Priorities,
    TicketTemplate,
    TicketType,
)
from ticketing.roles.model import FieldRule, Reach
from ticketing.views.model import Condition, Scope, Sort

FORMAT: Literal[1] = 1
Part = Literal[
    "field",
    "form",
    "type",
    "category",
    "template",
    "priorities",
    "role",
    "team",
    "view",
    "canned reply",
]
Deed = Literal["add", "change", "only_here"]


class _Portable(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A misspelt name is refused, not ignored."""


class PortableRole(_Portable, frozen=True, kw_only=True):
    """A role; of a built-in one only what a site may change of it."""

    id: str
    name: str = ""
    permissions: tuple[str, ...] = ()
    reach: Reach = "all"
    organisation_ids: tuple[str, ...] | None = None
    type_ids: tuple[str, ...] | None = None
    fields: dict[str, FieldRule] = {}


class PortableTeam(_Portable, frozen=True, kw_only=True):
    """A team; ``members`` by mail address, ``inboxes`` by channel and address ("email:a@b.c")."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    inboxes: tuple[str, ...] = ()


class PortableView(_Portable, frozen=True, kw_only=True):
    """A view of a team or of everybody; personal ones stay. ``owner`` by mail address."""

    id: str
    name: str
    reach: Literal["team", "shared"]
    owner: str = ""
    team_id: str = ""
    scope: Scope = "open"
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    sort: Sort = "activity"
    columns: tuple[str, ...] = ()
    position: int = 0


class PortableReply(_Portable, frozen=True, kw_only=True):
    """A canned reply of a team, or of everybody where ``team_id`` is empty."""

    id: str
    name: str
    shortcut: str = ""
    team_id: str = ""
    texts: dict[str, str]


class Bundle(_Portable, frozen=True, kw_only=True):
    """The whole document; each list in the order of ids."""

    parley_config: Literal[1] = FORMAT
    fields: tuple[Field, ...] = ()
    forms: tuple[Form, ...] = ()
    types: tuple[TicketType, ...] = ()
    categories: tuple[Category, ...] = ()
    templates: tuple[TicketTemplate, ...] = ()
    priorities: Priorities | None = None
    roles: tuple[PortableRole, ...] = ()
    teams: tuple[PortableTeam, ...] = ()
    views: tuple[PortableView, ...] = ()
    canned: tuple[PortableReply, ...] = ()

    @property
    def contents(self) -> tuple[Content, ...]:
        """What the catalogue holds, in an order in which nothing names what comes after it."""
        ratings = (self.priorities,) if self.priorities else ()
        above_first = _above_first(self.categories)
        return (*self.fields, *self.forms, *self.types, *above_first, *self.templates, *ratings)


class Step(Struct, frozen=True, kw_only=True):
    """What an import does; ``changes`` are (field, before, after) as JSON."""

    deed: Deed
    part: Part
    id: str
    name: str
    changes: tuple[tuple[str, str, str], ...] = ()


def _above_first(categories: tuple[Category, ...]) -> list[Category]:
    """Parents before their children; a ring stays as it is, and is refused by who checks it."""
    known = {one.id for one in categories}
    placed: dict[str, Category] = {}
    waiting = list(categories)
    while waiting:
        ready = [one for one in waiting if one.parent_id not in known or one.parent_id in placed]
        placed.update((one.id, one) for one in ready or waiting)
        waiting = [one for one in waiting if one.id not in placed]
    return list(placed.values())
