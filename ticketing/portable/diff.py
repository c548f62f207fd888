"""What an import would change; pure."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from ticketing.portable.model import Bundle, Part, Step

PARTS: Mapping[str, Part] = {
    "fields": "field",
    "forms": "form",
    "types": "type",
    "categories": "category",
    "templates": "template",
    "roles": "role",
    "teams": "team",
    "views": "view",
    "canned": "canned reply",
}
SHOWN = 200


def steps(here: Bundle, wanted: Bundle) -> tuple[Step, ...]:
    """In the order of the document. What is only here stays: an import takes nothing away."""
    return tuple(_steps(here, wanted))


def _steps(here: Bundle, wanted: Bundle) -> Iterator[Step]:
    for name, part in PARTS.items():
        before = {one.id: one for one in getattr(here, name)}
        after = {one.id: one for one in getattr(wanted, name)}
        for id, one in after.items():
            yield from _compared(part, before.get(id), one)
        for id, one in before.items():
            if id not in after:
                yield Step(deed="only_here", part=part, id=id, name=_name(one))
    if wanted.priorities and wanted.priorities != here.priorities:
        yield from _compared("priorities", here.priorities, wanted.priorities)


def _compared(part: Part, before: Struct | None, after: Struct) -> Iterator[Step]:
    id = str(getattr(after, "id"))  # noqa: B009  every part has one
    if before is None:
        yield Step(deed="add", part=part, id=id, name=_name(after))
        return
    changes = tuple(
        (name, _shown(old), _shown(new))
        for name in after.__struct_fields__
        if (old := getattr(before, name)) != (new := getattr(after, name))
    )
    if changes:
        yield Step(deed="change", part=part, id=id, name=_name(after), changes=changes)


def _name(one: Struct) -> str:
    names = getattr(one, "names", None)
    if names:
        return str(names.get("en") or next(iter(names.values())))
    return str(getattr(one, "name", ""))


def _shown(value: object) -> str:
    text = msgspec.json.encode(value, order="deterministic").decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
