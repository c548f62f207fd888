"""Queries of facts, events and blocks."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.collection import Collection, portions
from storage.events import Event, EventLog
from storage.migrations import Index, ensure_indexes
from storage.mongo import Mongo, Session
from ticketing.audit.model import Block, Fact, Mark, Source
from ticketing.model import Ticket
from ticketing.reading.windows import FLOOR

SOURCES: tuple[Source, ...] = ("events", "audit_facts")
BLOCKS = 20

INDEXES = (Index(collection="audit_facts", name="by_time", keys=(("at", 1), ("_id", 1))),)
BY_SUBJECT = (
    Index(collection="audit_facts", name="by_subject", keys=(("subject.id", 1), ("at", 1))),
)
AUDIT_MIGRATIONS = (
    ensure_indexes(270, "audit_indexes", INDEXES),
    ensure_indexes(271, "audit_by_subject", BY_SUBJECT),
)


class AuditStore:
    """Blocks are only ever inserted; facts and events are only read here, or inserted."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self._facts: Collection[Fact] = mongo.collection("audit_facts", Fact)
        self._log = EventLog(mongo)
        self._events: Collection[Event] = mongo.collection("events", Event)
        self._tickets: Collection[Ticket] = mongo.collection("tickets", Ticket)
        self._blocks: Collection[Block] = mongo.collection("audit_blocks", Block)
        self._marks: Collection[Mark] = mongo.collection("audit_marks", Mark)
        self._last = 0  # the number of a block that there was, from where the head is looked for

    async def add(self, facts: Iterable[Fact], session: Session | None = None) -> None:
        """Within the transaction of the change, where there is one."""
        await self._facts.insert_many(facts, session=session)

    async def add_once(self, fact: Fact) -> None:
        """Unless it is there already."""
        await self._facts.insert(fact)

    async def raw(
        self, source: Source, since: datetime, until: datetime, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Stored documents of [since, until), oldest first."""
        order = [("at", 1), ("_id", 1)]
        cursor = self.mongo.db[source].find({"at": {"$gte": since, "$lt": until}})
        return await cursor.sort(order).limit(limit).to_list(limit)

    async def documents(self, source: Source, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Stored documents by id."""
        found: dict[str, Mapping[str, Any]] = {}
        for some in portions(ids):
            cursor = self.mongo.db[source].find({"_id": {"$in": list(some)}})
            found.update({one["_id"]: one for one in await cursor.to_list(len(some))})
        return found

    async def events(
        self, since: datetime, until: datetime, limit: int, ticket_id: str = ""
    ) -> list[Event]:
        """Newest first within [since, until); of one ticket, or of all."""
        if ticket_id:
            return await self._log.for_ticket(ticket_id, until, limit, since)
        return await self._events.find(_window(since, until), sort=_NEWEST, limit=limit)

    async def tickets(self, ids: Iterable[str]) -> dict[str, Ticket]:
        """Those of the ids that are tickets'."""
        return await self._tickets.by_ids(ids)

    async def facts(
        self, since: datetime, until: datetime, limit: int, subject_id: str = ""
    ) -> list[Fact]:
        """As ``events``; of one subject, or of all."""
        where = {"subject.id": subject_id} if subject_id else {}
        window = {**where, **_window(since, until)}
        return await self._facts.find(window, sort=_NEWEST, limit=limit)

    async def head(self) -> Block | None:
        """The last block, by its number: the small server reads the whole chain for a range."""
        low, step = self._last, 1
        while await self._is_there(low + step):
            low, step = low + step, 2 * step
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if await self._is_there(middle) else (low, middle)
        self._last = low
        found = await self._blocks.find_one({"_id": low}) if low else None
        if low and found is None:  # the chain was cut off behind what was known
            self._last = 0
            return await self.head()
        return found

    async def _is_there(self, seq: int) -> bool:
        return await self._blocks.raw.find_one({"_id": seq}, {"_id": 1}) is not None

    async def append(self, block: Block) -> bool:
        """False when another process sealed one of this number first."""
        return await self._blocks.insert(block)

    async def blocks(self, first: int = 1) -> AsyncIterator[Block]:
        """From this number on, in order; a few at a time. Some that are missing are not the end."""
        while found := await self.some_blocks(first) or await self._behind(first):
            for block in found:
                yield block
            first = found[-1].seq + 1

    async def some_blocks(self, first: int) -> list[Block]:
        """The next few from this number on; none at the end of the chain, or where as many are
        missing.
        """
        wanted = {"_id": {"$in": list(range(first, first + BLOCKS))}}
        found = await self._blocks.find(wanted, limit=BLOCKS)
        return sorted(found, key=lambda block: block.seq)

    async def _behind(self, first: int) -> list[Block]:
        where = {"_id": {"$gte": first}}
        return await self._blocks.find(where, sort=[("_id", 1)], limit=BLOCKS)

    async def mark(self, source: Source) -> Mark:
        """How far the sealer came."""
        return await self._marks.get(source) or Mark(id=source, sealed_until=FLOOR)

    async def note(self, source: Source, **moments: datetime | None) -> None:
        """The sealer came further; fields of ``Mark``, those that are None go."""
        change = {
            "$set": {name: at for name, at in moments.items() if at is not None},
            "$unset": {name: "" for name, at in moments.items() if at is None},
        }
        if "sealed_until" not in moments:
            change["$setOnInsert"] = {"sealed_until": FLOOR}
        filled = {operator: fields for operator, fields in change.items() if fields}
        await self._marks.update({"_id": source}, filled, upsert=True)

    async def count(self, since: datetime, until: datetime) -> int:
        """How many facts and events there are of [since, until)."""
        where = {"at": {"$gte": since, "$lt": until}}
        return sum([await self.mongo.db[one].count_documents(where) for one in SOURCES])

    async def first_since(self, moment: datetime, head: Block) -> int:
        """The number of the first block that was sealed at or after ``moment``."""
        low, high = 1, head.seq + 1
        while low < high:
            middle = (low + high) // 2
            block = await self._blocks.raw.find_one({"_id": middle}, {"sealed_at": 1})
            if block is not None and block["sealed_at"] < moment:
                low = middle + 1
            else:
                high = middle
        return low


_NEWEST = (("at", -1), ("_id", -1))


def _window(since: datetime, until: datetime) -> dict[str, Any]:
    return {"at": {"$gte": since, "$lt": until}}
