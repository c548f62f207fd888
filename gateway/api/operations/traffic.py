"""What goes in and out of an inbox."""

from gateway.api.operation import Operation
from gateway.api.schemas import traffic as t

TRAFFIC = (
    Operation(
        name="getInboxTraffic", method="GET", path="/inboxes/{id}/traffic",
        summary="What went in and out of an inbox lately, and whether it is silent", tag="inboxes",
        permission="tickets:read", answer=t.InboxTraffic, errors=(404,),
    ),
)  # fmt: skip
