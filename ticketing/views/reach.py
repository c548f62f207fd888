"""Who may use and change which saved view; pure. What a role hides, no view may tell of."""

from collections.abc import Mapping

from ticketing.permissions import Viewer, allowed
from ticketing.redaction import readable
from ticketing.views.fields import Custom, field_of
from ticketing.views.model import SavedView

# What a ticket's standing in a built-in view tells of its record.
ASKED: Mapping[str, tuple[str, ...]] = {
    "mine": ("assignee_id",),
    "unassigned": ("assignee_id",),
    "snoozed": ("snoozed_until",),
}


def usable_by(viewer: Viewer, view: SavedView) -> bool:
    """Whether the view exists for the viewer."""
    if view.reach == "shared" or view.owner_id == viewer.agent_id:
        return True
    return view.reach == "team" and view.team_id in viewer.team_ids


def changeable_by(viewer: Viewer, view: SavedView) -> bool:
    """One's own; those of others with the right to arrange what all see."""
    if view.reach == "personal":
        return view.owner_id == viewer.agent_id
    return allowed(viewer, "curate")


def withheld(viewer: Viewer, view: str) -> str | None:
    """The first field that a built-in view asks for and the viewer must not learn about."""
    return next((one for one in ASKED.get(view, ()) if not readable(viewer, one)), None)


def unreadable(viewer: Viewer, view: SavedView, custom: Custom) -> str | None:
    """The first field of the view's conditions that the viewer must not learn about."""
    for condition in view.conditions:
        field = field_of(condition.field, custom)
        if field is not None and not readable(viewer, field.record):
            return condition.field
    return None
