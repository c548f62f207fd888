"""Who changed what, for those who audit."""

from gateway.api.operation import SEARCHES, Operation
from gateway.api.schemas import audit as a

AUDIT = (
    Operation(
        name="listAudit", method="GET", path="/audit", summary="Who changed what, newest first",
        tag="audit", permission="tickets:read", query=a.AuditQuery, answer=a.AuditPage,
        rate=SEARCHES,
    ),
    Operation(
        name="getAuditHead", method="GET", path="/audit/head",
        summary="The last sealed block; note its sum down elsewhere", tag="audit",
        permission="tickets:read", answer=a.AuditHead,
    ),
    Operation(
        name="exportAudit", method="GET", path="/audit/export",
        summary="Facts with the blocks that prove them, as JSON lines", tag="audit",
        permission="tickets:read", query=a.ExportQuery, media="application/jsonl",
        rate=SEARCHES, audit="fact",
    ),
)  # fmt: skip
