"""People and organisations as answers: pure."""

from gateway.api import addresses
from gateway.api.schemas import contacts as c
from gateway.api.schemas import organisations as o
from gateway.api.views import time
from ticketing import model
from ticketing.model import FieldValue
from ticketing.people.model import Attribute, ContactNote, Organisation
from ticketing.people.reading import Person


def card(person: Person) -> c.ContactCard:
    """A person with all that is known of them."""
    found = person.contact
    return c.ContactCard(
        id=found.id,
        version=found.version,
        name=addresses.readable(found.name),
        language=found.language,
        time_zone=found.time_zone,
        vip=found.vip,
        organisation=_organisation_ref(person.organisation),
        points=[point(one) for one in found.points],
        consents=[
            c.Consent(purpose=one.purpose, granted=one.granted, at=time(one.at), how=one.how)
            for one in found.consents
        ],
        block=_block(found.block),
        attributes=_attributes(found.attributes),
        merged_into=found.merged_into,
        created_at=time(found.created_at),
        updated_at=time(found.updated_at),
    )


def point(found: model.ContactPoint) -> c.Point:
    """One address."""
    return c.Point(
        key=found.key,
        family=found.family,
        value=found.value,
        display=addresses.display(found.family, found.value),
        verified=found.verified,
        blocked=found.blocked,
    )


def note(found: ContactNote) -> c.ContactNote:
    """A note on a person."""
    return c.ContactNote(
        id=found.id,
        author_id=found.author_id,
        author_name=found.author_name,
        text=found.text,
        at=time(found.at),
    )


def organisation(found: Organisation) -> o.Organisation:
    """A company."""
    return o.Organisation(
        id=found.id,
        version=found.version,
        name=found.name,
        domains=list(found.domains),
        vip=found.vip,
        note=found.note,
        attributes=_attributes(found.attributes),
        gone=found.gone,
        created_at=time(found.created_at),
        updated_at=time(found.updated_at),
    )


def attribute(found: Attribute) -> o.Attribute:
    """A field that the site added."""
    return o.Attribute(
        owner=found.owner,
        key=found.key,
        name=dict(found.name),
        kind=found.kind,
        options=list(found.options),
    )


def _organisation_ref(found: Organisation | None) -> c.OrganisationRef | None:
    return c.OrganisationRef(id=found.id, name=found.name, vip=found.vip) if found else None


def _block(found: model.Block | None) -> c.Blocked | None:
    return c.Blocked(at=time(found.at), by=found.by, reason=found.reason) if found else None


def _attributes(
    found: dict[str, FieldValue],
) -> dict[str, str | int | float | bool | list[str]]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
