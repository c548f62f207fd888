"""Views: the built-in ones and those that agents save."""

from typing import Annotated, Literal

from msgspec import Meta

from gateway.api.answer import Answer
from gateway.api.fields import Id, Sort, Time, ViewName
from gateway.api.requests import Request
from ticketing.views.handlers import MAX_POSITION
from ticketing.views.model import Condition, Conditions

Reach = Literal["personal", "team", "shared"]
ViewScope = Literal["open", "all"]
Column = Annotated[str, Meta(min_length=1, max_length=80)]


class View(Answer, frozen=True, kw_only=True):
    """A built-in view; solved and all are not counted."""

    id: ViewName
    count: int | None


class ViewBroken(Answer, frozen=True, kw_only=True):
    """The field that cannot be asked any more, and why."""

    field: str
    reason: str


class SavedView(Answer, frozen=True, kw_only=True):
    """Tickets that fit all of ``all_of`` and, where there are any, one of ``any_of``.

    ``scope`` open: only tickets that are not done. ``count`` is null while the view is worked out
    and when it is ``broken``. The rail shows them by ``position``, then by name. ``editable``: by
    me.
    """

    id: str
    name: str
    reach: Reach
    team_id: str
    owner_id: str
    scope: ViewScope
    all_of: list[Condition]
    any_of: list[Condition]
    sort: Sort
    columns: list[str]
    position: int
    count: int | None
    broken: ViewBroken | None
    editable: bool
    version: int
    created_at: Time
    updated_at: Time


class ViewList(Answer, frozen=True, kw_only=True):
    """The built-in views, and the saved ones that I may use in the order of the rail."""

    items: list[View]
    saved: list[SavedView]


class SavedCount(Answer, frozen=True, kw_only=True):
    """How many tickets stand in a saved view."""

    id: str
    count: int


class ViewField(Answer, frozen=True, kw_only=True):
    """A field that conditions may ask for; ``ops`` are those that make sense for its kind."""

    name: str
    kind: Literal["choice", "agent", "number", "date", "boolean", "text"]
    ops: list[str]


class ViewFields(Answer, frozen=True, kw_only=True):
    """Built-in fields, then the site's own ("fields." and their id)."""

    items: list[ViewField]


class NewView(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view to be. ``position`` null: behind the others."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    reach: Reach = "personal"
    team_id: Id | None = None
    scope: ViewScope = "open"
    all_of: Conditions = ()
    any_of: Conditions = ()
    sort: Sort = "activity"
    columns: Annotated[tuple[Column, ...], Meta(max_length=30)] = ()
    position: Annotated[int, Meta(ge=0, le=MAX_POSITION)] | None = None


class ViewChange(NewView, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As a whole; ``version`` is the one that it was made from (409)."""

    version: Annotated[int, Meta(ge=0, le=2**53)]
