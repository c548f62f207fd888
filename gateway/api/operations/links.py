"""Links between tickets."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import links as k
from gateway.api.schemas.tickets import TicketLink

LINKS = (
    Operation(
        name="listLinks", method="GET", path="/tickets/{id}/links",
        summary="Tickets that this one is linked to", tag="links", permission="tickets:read",
        answer=k.TicketLinks, errors=(404,),
    ),
    Operation(
        name="addLink", method="POST", path="/tickets/{id}/links", summary="Link two tickets",
        tag="links", permission="tickets:write", request=k.NewLink, answer=TicketLink,
        status=201, errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="removeLink", method="DELETE", path="/tickets/{id}/links/{link_id}",
        summary="Unlink two tickets", tag="links", permission="tickets:write", status=204,
        errors=(404, 409), rate=WRITES, audit="events",
    ),
)  # fmt: skip
