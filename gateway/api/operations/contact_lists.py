"""Lists of contacts, in and out."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import contact_lists as c

CONTACT_LISTS = (
    Operation(
        name="listContactImports", method="GET", path="/contact-imports",
        summary="Lists that came in", tag="contacts", permission="tickets:read",
        needs="import_contacts",
        answer=c.ContactImportList,
    ),
    Operation(
        name="createContactImport", method="POST", path="/contact-imports",
        summary="Upload a list of contacts (CSV)", tag="contacts", permission="tickets:write",
        needs="import_contacts",
        query=c.ImportQuery, raw=True, answer=c.ContactImport, status=201, rate=WRITES,
        audit="events",
    ),
    Operation(
        name="getContactImport", method="GET", path="/contact-imports/{id}",
        summary="How far a list came", tag="contacts", permission="tickets:read",
        needs="import_contacts",
        answer=c.ContactImport, errors=(404,),
    ),
    Operation(
        name="startContactImport", method="POST", path="/contact-imports/{id}/start",
        summary="Read a list, dry or in earnest", tag="contacts", permission="tickets:write",
        needs="import_contacts",
        request=c.ImportStart, answer=c.ContactImport, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="cancelContactImport", method="POST", path="/contact-imports/{id}/cancel",
        summary="Read a list no further", tag="contacts", permission="tickets:write",
        needs="import_contacts",
        answer=c.ContactImport, errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="undoContactImport", method="POST", path="/contact-imports/{id}/undo",
        summary="Take a list back", tag="contacts", permission="tickets:write",
        needs="import_contacts",
        answer=c.ContactImport, errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="listContactImportErrors", method="GET", path="/contact-imports/{id}/errors",
        summary="What was wrong in a list, by line", tag="contacts", permission="tickets:read",
        needs="import_contacts",
        query=c.ErrorQuery, answer=c.ImportErrors, errors=(404,),
    ),
    Operation(
        name="exportContacts", method="GET", path="/contact-export",
        summary="Everybody I may see, as CSV", tag="contacts", permission="tickets:read",
        needs="export_contacts",
        media="text/csv", rate=WRITES, audit="fact",
    ),
)  # fmt: skip
