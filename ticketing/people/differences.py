"""What a history says of a changed person or organisation; pure."""

from collections.abc import Iterator, Mapping

import msgspec

from storage.events import Change
from ticketing.model import Block, Consent, Contact, ContactPoint, FieldValue
from ticketing.people.model import Organisation

Person = Contact | Organisation
_PLAIN = (
    "name", "language", "time_zone", "vip", "organisation_id", "merged_into",
    "note", "gone", "replaced_by",
)  # fmt: skip


def differences(before: Person | None, after: Person) -> tuple[Change, ...]:
    """Field by field; an address, a purpose and an attribute are fields of their own."""
    old = dict(_shown(before)) if before is not None else {}
    new = dict(_shown(after))
    return tuple(
        Change(field=name, before=old.get(name), after=new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _shown(person: Person) -> Iterator[tuple[str, str]]:
    for name in _PLAIN:
        value = getattr(person, name, None)
        if value:
            yield name, str(value)
    yield from _attributes(person.attributes)
    if isinstance(person, Organisation):
        yield from ((f"domain:{domain}", "there") for domain in person.domains)
        return
    yield from ((f"point:{point.key}", _point(point)) for point in person.points)
    yield from ((f"consent:{one.purpose}", _consent(one)) for one in person.consents)
    if person.block is not None:
        yield "block", _block(person.block)


def _attributes(attributes: Mapping[str, FieldValue]) -> Iterator[tuple[str, str]]:
    for key, value in attributes.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"attributes.{key}", text


def _point(point: ContactPoint) -> str:
    marks = ("verified" if point.verified else "unverified", "blocked" if point.blocked else "")
    return ", ".join(filter(None, marks))


def _consent(consent: Consent) -> str:
    return ("granted" if consent.granted else "withdrawn") + (
        f" ({consent.how})" if consent.how else ""
    )


def _block(block: Block) -> str:
    return block.reason or "blocked"
