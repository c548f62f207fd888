"""How inboxes are set up."""

from gateway.api.operation import Operation
from gateway.api.schemas import guides as g

GUIDES = (
    Operation(
        name="getChannelGuide", method="GET", path="/channels/{id}/guide",
        summary="How an inbox of a channel is set up: fields, steps, the address to paste",
        tag="inboxes", permission="admin", query=g.GuideQuery, answer=g.ChannelGuide, errors=(404,),
    ),
)  # fmt: skip
