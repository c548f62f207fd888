"""Contacts that are one person."""

from gateway.api.operation import SEARCHES, WRITES, Operation
from gateway.api.schemas import contact_merges as m

CONTACT_MERGES = (
    Operation(
        name="contactDuplicates", method="GET", path="/contacts/{id}/duplicates",
        summary="Who may be the same person", tag="contacts", permission="tickets:read",
        answer=m.DuplicateList, errors=(404,), rate=SEARCHES,
    ),
    Operation(
        name="previewContactMerge", method="POST", path="/contacts/{id}/merge/preview",
        summary="What a merge of two contacts would do", tag="contacts",
        permission="tickets:read", request=m.ContactMergePreviewWish,
        answer=m.ContactMergePreview, errors=(404, 409), rate=SEARCHES, audit="none",
    ),
    Operation(
        name="mergeContacts", method="POST", path="/contacts/{id}/merge",
        summary="Make another contact this one", tag="contacts", permission="tickets:write",
        request=m.ContactMergeWish, answer=m.ContactMerged, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="listContactMerges", method="GET", path="/contacts/{id}/merges",
        summary="Of whom a contact is made", tag="contacts", permission="tickets:read",
        answer=m.ContactMergeList, errors=(404,),
    ),
    Operation(
        name="undoContactMerge", method="POST", path="/contact-merges/{id}/undo",
        summary="Take a merge of contacts back", tag="contacts", permission="tickets:write",
        needs="people",
        answer=m.ContactUnmerged, errors=(404, 409), rate=WRITES, audit="events",
    ),
)  # fmt: skip
