"""The document itself, and live updates."""

from gateway.api.operation import Operation

META = (
    Operation(
        name="openapi", method="GET", path="/openapi.json", summary="This document", tag="meta",
        permission="public",
    ),
    Operation(
        name="live", method="GET", path="/live", summary="Live updates by WebSocket", tag="meta",
        permission="tickets:read", status=101, media="", errors=(400, 426), socket=True,
    ),
)  # fmt: skip
