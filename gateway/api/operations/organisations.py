"""Organisations, and the attributes that a site adds to people."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import organisations as o

ORGANISATIONS = (
    Operation(
        name="listOrganisations", method="GET", path="/organisations", summary="Organisations",
        tag="contacts", permission="tickets:read", query=o.OrganisationQuery,
        answer=o.OrganisationPage,
    ),
    Operation(
        name="createOrganisation", method="POST", path="/organisations",
        summary="Enter an organisation", tag="contacts", permission="tickets:write",
        request=o.NewOrganisation, answer=o.Organisation, status=201, idempotency="required",
        keeps_keys=True, rate=WRITES,
        audit="events",
    ),
    Operation(
        name="getOrganisation", method="GET", path="/organisations/{id}",
        summary="An organisation", tag="contacts", permission="tickets:read",
        answer=o.Organisation, errors=(404,),
    ),
    Operation(
        name="changeOrganisation", method="PATCH", path="/organisations/{id}",
        summary="Change an organisation", tag="contacts", permission="tickets:write",
        request=o.OrganisationChange, answer=o.Organisation, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="removeOrganisation", method="DELETE", path="/organisations/{id}",
        summary="Remove an organisation, saying what takes its place", tag="contacts",
        permission="tickets:write", query=o.OrganisationRemoval, status=204, errors=(404, 409),
        rate=WRITES,
        audit="events",
    ),
    Operation(
        name="listContactAttributes", method="GET", path="/contact-attributes",
        summary="The attributes that this site adds to people and organisations",
        tag="contacts", permission="tickets:read", answer=o.AttributeList,
    ),
    Operation(
        name="defineContactAttribute", method="PUT", path="/contact-attributes",
        summary="Add an attribute, or change its names and options", tag="contacts",
        permission="admin", request=o.NewAttribute, answer=o.Attribute, errors=(409,),
        rate=WRITES,
        audit="events",
    ),
)  # fmt: skip
