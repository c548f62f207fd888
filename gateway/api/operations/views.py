"""Views: lists of tickets that are kept, and how many stand in each."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import views as v

VIEWS = (
    Operation(
        name="listViews", method="GET", path="/views", summary="The views and their counts",
        tag="views", permission="tickets:read", answer=v.ViewList,
    ),
    Operation(
        name="listViewFields", method="GET", path="/views/fields",
        summary="What the conditions of a view may ask for", tag="views",
        permission="tickets:read", answer=v.ViewFields,
    ),
    Operation(
        name="createView", method="POST", path="/views", summary="Save a view", tag="views",
        permission="tickets:read", request=v.NewView, answer=v.SavedView, status=201,
        errors=(409,), idempotency="optional", keeps_keys=True, rate=WRITES,
    ),
    Operation(
        name="changeView", method="PUT", path="/views/{id}", summary="Change a saved view",
        tag="views", permission="tickets:read", request=v.ViewChange, answer=v.SavedView,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="deleteView", method="DELETE", path="/views/{id}", summary="Delete a saved view",
        tag="views", permission="tickets:read", status=204, errors=(404,), rate=WRITES,
    ),
)  # fmt: skip
