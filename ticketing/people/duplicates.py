"""Who may be the same person: suggested to an agent, never merged by itself. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from ticketing.model import Contact, ContactPoint
from ticketing.tokens import fold

Reason = Literal["number", "address", "name"]
# Families whose ids are telephone numbers, by what stands before the number.
_NUMBERS = {"tel": "+", "whatsapp": "", "signal": "+", "viber": "+"}
_STRENGTH: dict[Reason, int] = {"number": 3, "address": 2, "name": 1}


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """A contact, and what speaks for its being the same person."""

    contact: Contact
    reasons: tuple[Reason, ...]


def other_keys(contact: Contact) -> tuple[str, ...]:
    """Addresses under which the same telephone is known on other channels."""
    numbers = {number for point in contact.points if (number := number_of(point))}
    keys = (
        f"{family}:{sign}{number}"
        for number in sorted(numbers)
        for family, sign in _NUMBERS.items()
    )
    return tuple(key for key in keys if key not in contact.point_keys)


def number_of(point: ContactPoint) -> str:
    """A telephone number's digits; "" for what is none."""
    digits = point.value.removeprefix("+")
    return digits if point.family in _NUMBERS and digits.isdecimal() else ""


def duplicates(contact: Contact, candidates: Iterable[Contact]) -> list[Duplicate]:
    """The likeliest first."""
    distinct = {one.id: one for one in candidates if one.id != contact.id and not one.merged_into}
    found = [
        Duplicate(contact=one, reasons=reasons)
        for one in distinct.values()
        if (reasons := _reasons(contact, one))
    ]
    return sorted(found, key=_rank, reverse=True)


def _rank(found: Duplicate) -> tuple[int, str]:
    return sum(_STRENGTH[reason] for reason in found.reasons), found.contact.id


def _reasons(one: Contact, other: Contact) -> tuple[Reason, ...]:
    shared: dict[Reason, bool] = {
        "number": not _numbers(one).isdisjoint(_numbers(other)),
        "address": not _mailboxes(one).isdisjoint(_mailboxes(other)),
        "name": _full_name(one) == _full_name(other) != (),
    }
    return tuple(reason for reason, is_so in shared.items() if is_so)


def _numbers(contact: Contact) -> frozenset[str]:
    return frozenset(filter(None, map(number_of, contact.points)))


def _mailboxes(contact: Contact) -> frozenset[str]:
    """Mail addresses without what stands behind a plus sign."""
    found = (point.value.rpartition("@") for point in contact.points if point.family == "mailto")
    return frozenset(f"{local.partition('+')[0]}@{domain}" for local, _, domain in found)


def _full_name(contact: Contact) -> Sequence[str]:
    """The words of a name of at least two, in any order; an address is no name."""
    words = tuple(sorted(fold(contact.name).replace(",", " ").split()))
    return words if len(words) > 1 or (words and not words[0].isascii()) else ()
