"""Contacts, their points, notes and timeline."""

from gateway.api import requests as r
from gateway.api.operation import SEARCHES, WRITES, Operation
from gateway.api.schemas import contacts as c
from gateway.api.schemas import tickets as t

CONTACTS = (
    Operation(
        name="listContacts", method="GET", path="/contacts", summary="People", tag="contacts",
        permission="tickets:read", query=c.ContactQuery, answer=c.ContactPage, rate=SEARCHES,
    ),
    Operation(
        name="createContact", method="POST", path="/contacts", summary="Enter a person",
        tag="contacts", permission="tickets:write", request=c.NewContact, answer=c.ContactCard,
        status=201, idempotency="required", keeps_keys=True, rate=WRITES,
        audit="events",
    ),
    Operation(
        name="getContact", method="GET", path="/contacts/{id}", summary="A person",
        tag="contacts", permission="tickets:read", answer=c.ContactCard, errors=(404,),
    ),
    Operation(
        name="changeContact", method="PATCH", path="/contacts/{id}", summary="Change a person",
        tag="contacts", permission="tickets:write", request=c.ContactChange,
        answer=c.ContactCard, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="addPoint", method="POST", path="/contacts/{id}/points", summary="Add an address",
        tag="contacts", permission="tickets:write", request=c.NewPoint, answer=c.ContactCard,
        errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="markPoint", method="PATCH", path="/contacts/{id}/points",
        summary="Say of an address that it is theirs, or block it", tag="contacts",
        permission="tickets:write", request=c.PointMark, answer=c.ContactCard, errors=(404, 409),
        rate=WRITES,
        audit="events",
    ),
    Operation(
        name="removePoint", method="DELETE", path="/contacts/{id}/points",
        summary="Take an address away", tag="contacts", permission="tickets:write",
        query=c.PointQuery, answer=c.ContactCard, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="blockContact", method="PUT", path="/contacts/{id}/block",
        summary="Listen to a person no more, or again", tag="contacts",
        permission="tickets:write", request=c.ContactBlock, answer=c.ContactCard,
        errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="noteConsent", method="PUT", path="/contacts/{id}/consents",
        summary="What a person agreed to, or withdrew", tag="contacts",
        permission="tickets:write", request=c.NewConsent, answer=c.ContactCard,
        errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="listContactNotes", method="GET", path="/contacts/{id}/notes",
        summary="Notes on a person", tag="contacts", permission="tickets:read",
        query=r.PageQuery, answer=c.ContactNotePage, errors=(404,),
    ),
    Operation(
        name="addContactNote", method="POST", path="/contacts/{id}/notes",
        summary="Note something about a person", tag="contacts", permission="tickets:write",
        request=c.NewContactNote, answer=c.ContactNote, status=201, errors=(404, 409),
        idempotency="required", keeps_keys=True, rate=WRITES,
        audit="events",
    ),
    Operation(
        name="removeContactNote", method="DELETE", path="/contacts/{id}/notes/{note_id}",
        summary="Remove a note on a person", tag="contacts", permission="tickets:write",
        status=204, errors=(404,), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="contactHistory", method="GET", path="/contacts/{id}/events",
        summary="What was done to a person's record", tag="contacts", permission="tickets:read",
        query=r.PageQuery, answer=t.EventPage, errors=(404,),
    ),
    Operation(
        name="contactTimeline", method="GET", path="/contacts/{id}/timeline",
        summary="Everything a person and we said, on all channels", tag="contacts",
        permission="tickets:read", query=r.PageQuery, answer=c.Timeline, errors=(404,),
    ),
)  # fmt: skip
