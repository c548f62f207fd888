"""How many open tickets each view holds: counters kept by comparing, never by adding up events.

For each ticket it is remembered under which key it was counted last. An event only says "look
again": looking twice, late or in the wrong order gives the same numbers.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from connectors.contract import InboxId
from storage.collection import Collection
from storage.events import Event
from storage.mongo import Session
from storage.writes import Writes
from ticketing import metrics
from ticketing.model import Ticket
from ticketing.permissions import Viewer
from ticketing.store import Collections, settle

KINDS = frozenset(
    {
        "ticket.created",
        "ticket.changed",
        "ticket.merged",
        "ticket.joined",
        "ticket.unmerged",
        "ticket.unjoined",
        "ticket.split",
        "ticket.unsplit",
    }
)
PAGE = 500
MAX_KEYS = 20_000
_WITH_COUNTED = {
    "$lookup": {
        "from": "counted_tickets",
        "localField": "_id",
        "foreignField": "_id",
        "as": "counted",
    }
}


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Under which key a ticket is in the counters now; absent when it is in none."""

    id: str = msgspec.field(name="_id")
    key: str


class ViewCount(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is ``inbox|status|assignee`` of open tickets."""

    id: str = msgspec.field(name="_id")
    n: int


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one viewer's views, and open tickets by inbox."""

    mine: int = 0
    unassigned: int = 0
    waiting: int = 0
    open: int = 0
    by_inbox: Mapping[InboxId, int] = {}


def key_of(ticket: Ticket) -> str | None:
    """The counter that a ticket belongs to; solved, closed and merged ones to none."""
    if not ticket.open:
        return None
    return f"{ticket.inbox_id}|{ticket.status}|{ticket.assignee_id}"


class ViewCounts:
    """A consumer of events, and the numbers that it keeps."""

    def __init__(self, collections: Collections) -> None:
        self._mongo = collections.mongo
        self._tickets = collections.tickets
        self._counted: Collection[Counted] = self._mongo.collection("counted_tickets", Counted)
        self._counts: Collection[ViewCount] = self._mongo.collection("view_counts", ViewCount)

    async def handle(self, events: Sequence[Event]) -> None:
        """Look again at the tickets that these events speak of."""
        ids = dict.fromkeys(event.ticket_id for event in events if event.kind in KINDS)
        await self.look_again(list(ids))

    async def look_again(self, ids: Sequence[str]) -> int:
        """Bring these tickets' counters up to date; how many were not."""
        if not ids:
            return 0
        return await settle(self._mongo, lambda session: self._compare(session, ids))

    async def _compare(self, session: Session, ids: Sequence[str]) -> int:
        before, after = await self._keys(ids, session)
        moved = [id for id in ids if before.get(id) != after.get(id)]
        change: Counter[str] = Counter(after[id] for id in moved if id in after)
        change.subtract(before[id] for id in moved if id in before)
        batch = Writes(self._mongo, session)
        batch.replace(self._counted, (Counted(id=id, key=after[id]) for id in moved if id in after))
        gone = [id for id in moved if id not in after]
        if gone:
            batch.delete(self._counted, {"_id": {"$in": gone}})
        for key in sorted(change):  # one order for all: fewer conflicts between processes
            if change[key]:
                more = {"$inc": {"n": change[key]}}
                batch.update(self._counts, {"_id": key}, more, upsert=True)
        await batch.send()
        return len(moved)

    async def _keys(
        self, ids: Sequence[str], session: Session
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Under which keys these tickets were counted, and are to be, in one read."""
        cursor = await self._tickets.raw.aggregate(
            [{"$match": {"_id": {"$in": list(ids)}}}, _WITH_COUNTED], session=session
        )
        found = await cursor.to_list(None)
        after: dict[str, str] = {
            ticket.id: key for ticket in map(self._tickets.decode, found) if (key := key_of(ticket))
        }
        before = {one["_id"]: one["key"] for ticket in found for one in ticket["counted"]}
        erased = set(ids) - {ticket["_id"] for ticket in found}
        left = await self._counted.by_ids(erased, session=session)
        return before | {id: one.key for id, one in left.items()}, after

    async def tally(self, viewer: Viewer) -> Tally:
        """The viewer's numbers, from one small read."""
        mine = unassigned = waiting = everything = 0
        by_inbox: Counter[InboxId] = Counter()
        for count in await self._counts.find({}, limit=MAX_KEYS):
            inbox, status, assignee = count.id.split("|", 2)
            if viewer.inbox_ids is not None and inbox not in viewer.inbox_ids:
                continue
            everything += count.n
            by_inbox[InboxId(inbox)] += count.n
            mine += count.n if assignee == viewer.agent_id else 0
            unassigned += count.n if not assignee else 0
            waiting += count.n if status == "waiting" else 0
        return Tally(
            mine=mine, unassigned=unassigned, waiting=waiting, open=everything, by_inbox=by_inbox
        )

    async def recount(self) -> int:
        """Look again at every open ticket and at everything counted; how many were wrong.

        Runs in the background under a lease; in slices, so that nothing waits for it.
        """
        wrong = 0
        async for ids in self._slices():
            wrong += await self.look_again(ids)
        wrong += await settle(self._mongo, self._sum_up)
        metrics.RECOUNTED.inc(wrong)
        return wrong

    async def _slices(self) -> AsyncIterator[list[str]]:
        for collection, where in ((self._tickets.raw, {"open": True}), (self._counted.raw, {})):
            last = ""
            while True:
                cursor = collection.find({**where, "_id": {"$gt": last}}, {"_id": 1})
                found = await cursor.sort([("_id", 1)]).limit(PAGE).to_list(PAGE)
                if not found:
                    break
                last = found[-1]["_id"]
                yield [item["_id"] for item in found]

    async def _sum_up(self, session: Session) -> int:
        """The counters as the counted tickets add up to."""
        group = [{"$group": {"_id": "$key", "n": {"$sum": 1}}}]
        cursor = await self._counted.raw.aggregate(group, session=session)
        right = {item["_id"]: item["n"] for item in await cursor.to_list(MAX_KEYS)}
        kept = {
            count.id: count.n
            for count in await self._counts.find({}, limit=MAX_KEYS, session=session)
        }
        wrong = [key for key in right.keys() | kept.keys() if right.get(key, 0) != kept.get(key, 0)]
        await self._counts.replace_many(
            (ViewCount(id=key, n=right.get(key, 0)) for key in wrong), session=session
        )
        return len(wrong)
