"""What a site decides of its tickets: read by everybody, changed by who may configure."""

from gateway.api.answer import Answer
from gateway.api.operation import WRITES, Operation
from gateway.api.requests import Request
from gateway.api.schemas import types as t


def _entry(
    name: str, path: str, what: str, body: type[Request], answer: type[Answer]
) -> tuple[Operation, Operation]:
    """Put an entry, whole, and delete it."""
    return (
        Operation(
            name=f"put{name}", method="PUT", path=f"/{path}/{{id}}",
            summary=f"Make or replace {what}", tag="types",
            permission="admin", needs="configure", request=body,
            answer=answer, errors=(409,), rate=WRITES, audit="events",
        ),
        Operation(
            name=f"delete{name}", method="DELETE", path=f"/{path}/{{id}}",
            summary=f"Delete {what}", tag="types",
            permission="admin", needs="configure", query=t.ReplaceQuery,
            status=204, errors=(404, 409), rate=WRITES, audit="events",
        ),
    )  # fmt: skip


TYPES = (
    Operation(
        name="getCatalogue", method="GET", path="/catalogue",
        summary="Types, fields, forms, categories, templates and priorities", tag="types",
        permission="tickets:read", answer=t.Catalogue,
    ),
    *_entry("Type", "types", "a ticket type", t.TypeBody, t.TicketType),
    *_entry("Field", "fields", "a custom field", t.FieldBody, t.CustomField),
    *_entry("Form", "forms", "a form", t.FormBody, t.Form),
    *_entry("Category", "categories", "a category", t.CategoryBody, t.Category),
    *_entry(
        "TicketTemplate", "ticket-templates", "a ticket template", t.TicketTemplateBody,
        t.TicketTemplate,
    ),
    Operation(
        name="putPriorities", method="PUT", path="/priorities",
        summary="Say which priority impact and urgency make", tag="types",
        permission="admin", needs="configure",
        request=t.PrioritiesBody, answer=t.Priorities, errors=(409,), rate=WRITES,
        audit="events",
    ),
)  # fmt: skip
