"""Two tickets become one, and two again."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import merging as g

MERGING = (
    Operation(
        name="joinTicket", method="POST", path="/tickets/{id}/join",
        summary="Merge this ticket into another", tag="merging", permission="tickets:write",
        request=r.Join, answer=s.Ticket, errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="previewMerge", method="POST", path="/tickets/{id}/merge/preview",
        summary="What a merge would do", tag="merging", permission="tickets:read",
        request=g.MergeTickets, answer=g.MergePreviews, errors=(404, 409), rate=WRITES,
        audit="none",
    ),
    Operation(
        name="mergeTicket", method="POST", path="/tickets/{id}/merge",
        summary="Merge this ticket (and others) into one", tag="merging",
        permission="tickets:write", request=g.MergeTickets, answer=g.Merged, errors=(404, 409),
        idempotency="optional", rate=WRITES, audit="events",
    ),
    Operation(
        name="previewSplit", method="POST", path="/tickets/{id}/split/preview",
        summary="What a split would do", tag="merging", permission="tickets:read",
        request=g.SplitTicket, answer=g.SplitPreview, errors=(404, 409), rate=WRITES,
        audit="none",
    ),
    Operation(
        name="splitTicket", method="POST", path="/tickets/{id}/split",
        summary="Make a new ticket of some messages", tag="merging",
        permission="tickets:write", request=g.SplitTicket, answer=g.WasSplit, status=201,
        errors=(404, 409), idempotency="optional", rate=WRITES, audit="events",
    ),
    Operation(
        name="listMerges", method="GET", path="/tickets/{id}/merges",
        summary="Merges and splits that the ticket took part in", tag="merging",
        permission="tickets:read", answer=g.MergeRecords, errors=(404,),
    ),
    Operation(
        name="undoMerge", method="POST", path="/merges/{id}/undo",
        summary="Take a merge or split back", tag="merging", permission="tickets:write",
        needs="join",
        answer=g.MergeUndone, errors=(404, 409), rate=WRITES, audit="events",
    ),
)  # fmt: skip
