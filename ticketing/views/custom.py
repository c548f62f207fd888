"""The site's own fields, as conditions know them."""

from collections.abc import Mapping

from ticketing.catalogue.model import Field, FieldKind
from ticketing.catalogue.reading import Catalogues
from ticketing.views.fields import Custom, Kind
from ticketing.views.saved import KnownFields

KINDS: Mapping[FieldKind, Kind] = {
    "text": "text",
    "number": "number",
    "choice": "choice",
    "multi": "choice",
    "cascade": "choice",
    "date": "date",
    "boolean": "boolean",
    "user": "agent",
    "contact": "choice",
    "asset": "choice",
    "file": "choice",
}


def known_fields(catalogues: Catalogues) -> KnownFields:
    """Asks the catalogue in memory."""

    async def fields() -> Custom:
        current = await catalogues.current()
        return {field.id: KINDS[field.kind] for field in current.contents(Field)}

    return fields
