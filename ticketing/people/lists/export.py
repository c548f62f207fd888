"""Everybody whom a viewer may see, as CSV that no spreadsheet runs; streamed."""

from collections.abc import AsyncIterator, Iterator, Sequence

from ticketing.errors import Forbidden
from ticketing.model import Contact, FieldValue
from ticketing.people.directory import PeopleDirectory
from ticketing.people.lists.cells import line_of
from ticketing.people.lists.consents import written
from ticketing.people.lists.policy import ATTRIBUTE
from ticketing.people.reading import PeopleReading, Person
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, allowed
from ticketing.redaction import readable

BOM = "\ufeff"  # by it spreadsheets know UTF-8
AT_ONCE = 200
PLAIN = ("name", "language", "time_zone", "vip", "organisation", "consents")
_POINTS = ("mailto", "tel", "points")
_RULED = {"organisation": "organisation_id"}


class Export:
    """What is hidden from the viewer's role has no column."""

    def __init__(
        self,
        store: PeopleStore,
        directory: PeopleDirectory,
        visible: Visible,
        reading: PeopleReading,
    ) -> None:
        self._store = store
        self._directory = directory
        self._visible = visible
        self._reading = reading

    async def lines(self, viewer: Viewer) -> AsyncIterator[str]:
        """The first names the columns as an import knows them. Raises Forbidden."""
        if not allowed(viewer, "export_contacts"):
            raise Forbidden("export_contacts")
        keys = list(await self._directory.attributes("contact"))
        attributes = [key for key in keys if readable(viewer, f"attributes.{key}")]
        plain = [name for name in PLAIN if readable(viewer, _RULED.get(name, name))]
        yield BOM + line_of([*plain, *_POINTS, *(ATTRIBUTE + key for key in attributes)])
        async for contacts in self._store.everybody(AT_ONCE):
            there = [one for one in contacts if one.merged_into is None]
            seen = await self._visible.among(viewer, there)
            for person in await self._reading.people(viewer, seen):
                yield line_of(_cells(person, plain, attributes))


def _cells(person: Person, plain: Sequence[str], attributes: Sequence[str]) -> list[str]:
    contact = person.contact
    return [
        *(_plain(person, name) for name in plain),
        *("; ".join(_addresses(contact, column)) for column in _POINTS),
        *(_shown(contact.attributes.get(key)) for key in attributes),
    ]


def _addresses(contact: Contact, column: str) -> Iterator[str]:
    """As an import reads them again."""
    for point in contact.points:
        if point.family == column:
            yield point.value
        elif column == "points" and point.family not in _POINTS:
            yield point.key


def _plain(person: Person, name: str) -> str:
    if name == "organisation":
        return person.organisation.name if person.organisation else ""
    if name == "consents":
        return written(person.contact.consents)
    value = getattr(person.contact, name)
    return str(value) if value else ""


def _shown(value: FieldValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
