"""What may change about a contact; pure. Each gives the same contact when nothing differs."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from ticketing.errors import Invalid, Refused, Stale
from ticketing.model import Block, Consent, Contact, ContactPoint, FieldValue
from ticketing.people import attributes
from ticketing.people.attributes import Definitions
from ticketing.people.identity import MAX_POINTS, with_points

MAX_NAME = 200
MAX_VIP = 3
MAX_REASON = 500
MAX_PURPOSES = 50
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # RFC 5646, the parts in use
_PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class ContactChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; an attribute of None is taken away. ``version`` as of a ticket."""

    name: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    vip: int | UnsetType = UNSET
    organisation_id: str | UnsetType = UNSET
    attributes: Mapping[str, FieldValue | None] | UnsetType = UNSET
    version: int | None = None


def amended(contact: Contact, change: ContactChange, definitions: Definitions) -> Contact:
    """Raises Stale, Refused (it was merged), Invalid."""
    check_current(contact, change.version)
    wanted: dict[str, Any] = {
        name: check(getattr(change, name))
        for name, check in _CHECKS.items()
        if getattr(change, name) is not UNSET
    }
    if change.attributes is not UNSET:
        wanted["attributes"] = attributes.amended(
            definitions, contact.attributes, change.attributes
        )
    after = replace(contact, **wanted)
    return contact if after == contact else with_points(after, after.points)


def check_current(contact: Contact, version: int | None) -> None:
    """Raises Stale for an old version, Refused for one that was merged away."""
    if contact.merged_into is not None:
        raise Refused("they were merged into another contact: change that one")
    if version is not None and version != contact.version:
        raise Stale(contact.version)


def name_of(text: str) -> str:
    """A name on one line; Invalid when there is nothing or too much of it."""
    name = " ".join(text.split())
    if not 0 < len(name) <= MAX_NAME:
        raise Invalid("name", f"between 1 and {MAX_NAME} characters")
    return name


def language_of(tag: str) -> str:
    """A language tag (RFC 5646), or "" for none."""
    if tag and not _LANGUAGE.fullmatch(tag):
        raise Invalid("language", "a language tag: en, de-CH, zh-CN")
    return tag


def time_zone_of(name: str) -> str:
    """An IANA zone, or "" for none."""
    if name and name not in _zones():
        raise Invalid("time_zone", "an IANA time zone: Europe/Zurich")
    return name


def vip_of(level: int) -> int:
    """0 to 3."""
    if not 0 <= level <= MAX_VIP:
        raise Invalid("vip", f"between 0 and {MAX_VIP}")
    return level


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "name": name_of,
    "language": language_of,
    "time_zone": time_zone_of,
    "vip": vip_of,
    "organisation_id": str,
}


def point_added(contact: Contact, point: ContactPoint) -> Contact:
    """With a point that nobody else has (the caller looked)."""
    check_current(contact, None)
    if point.key in contact.point_keys:
        return contact
    if len(contact.points) >= MAX_POINTS:
        raise Refused(f"a contact has at most {MAX_POINTS} addresses")
    return with_points(contact, (*contact.points, point))


def point_removed(contact: Contact, key: str) -> Contact:
    """Without it, also when it was not there. What was written there stays."""
    check_current(contact, None)
    return with_points(contact, [one for one in contact.points if one.key != key])


def point_marked(
    contact: Contact, key: str, *, verified: bool | None = None, blocked: bool | None = None
) -> Contact:
    """A point that is known to be theirs or not, or that is not listened to."""
    check_current(contact, None)
    if key not in {one.key for one in contact.points}:
        raise Invalid("key", "the contact has no such address")
    wanted = {"verified": verified, "blocked": blocked}
    marks = {name: value for name, value in wanted.items() if value is not None}
    points = [replace(one, **marks) if one.key == key else one for one in contact.points]
    return with_points(contact, points)


def blocked(contact: Contact, block: Block | None) -> Contact:
    """Not listened to any more, or again."""
    check_current(contact, None)
    if block is not None and contact.block is not None and contact.block.reason == block.reason:
        return contact
    return replace(contact, block=block)


def consented(contact: Contact, consent: Consent) -> Contact:
    """One purpose's latest word; earlier ones stand in the history."""
    check_current(contact, None)
    if not _PURPOSE.fullmatch(consent.purpose):
        raise Invalid("purpose", "lower-case letters, digits, - and _, at most 40")
    others = tuple(one for one in contact.consents if one.purpose != consent.purpose)
    if len(others) >= MAX_PURPOSES:
        raise Refused(f"a contact has at most {MAX_PURPOSES} purposes")
    return replace(contact, consents=(*others, consent))


def moved_on(contact: Contact, now: datetime) -> Contact:
    """The next version, changed now."""
    return replace(contact, version=contact.version + 1, updated_at=max(now, contact.updated_at))
