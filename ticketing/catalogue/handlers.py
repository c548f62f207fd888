"""What administrators change of the catalogue: each change whole or not at all."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from storage.events import Change, Event
from storage.mongo import Session
from ticketing import facts
from ticketing.catalogue.checking import MAX_DEPTH, check
from ticketing.catalogue.model import (
    Catalogue,
    Category,
    Content,
    Entry,
    Field,
    Kind,
    TicketType,
    entry_id,
    kind_of,
)
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.references import naming, renamed
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.permissions import Viewer, allowed
from ticketing.transactions import Transactions

Announce = Callable[[], Awaitable[object]]
MAX_NAMED = 5


class Elsewhere(Protocol):
    """Who names an entry outside of the catalogue: roles and views."""

    async def names(self, session: Session, kind: Kind, id: str) -> list[str]:
        """For people to read."""
        ...

    async def rename(self, session: Session, kind: Kind, old: str, new: str, now: datetime) -> None:
        """They name the other from now on."""
        ...


class CatalogueCommands:
    """``announce`` tells other processes that the catalogue changed."""

    def __init__(
        self,
        store: CatalogueStore,
        catalogues: Catalogues,
        transactions: Transactions,
        elsewhere: Elsewhere,
        announce: Announce,
    ) -> None:
        self._store = store
        self._catalogues = catalogues
        self._transactions = transactions
        self._elsewhere = elsewhere
        self._announce = announce

    async def put(
        self, viewer: Viewer, content: Content, version: int | None, now: datetime
    ) -> Entry:
        """Make or replace an entry; ``version`` 0 wants a new one, another guards what was seen."""
        _require(viewer)

        async def work(session: Session, events: list[Event]) -> Entry:
            revision = await self._store.grow(session)
            known = await self._store.read(revision, session)
            before = _known_version(known, content, version)
            after = _stored(content, known, before)
            changed = [after, *_former_defaults(after, known)]
            await self._store.save(session, changed)
            events.append(_changed(before, after, viewer, revision, now))
            return after

        made = await self._transactions.run(work)
        await self.tell()
        return made

    async def put_all(
        self,
        session: Session,
        events: list[Event],
        viewer: Viewer,
        contents: Sequence[Content],
        now: datetime,
    ) -> None:
        """Make or replace many within somebody's transaction, who calls ``tell`` after it. Each may
        name those before it. Invalid names the entry: ``type/incident.states[2].id``.
        """
        _require(viewer)
        revision = await self._store.grow(session)
        known = await self._store.read(revision, session)
        for content in contents:
            id = entry_id(kind_of(content), content.id)
            try:
                before = _known_version(known, content, None)
                after = _stored(content, known, before)
            except Invalid as error:
                raise Invalid(f"{id}.{error.field}", error.reason) from error
            if before is not None and before.content == after.content:
                continue
            changed = [after, *_former_defaults(after, known)]
            entries = {**known.entries, **{one.id: one for one in changed}}
            known = Catalogue(revision=revision, entries=entries)
            await self._store.save(session, changed)
            events.append(_changed(before, after, viewer, revision, now))

    async def delete(
        self, viewer: Viewer, kind: Kind, id: str, replace_with: str, now: datetime
    ) -> None:
        """What a ticket or another entry names goes only when ``replace_with`` takes its place."""
        _require(viewer)

        async def work(session: Session, events: list[Event]) -> None:
            revision = await self._store.grow(session)
            known = await self._store.read(revision, session)
            gone = known.entries.get(entry_id(kind, id))
            if gone is None or gone.replaced_by:
                raise NotFound(kind, id)
            others = await self._elsewhere.names(session, kind, id)
            successor = _successor(known, gone, kind, replace_with, others)
            if successor and others:
                await self._elsewhere.rename(session, kind, id, successor, now)
            for entry in naming(kind, id, known):
                await self._rename(session, known, entry, (kind, id, successor))
            if gone.used and successor:
                left = replace(gone, replaced_by=successor, version=gone.version + 1)
                await self._store.save(session, [left])
            else:
                await self._store.drop(session, gone.id)
            events.append(_gone(gone, viewer, revision, now, successor))

        await self._transactions.run(work)
        await self.tell()

    async def _rename(
        self, session: Session, known: Catalogue, entry: Entry, names: tuple[Kind, str, str]
    ) -> None:
        changed = check(renamed(entry.content, *names), known, entry)
        await self._store.save(
            session, [replace(entry, content=changed, version=entry.version + 1)]
        )

    async def tell(self) -> None:
        """Every process looks again."""
        self._catalogues.forget()
        await self._announce()


def _require(viewer: Viewer) -> None:
    if not allowed(viewer, "configure"):
        raise Forbidden("configure")


def _known_version(known: Catalogue, content: Content, version: int | None) -> Entry | None:
    found = known.entries.get(entry_id(kind_of(content), content.id))
    if found is not None and found.replaced_by:
        raise Invalid("id", f"was replaced by {found.replaced_by!r}: take another")
    present = found.version if found else 0
    if version is not None and version != present:
        raise Stale(present)
    return found


def _stored(content: Content, known: Catalogue, before: Entry | None) -> Entry:
    checked = check(content, known, before)
    used = (before.used if before else False) or _begins_with(checked)
    return Entry(
        id=entry_id(kind_of(checked), checked.id),
        version=before.version + 1 if before else 1,
        content=checked,
        used=used,
    )


def _begins_with(content: Content) -> bool:
    """What new tickets get by themselves counts as used."""
    return (isinstance(content, TicketType) and content.default) or (
        isinstance(content, Field) and content.default is not None
    )


def _former_defaults(after: Entry, known: Catalogue) -> list[Entry]:
    """There is one default type."""
    if not (isinstance(after.content, TicketType) and after.content.default):
        return []
    return [
        replace(one, version=one.version + 1, content=replace(one.content, default=False))
        for one in known.entries.values()
        if isinstance(one.content, TicketType) and one.content.default and one.id != after.id
    ]


def _successor(known: Catalogue, gone: Entry, kind: Kind, id: str, others: Sequence[str]) -> str:
    """The id that takes its place; "" where nothing has to. Raises Refused, Invalid."""
    if gone.used and kind == "field":
        raise Refused("tickets hold values of it: retire it instead")
    if not id:
        named = [*(one.id for one in naming(kind, gone.content.id, known)), *others][:MAX_NAMED]
        if named or gone.used:
            held = ["tickets"] if gone.used else []
            raise Refused(f"in use by {', '.join((*held, *named))}: say what takes its place")
        return ""
    found = known.entries.get(entry_id(kind, id))
    if found is None or found.replaced_by or found.id == gone.id:
        raise Invalid("replace_with", f"there is no other {kind} {id!r}")
    if reason := _unfit(known, gone.content, found.content):
        raise Invalid("replace_with", reason)
    return id


def _unfit(known: Catalogue, old: Content, new: Content) -> str:
    """Why one cannot take the other's place; "" when it can."""
    if isinstance(old, Field) and isinstance(new, Field):
        if old.kind != new.kind:
            return f"is a {new.kind} field, not {old.kind}"
        lacking = {one.id for one in old.options} - {one.id for one in new.options}
        return f"lacks the option {min(lacking)!r}" if lacking else ""
    above = new
    for _ in range(MAX_DEPTH):
        if not isinstance(above, Category) or not above.parent_id:
            break
        if above.parent_id == old.id:
            return "stands below it"
        parent = known.category(above.parent_id)
        if parent is None:
            break
        above = parent
    return ""


def _changed(
    before: Entry | None, after: Entry, viewer: Viewer, revision: int, now: datetime
) -> Event:
    kind = kind_of(after.content)
    return facts.about(
        f"{kind}.changed" if before else f"{kind}.created",
        after.id,
        cause=f"r{revision}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=_differences(before.content if before else None, after.content),
    )


def _gone(gone: Entry, viewer: Viewer, revision: int, now: datetime, successor: str) -> Event:
    return facts.about(
        f"{kind_of(gone.content)}.deleted",
        gone.id,
        cause=f"r{revision}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=(Change(field="replaced_by", after=successor or None),),
    )


def _differences(before: Content | None, after: Content) -> tuple[Change, ...]:
    """As JSON, part by part."""
    found = []
    for name in after.__struct_fields__:
        old, new = getattr(before, name, None), getattr(after, name)
        if old != new:
            found.append(Change(field=name, before=_shown(old), after=_shown(new)))
    return tuple(found)


def _shown(value: object) -> str | None:
    return value or None if isinstance(value, str) else msgspec.json.encode(value).decode()
