"""Who may use and change which saved view; pure. What a role hides, no view may tell of."""

from ticketing.permissions import Viewer, allowed
from ticketing.redaction import readable
from ticketing.views.fields import Custom, field_of
from ticketing.views.model import SavedView


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


def unreadable(viewer: Viewer, view: SavedView, custom: Custom) -> str | None:
    """The first field of the view's conditions that the viewer must not learn about."""
    for condition in view.conditions:
        field = field_of(condition.field, custom)
        if field is not None and not readable(viewer, field.record):
            return condition.field
    return None
