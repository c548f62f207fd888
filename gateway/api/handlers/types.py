"""The catalogue over the interface: each entry is put and deleted alike."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from gateway.api.answer import Answer
from gateway.api.call import Call, Handler, Result
from gateway.api.requests import Request
from gateway.api.schemas import types as t
from ticketing.catalogue import model
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.model import BUILT_IN_TYPE, PRIORITIES_ID, Entry, Kind
from ticketing.catalogue.reading import Catalogues

KeptT = TypeVar("KeptT", bound=Answer)
# Operation name, kind, what is stored, what is answered.
KINDS: tuple[tuple[str, Kind, type[model.Content], type[Answer]], ...] = (
    ("Type", "type", model.TicketType, t.TicketType),
    ("Field", "field", model.Field, t.CustomField),
    ("Form", "form", model.Form, t.Form),
    ("Category", "category", model.Category, t.Category),
    ("TicketTemplate", "template", model.TicketTemplate, t.TicketTemplate),
)


class TypesApi:
    """Administrators change it; everybody reads it whole."""

    def __init__(self, commands: CatalogueCommands, catalogues: Catalogues) -> None:
        self._commands = commands
        self._catalogues = catalogues

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        found: dict[str, Callable[[Call[Any, Any]], Awaitable[Result]]] = {
            "getCatalogue": self.get,
            "putPriorities": self.put_priorities,
        }
        for name, kind, stored, shown in KINDS:
            found[f"put{name}"] = partial(self._put, stored=stored, shown=shown)
            found[f"delete{name}"] = partial(self._delete, kind=kind)
        return found

    async def get(self, call: Call[None, None]) -> Result:
        """As it stands now."""
        known = await self._catalogues.current()
        return t.Catalogue(
            revision=known.revision,
            types=[_own_type(), *_all(known, model.TicketType, t.TicketType)],
            fields=_all(known, model.Field, t.CustomField),
            forms=_all(known, model.Form, t.Form),
            categories=_all(known, model.Category, t.Category),
            templates=_all(known, model.TicketTemplate, t.TicketTemplate),
            priorities=_priorities(known),
        )

    async def put_priorities(self, call: Call[t.PrioritiesBody, None]) -> Result:
        """All nine pairs."""
        content = _content(PRIORITIES_ID, call.body, model.Priorities)
        made = await self._commands.put(call.viewer, content, call.body.version, call.now)
        return _shown(made, t.Priorities)

    async def _put(
        self, call: Call[Any, None], *, stored: type[model.Content], shown: type[Answer]
    ) -> Result:
        content = _content(call.params["id"], call.body, stored)
        made = await self._commands.put(call.viewer, content, call.body.version, call.now)
        return _shown(made, shown)

    async def _delete(self, call: Call[None, t.ReplaceQuery], *, kind: Kind) -> Result:
        await self._commands.delete(
            call.viewer, kind, call.params["id"], call.query.replace_with, call.now
        )
        return None


def _content(id: str, body: Request, kind: type[model.Content]) -> model.Content:
    """The entry that a body describes."""
    parts: dict[str, Any] = msgspec.to_builtins(body)
    del parts["version"]
    tag = kind.__struct_config__.tag
    made: model.Content = msgspec.convert({**parts, "id": id, "type": tag}, kind)
    return made


def _shown(entry: Entry, kind: type[KeptT]) -> KeptT:
    """With everything spelled out that is stored as a default."""
    parts = {name: getattr(entry.content, name) for name in entry.content.__struct_fields__}
    parts |= {"version": entry.version, "used": entry.used}
    return msgspec.convert(msgspec.to_builtins(parts), kind)


def _all(known: model.Catalogue, stored: type[model.Content], kind: type[KeptT]) -> list[KeptT]:
    return [
        _shown(one, kind)
        for one in known.entries.values()
        if isinstance(one.content, stored) and not one.replaced_by
    ]


def _own_type() -> t.TicketType:
    return _shown(Entry(id="", version=0, content=BUILT_IN_TYPE, used=True), t.TicketType)


def _priorities(known: model.Catalogue) -> t.Priorities:
    entry = known.entries.get(model.entry_id("priorities", PRIORITIES_ID))
    content = known.priorities
    return _shown(entry or Entry(id="", version=0, content=content), t.Priorities)
