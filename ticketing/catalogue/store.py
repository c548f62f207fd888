"""Queries of the catalogue: small collections that are read whole and rarely, and state timers."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.migrations import Index, ensure_indexes
from storage.mongo import Mongo, Session
from ticketing.catalogue.model import Catalogue, Entry, Revision, StateTimer, Walk
from ticketing.model import Ticket

MOST = 5_000
REVISION = "catalogue"
WALK = "state_timers"

INDEXES = (Index(collection="state_timers", name="by_due", keys=(("due_at", 1),)),)
CATALOGUE_MIGRATIONS = (ensure_indexes(220, "catalogue_indexes", INDEXES),)


class CatalogueStore:
    """Who changes grows the revision first: two changes at once conflict, and one runs anew."""

    def __init__(self, mongo: Mongo) -> None:
        self._entries = mongo.collection("catalogue", Entry)
        self._revisions = mongo.collection("catalogue_revisions", Revision)

    async def revision(self, session: Session | None = None) -> int:
        """0 before the first change."""
        found = await self._revisions.get(REVISION, session)
        return found.number if found else 0

    async def grow(self, session: Session) -> int:
        """The revision that this change makes."""
        grown = await self.revision(session) + 1
        await self._revisions.replace_many([Revision(id=REVISION, number=grown)], session=session)
        return grown

    async def read(self, revision: int, session: Session | None = None) -> Catalogue:
        """Everything, by ``kind/id``."""
        found = await self._entries.find({}, sort=[("_id", 1)], limit=MOST, session=session)
        return Catalogue(revision=revision, entries={one.id: one for one in found})

    async def save(self, session: Session, entries: list[Entry]) -> None:
        """New or changed."""
        await self._entries.replace_many(entries, session=session)

    async def drop(self, session: Session, id: str) -> None:
        """Without a trace."""
        await self._entries.delete({"_id": id}, session=session)


class TimerStore:
    """State timers, and the tickets that they are of."""

    def __init__(self, mongo: Mongo) -> None:
        self._timers = mongo.collection("state_timers", StateTimer)
        self._walks = mongo.collection("catalogue_walks", Walk)
        self._tickets = mongo.collection("tickets", Ticket)

    async def of(
        self, ids: Sequence[str], session: Session
    ) -> tuple[dict[str, Ticket], dict[str, StateTimer]]:
        """Tickets and timers by the ticket's id."""
        tickets = await self._tickets.by_ids(ids, session=session)
        return tickets, await self._timers.by_ids(ids, session=session)

    async def due(self, now: datetime, limit: int) -> list[StateTimer]:
        """Longest due first."""
        return await self._timers.find(
            {"due_at": {"$lte": now}}, sort=[("due_at", 1), ("_id", 1)], limit=limit
        )

    async def set(
        self, session: Session, wanted: Iterable[StateTimer], gone: Sequence[str]
    ) -> None:
        """Put and take away."""
        await self._timers.replace_many(wanted, session=session)
        if gone:
            await self._timers.delete({"_id": {"$in": list(gone)}}, session=session)

    async def save(self, session: Session, ticket: Ticket) -> None:
        """A ticket that moved by itself."""
        await self._tickets.replace_many([ticket], session=session)

    async def walk(self) -> Walk:
        """The last one, at its end or on its way."""
        return await self._walks.get(WALK) or Walk(id=WALK, rules="")

    async def note_walk(self, rules: str, until: datetime | None = None) -> None:
        """Every ticket was looked at by these rules, or those that began at ``until`` or later."""
        await self._walks.replace_many([Walk(id=WALK, rules=rules, until=until)])

    async def begun_in(self, since: datetime, until: datetime, limit: int) -> list[Ticket]:
        """Tickets that began within [since, until), newest first."""
        window = {"created_at": {"$gte": since, "$lt": until}}
        return await self._tickets.find(window, sort=[("created_at", -1), ("_id", -1)], limit=limit)
