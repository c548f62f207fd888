"""What becomes of two contacts that are one person, and of one that was two; pure.

A contact is looked at as facets: its plain fields, each attribute and each purpose by itself. What
a merge changed of a facet is taken back only where nobody changed it since.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from ticketing.errors import Refused
from ticketing.model import Consent, Contact
from ticketing.people.amendments import moved_on
from ticketing.people.identity import MAX_POINTS, with_points
from ticketing.people.merging.model import Conflict, ContactMerge, Unmerged

PLAIN = ("name", "language", "time_zone", "vip", "organisation_id", "block")
_ATTRIBUTE, _CONSENT = "attributes.", "consents."
Facets = Mapping[str, Any]


def merged(source: Contact, target: Contact, now: datetime) -> tuple[Contact, Contact]:
    """(source, target) after it: the target has all points and, where it had nothing, what the
    source had. Who was blocked stays blocked, the higher VIP level and the latest consent count.
    """
    if source.id == target.id:
        raise Refused("a contact cannot be merged with itself")
    for one in (source, target):
        if one.merged_into is not None:
            raise Refused(f"{one.name} was merged already: take the contact that they are now")
    keys = frozenset(target.point_keys)
    points = (*target.points, *(one for one in source.points if one.key not in keys))
    if len(points) > MAX_POINTS:
        raise Refused(f"together they have more than {MAX_POINTS} addresses")
    united = _with(target, {**facets(target), **_gained(source, target)})
    emptied = replace(with_points(source, ()), tokens=(), merged_into=target.id)
    return moved_on(emptied, now), moved_on(with_points(united, points), now)


def conflicts(source: Contact, target: Contact) -> tuple[Conflict, ...]:
    """Where both say something and one of them is lost."""
    ours, theirs, gained = facets(target), facets(source), _gained(source, target)
    after = {**ours, **gained}
    return tuple(
        Conflict(
            field=name,
            kept=shown(after[name]),
            lost=shown(theirs[name] if after[name] == ours[name] else ours[name]),
        )
        for name in theirs
        if name in ours and theirs[name] != ours[name]
    )


def unmerged(merge: ContactMerge, source: Contact, target: Contact, now: datetime) -> Unmerged:
    """Both as they were before it, except for what was changed since. A block or a withdrawal that
    was noted since holds for both: nobody knows of which of them it was said. What else was learnt
    since, an address or a consent that was given, stays with the target and is named.
    """
    before, after, current = facets(merge.before), facets(merge.after), facets(target)
    kept: list[str] = []
    restored = dict(current)
    for name in {**before, **after}:
        if before.get(name) == after.get(name):
            continue
        if current.get(name) != after.get(name):
            kept.append(name)
        elif name in before:
            restored[name] = before[name]
        else:
            restored.pop(name)
    kept += [name for name in current if name not in before and name not in after]
    known = {*merge.after.point_keys, *merge.source.point_keys}
    kept += [f"point:{one.key}" for one in target.points if one.key not in known]
    brought = frozenset(merge.source.point_keys) - frozenset(merge.before.point_keys)
    back = [one for one in target.points if one.key in brought]
    stays = [one for one in target.points if one.key not in brought]
    returned = {one.key for one in back}
    kept += [f"point:{one.key}" for one in merge.source.points if one.key not in returned]
    old = replace(merge.source, version=source.version, updated_at=source.updated_at)
    old = _with(old, {**facets(old), **_refused_since(after, current)})
    ordered = sorted(back, key=lambda one: merge.source.point_keys.index(one.key))
    return Unmerged(
        source=moved_on(with_points(old, ordered), now),
        target=moved_on(with_points(_with(target, restored), stays), now),
        kept=tuple(kept),
    )


def _refused_since(after: Facets, current: Facets) -> dict[str, Any]:
    """Blocks and withdrawals that were not there when the two became one."""
    new = {name: value for name, value in current.items() if value != after.get(name)}
    return {
        name: value
        for name, value in new.items()
        if name == "block" or (isinstance(value, Consent) and not value.granted)
    }


def facets(contact: Contact) -> dict[str, Any]:
    """What is set, by name."""
    found = {name: getattr(contact, name) for name in PLAIN}
    found |= {_ATTRIBUTE + key: value for key, value in contact.attributes.items()}
    found |= {_CONSENT + one.purpose: one for one in contact.consents}
    return {name: value for name, value in found.items() if value}


def shown(value: Any) -> str:  # noqa: ANN401  any facet
    """For a person to compare."""
    if isinstance(value, Consent):
        return "granted" if value.granted else "withdrawn"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _gained(source: Contact, target: Contact) -> dict[str, Any]:
    ours, theirs = facets(target), facets(source)
    gained = {name: value for name, value in theirs.items() if name not in ours}
    if _is_nameless(target) and not _is_nameless(source):
        gained["name"] = source.name
    gained["vip"] = max(source.vip, target.vip)
    for name, value in theirs.items():
        known = ours.get(name)
        if isinstance(value, Consent) and isinstance(known, Consent) and value.at > known.at:
            gained[name] = value
    return {name: value for name, value in gained.items() if value}


def _is_nameless(contact: Contact) -> bool:
    return contact.name in {"", *(point.value for point in contact.points)}


def _with(contact: Contact, wanted: Facets) -> Contact:
    plain = {name: wanted.get(name, _EMPTY[name]) for name in PLAIN}
    attributes = {
        name.removeprefix(_ATTRIBUTE): value
        for name, value in wanted.items()
        if name.startswith(_ATTRIBUTE)
    }
    consents = tuple(value for name, value in wanted.items() if name.startswith(_CONSENT))
    return replace(contact, **plain, attributes=attributes, consents=consents)


_EMPTY: Facets = {
    "name": "",
    "language": "",
    "time_zone": "",
    "vip": 0,
    "organisation_id": "",
    "block": None,
}
