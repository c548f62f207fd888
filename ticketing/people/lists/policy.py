"""A line of a list as a wish, and what it makes of a contact; pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from connectors.events import SenderId
from normalizer.model import ContactId
from ticketing.errors import Invalid
from ticketing.model import Consent, Contact, FieldValue
from ticketing.people import amendments as rules
from ticketing.people import attributes
from ticketing.people.amendments import ContactChange
from ticketing.people.attributes import Definitions
from ticketing.people.identity import MAX_POINTS, new_contact, point_of, with_points
from ticketing.people.lists.cells import unguarded
from ticketing.people.lists.consents import read_consents, with_consents
from ticketing.people.lists.model import FIELDS

MAX_CELL = 5_000
POINT, ATTRIBUTE = "point:", "attribute:"
_FAMILY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ADDRESSES = ("mailto", "tel", "points")
_GUESSES: Mapping[str, str] = {
    "name": "name", "full name": "name", "contact": "name", "姓名": "name", "名字": "name",
    "email": "mailto", "e-mail": "mailto", "mail": "mailto", "email address": "mailto",
    "邮箱": "mailto", "电子邮件": "mailto", "phone": "tel", "telephone": "tel", "mobile": "tel",
    "tel": "tel", "电话": "tel", "手机": "tel", "language": "language", "语言": "language",
    "time zone": "time_zone", "timezone": "time_zone", "时区": "time_zone", "vip": "vip",
    "organisation": "organisation", "organization": "organisation", "company": "organisation",
    "公司": "organisation", "组织": "organisation", "consent": "consents", "同意": "consents",
}  # fmt: skip

Read = Callable[[str, str], SenderId]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a line says of a person; empty cells say nothing."""

    name: str
    senders: tuple[SenderId, ...]
    change: ContactChange
    organisation: str = ""
    consents: tuple[Consent, ...] = ()


def guessed(columns: Sequence[str]) -> tuple[str, ...]:
    """What the columns are by their names; each field once, addresses as often as they come."""
    found: list[str] = []
    for column in columns:
        text = column.strip().casefold()
        known = (
            text
            if text in FIELDS or text.startswith((POINT, ATTRIBUTE))
            else _GUESSES.get(text, "")
        )
        repeats = known in found and known not in _ADDRESSES
        found.append("" if repeats else known)
    return tuple(found)


def check_mapping(mapping: Sequence[str], columns: Sequence[str], definitions: Definitions) -> None:
    """Raises Invalid."""
    if len(mapping) != len(columns):
        raise Invalid("mapping", f"one entry for each of the {len(columns)} columns")
    for number, target in enumerate(mapping):
        if target.startswith(ATTRIBUTE) and target.removeprefix(ATTRIBUTE) not in definitions:
            raise Invalid(f"mapping[{number}]", "there is no such attribute")
        if target and target not in FIELDS and not target.startswith((POINT, ATTRIBUTE)):
            raise Invalid(f"mapping[{number}]", "one of " + ", ".join(FIELDS))
        once = target and target not in _ADDRESSES and not target.startswith(POINT)
        if once and mapping.index(target) != number:
            raise Invalid(f"mapping[{number}]", f"{target} has another column already")
    if not any(mapping):
        raise Invalid("mapping", "say of at least one column what it is")


def wish_of(
    cells: Sequence[str], mapping: Sequence[str], definitions: Definitions, address: Read
) -> Wish:
    """Raises Invalid, naming what the column is."""
    if any(cell.strip() for cell in cells[len(mapping) :]):
        raise Invalid("line", "it has more cells than the first line")
    said = {"name": "", "organisation": ""}
    senders: dict[str, SenderId] = {}
    fields: dict[str, object] = {}
    values: dict[str, FieldValue | None] = {}
    consents: tuple[Consent, ...] = ()
    for target, raw in zip(mapping, cells, strict=False):
        text = _cell(target, raw)
        if not text or not target:
            continue
        if target in said:
            said[target] = text
        elif target in _ADDRESSES or target.startswith(POINT):
            senders |= {one.canonical: one for one in _senders(target, text, address)}
        elif target.startswith(ATTRIBUTE):
            key = target.removeprefix(ATTRIBUTE)
            values[key] = attributes.read(definitions[key], text)
        elif target == "consents":
            consents = read_consents(text)
        else:
            fields[target] = _plain(target, text)
    change = msgspec.convert(fields, ContactChange)
    if values:
        change = replace(change, attributes=values)
    if not said["name"] and not senders:
        raise Invalid("line", "it has neither a name nor an address")
    return Wish(
        name=said["name"],
        senders=tuple(senders.values()),
        change=change,
        organisation=said["organisation"],
        consents=consents,
    )


def _cell(target: str, raw: str) -> str:
    text = unguarded(raw).strip()
    if "\ufffd" in text:
        raise Invalid(target, "it cannot be read in this encoding: choose another one")
    if len(text) > MAX_CELL:
        raise Invalid(target, f"at most {MAX_CELL} characters")
    return text


def _senders(target: str, text: str, address: Read) -> Iterator[SenderId]:
    for part in filter(None, (one.strip() for one in text.split(";"))):
        family, value = target.removeprefix(POINT), part
        if target == "points":
            family, _, value = part.partition(":")
        if not _FAMILY.fullmatch(family) or not value.strip():
            raise Invalid(target, f"{part[:80]!r} is not an address")
        try:
            yield address(family, value)
        except ValueError as error:
            raise Invalid(target, str(error)) from error


def _plain(target: str, text: str) -> object:
    if target != "vip":
        return text
    if not text.isdecimal() or len(text) > 1:
        raise Invalid("vip", "a number from 0 to 3")
    return int(text)


def created(
    id: ContactId, wish: Wish, definitions: Definitions, now: datetime, *, verified: bool
) -> Contact:
    """A new person; Invalid for what cannot be."""
    name = wish.name or wish.senders[0].value
    blank = new_contact(id, (), rules.name_of(name), "", now)
    points = [replace(point_of(one), verified=verified) for one in wish.senders]
    made = rules.amended(with_points(blank, points), wish.change, definitions)
    return with_consents(made, wish.consents)


def updated(contact: Contact, wish: Wish, definitions: Definitions, *, verified: bool) -> Contact:
    """What the line says stands, what it does not say stays; the same contact when all is known."""
    fresh = [
        replace(point_of(one), verified=verified)
        for one in wish.senders
        if one.canonical not in contact.point_keys
    ]
    if len(contact.points) + len(fresh) > MAX_POINTS:
        raise Invalid("line", f"a contact has at most {MAX_POINTS} addresses")
    change = replace(wish.change, name=wish.name) if wish.name else wish.change
    after = with_consents(rules.amended(contact, change, definitions), wish.consents)
    return with_points(after, (*after.points, *fresh)) if fresh else after
