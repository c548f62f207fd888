"""Templates of providers, for replies whose window has closed."""

from gateway.api.operation import Operation
from gateway.api.schemas import templates as t

TEMPLATES = (
    Operation(
        name="listTemplates", method="GET", path="/inboxes/{id}/templates",
        summary="The templates that this inbox's provider has approved", tag="inboxes",
        permission="tickets:read", answer=t.ProviderTemplateList, errors=(404, 503),
    ),
)  # fmt: skip
