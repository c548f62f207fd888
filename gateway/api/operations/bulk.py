"""One change for many tickets, as a job."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import bulk as b

BULK = (
    Operation(
        name="beginBulk", method="POST", path="/bulk", summary="Change many tickets",
        tag="bulk", permission="tickets:write", needs="bulk",
        request=b.NewBulk, answer=b.BulkJob, status=202,
        errors=(409,), idempotency="optional", rate=WRITES,
    ),
    Operation(
        name="listBulk", method="GET", path="/bulk", summary="My latest jobs", tag="bulk",
        permission="tickets:read", answer=b.BulkJobs,
    ),
    Operation(
        name="getBulk", method="GET", path="/bulk/{id}", summary="How far a job of mine has come",
        tag="bulk", permission="tickets:read", answer=b.BulkJob, errors=(404,),
    ),
    Operation(
        name="getBulkReport", method="GET", path="/bulk/{id}/report",
        summary="What became of each ticket", tag="bulk", permission="tickets:read",
        query=b.ReportQuery, answer=b.BulkReport, errors=(404,),
    ),
    Operation(
        name="cancelBulk", method="POST", path="/bulk/{id}/cancel",
        summary="Change no more of them", tag="bulk", permission="tickets:write",
        answer=b.BulkJob, errors=(404,), rate=WRITES,
    ),
)  # fmt: skip
