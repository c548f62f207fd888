"""The event log, which is also the outbox: facts stored with the change that they tell of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NewType

from msgspec import Struct, field

from storage.collection import portions
from storage.ids import derived_id
from storage.mongo import Mongo, Session
from storage.writes import Writes

EventId = NewType("EventId", str)


class Actor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did it; ``name`` as it was shown then.

    From where: the client's address, the session or token it came by, the request's id in the logs.
    """

    kind: Literal["agent", "contact", "system", "rule"]
    id: str
    name: str = ""
    ip: str = ""
    via: str = ""
    request_id: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """One field that went from one value to another; None is "not set"."""

    field: str
    before: str | None = None
    after: str | None = None


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about a ticket; ``why`` as whoever did it said, or the rule."""

    id: EventId = field(name="_id")
    kind: str
    ticket_id: str
    message_id: str | None = None
    conversation_id: str | None = None
    inbox_id: str
    actor: Actor
    at: datetime
    changes: tuple[Change, ...] = ()
    why: str = ""
    v: int = 1


class Untold(Struct, frozen=True, kw_only=True):
    """That the events of one change still have to be told; it goes when they were.

    One small document for all of them: a flag on each event would rewrite every event with its
    index entries (measured: a sixth of a webhook's way in). ``id`` is the first event's.
    """

    id: EventId = field(name="_id")
    event_ids: tuple[EventId, ...]
    at: datetime


def event_id(subject_id: str, kind: str, cause: str) -> EventId:
    """The same fact has the same id, however often its transaction runs."""
    return EventId(derived_id("event", subject_id, kind, cause))


class EventLog:
    """Appended to in transactions, relayed after them, read by ticket and by time."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._events = mongo.collection("events", Event)
        self._untold = mongo.collection("untold_events", Untold)

    async def append(
        self, session: Session, events: Sequence[Event], *, fresh: bool = False
    ) -> None:
        """Store those that are not stored yet, in the transaction of the change.

        ``fresh`` says that this very transaction found their cause to be new: none is looked up.
        """
        known: set[EventId] = set()
        if events and not fresh:
            ids = [event.id for event in events]
            found = self._events.raw.find({"_id": {"$in": ids}}, {"_id": 1}, session=session)
            known.update(document["_id"] for document in await found.to_list(len(ids)))
        writes = Writes(self._mongo, session)
        self.add(writes, [event for event in events if event.id not in known])
        await writes.send()

    def add(self, writes: Writes, events: Sequence[Event]) -> None:
        """As ``append`` of fresh ones, together with what else its transaction writes."""
        unique = list({event.id: event for event in events}.values())
        if unique:
            writes.insert(self._events, unique)
            writes.insert(self._untold, [_untold(unique)])

    async def unrelayed(self, limit: int) -> list[Event]:
        """What still has to be told, oldest first: whole changes, at least ``limit`` events where
        there are so many. No cursor by time: commits come late.
        """
        entries = await self._untold.find({}, sort=[("at", 1)], limit=limit)
        ids: list[EventId] = []
        for entry in entries:
            if len(ids) >= limit:
                break
            ids += entry.event_ids
        return sorted(await self.by_ids(ids), key=lambda event: (event.at, event.id))

    async def mark_relayed(self, ids: Sequence[EventId]) -> None:
        """Told to everybody; a change counts as told when all of its events are among ``ids``.

        A crash before this repeats them: consumers know an event by id.
        """
        told = set(ids)
        entries = await self._untold.by_ids(ids)
        done = [id for id, entry in entries.items() if told.issuperset(entry.event_ids)]
        for some in portions(done):
            await self._untold.delete({"_id": {"$in": list(some)}})

    async def get(self, id: EventId, session: Session | None = None) -> Event | None:
        """One event."""
        return await self._events.get(id, session)

    async def by_ids(self, ids: Sequence[EventId]) -> list[Event]:
        """In the order of ``ids``; those that do not exist are left out."""
        found = await self._events.by_ids(ids)
        return [found[id] for id in ids if id in found]

    async def for_ticket(
        self,
        ticket_id: str,
        before: datetime | None = None,
        limit: int = 100,
        since: datetime | None = None,
        changed: Sequence[str] = (),
    ) -> list[Event]:
        """A ticket's history, newest first, earlier than ``before``, from ``since`` on; of
        ``changed``, where it is given, only what tells of one of these fields.
        """
        ends = (("$lt", before), ("$gte", since))
        window = {operator: moment for operator, moment in ends if moment is not None}
        where: dict[str, object] = {"ticket_id": ticket_id}
        where |= {"at": window} if window else {}
        where |= {"changes.field": {"$in": list(changed)}} if changed else {}
        return await self._events.find(where, sort=[("at", -1), ("_id", -1)], limit=limit)

    async def since(self, at: datetime, limit: int, until: datetime | None = None) -> list[Event]:
        """Facts from ``at`` (inclusive) to ``until`` (exclusive), oldest first.

        A transaction may commit after a later one: whoever polls reads again what is younger than
        half a minute and knows events by id.
        """
        window = {"$gte": at} if until is None else {"$gte": at, "$lt": until}
        return await self._events.find({"at": window}, sort=[("at", 1), ("_id", 1)], limit=limit)


def _untold(events: Sequence[Event]) -> Untold:
    return Untold(
        id=events[0].id,
        event_ids=tuple(event.id for event in events),
        at=min(event.at for event in events),
    )
