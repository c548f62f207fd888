"""Addresses that are not written to."""

from gateway.api import requests as r
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import mail as m

MAIL_OUT = (
    Operation(
        name="listSuppressions", method="GET", path="/suppressions",
        summary="Addresses that are not written to", tag="operations", permission="admin",
        query=r.PageQuery, answer=m.SuppressionPage,
    ),
    Operation(
        name="addSuppression", method="POST", path="/suppressions",
        summary="Write no more to an address", tag="operations", permission="admin",
        request=r.NewSuppression, answer=m.Suppression, status=201, rate=WRITES,
    ),
    Operation(
        name="liftSuppression", method="DELETE", path="/suppressions/{id}",
        summary="Write to an address again", tag="operations", permission="tickets:write",
        status=204, errors=(404,), rate=WRITES,
    ),
)  # fmt: skip
