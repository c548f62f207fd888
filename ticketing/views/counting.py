"""Where every ticket stands, kept by comparing, never by adding up events.

For each ticket it is remembered where it was counted last. An event only says "look again":
looking twice, late or in the wrong order gives the same numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.contract import InboxId
from normalizer.model import ContactId
from storage.collection import Collection, portions, to_document
from storage.events import Event
from storage.ids import utc_now
from storage.mongo import Session
from storage.writes import Writes
from ticketing import metrics
from ticketing.facts import WAITS
from ticketing.model import Contact, Ticket
from ticketing.permissions import Viewer, sees_inbox
from ticketing.store import Collections, settle
from ticketing.views.fields import facts_of, field_of
from ticketing.views.matching import first_wrong
from ticketing.views.meaning import Site, sum_of
from ticketing.views.model import BuiltIn, SavedView, ViewId
from ticketing.views.places import INBOX, Place, built_in_key, place_of, saved_keys, scope_of
from ticketing.views.reach import unreadable, usable_by, withheld
from ticketing.views.saved import FRESH_S, SavedViews
from ticketing.views.totals import WHOLE_AGAIN_S, ScopeCount, Totals, scope_counts
from ticketing.views.walking import PAGE, Aim, Walk, Walks

# Without saved views these alone can move a ticket from one view to another, and a message by which
# the customer begins or ends to wait.
TELLING = "ticket."
# Of these ``ticket_id`` is a person's: views ask for what is theirs, and tickets follow them.
OF_PEOPLE = frozenset({"contact.changed", "contact.merged", "contact.unmerged", "contact.restored"})
SILENT = frozenset({"delivery.changed", "reaction.changed"})
COUNTED: tuple[BuiltIn, ...] = (
    "mine",
    "unassigned",
    "mentions",
    "waiting",
    "longest",
    "held",
    "snoozed",
    "open",
)
MOST_OF_PERSON = 2_000
MAX_TURNS = 500
# Every process knows of a changed view by then: none writes places as they were before.
KNOWN_BY_ALL = timedelta(seconds=2 * FRESH_S)
# What types and teams mean is remembered a little longer than views.
SITE_KNOWN = timedelta(seconds=12)
# Every process has read by then that such a scope holds nothing.
EMPTY_KEPT = timedelta(seconds=2 * WHOLE_AGAIN_S)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_WITH_PLACE = {
    "$lookup": {
        "from": "ticket_places",
        "localField": "_id",
        "foreignField": "_id",
        "as": "place",
    }
}
_ADDED_UP: list[dict[str, Any]] = [
    {"$unwind": "$keys"},
    {"$group": {"_id": {"scope": "$scope", "key": "$keys"}, "n": {"$sum": 1}}},
]
Tell = Callable[[bool], Awaitable[object]]
Moves = Mapping[str, tuple[Place | None, Place | None]]  # before and after, by ticket


class _Asked(msgspec.Struct, frozen=True):
    """What places are worked out from."""

    views: Sequence[SavedView]
    site: Site
    now: datetime


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one viewer: of the views that every site has, of saved ones by id, and of
    open tickets by inbox. A saved view that is still being worked out has none, nor has a view that
    the viewer's role withholds.
    """

    built_in: Mapping[BuiltIn, int]
    saved: Mapping[ViewId, int]
    by_inbox: Mapping[InboxId, int]


class ViewCounts:
    """A consumer of events, and the numbers that it keeps."""

    def __init__(
        self,
        collections: Collections,
        saved: SavedViews,
        clock: Callable[[], datetime] = utc_now,
        *,
        tell: Tell | None = None,
    ) -> None:
        """``tell`` is called when numbers have changed; with True, when views were worked out, so
        that a process must read the views anew before it knows their numbers.
        """
        self._in = collections
        self._mongo = collections.mongo
        self._saved = saved
        self._clock = clock
        self._tell = tell
        self._places: Collection[Place] = self._mongo.collection("ticket_places", Place)
        self._counts: Collection[ScopeCount] = self._mongo.collection("scope_counts", ScopeCount)
        self._views: Collection[SavedView] = self._mongo.collection("saved_views", SavedView)
        walks: Collection[Walk] = self._mongo.collection("view_walks", Walk)
        self._walks = Walks(walks, collections.tickets, self._places, self.look_again)
        self._unbuilt: dict[Aim, datetime] = {}  # since when they are known to be
        self.totals = Totals(self._counts)

    async def handle(self, events: Sequence[Event]) -> None:
        """Look again at the tickets that these events speak of."""
        telling = await self._saved.all() or None
        ids = dict.fromkeys(
            event.ticket_id
            for event in events
            if event.ticket_id
            and event.kind not in OF_PEOPLE
            and (_moves(event) or (telling and event.kind not in SILENT))
        )
        await self.look_again(list(ids))
        people = {event.ticket_id for event in events if event.kind in OF_PEOPLE}
        for person in sorted(filter(None, people)):
            await self._look_at_tickets_of(person)

    async def _look_at_tickets_of(self, person: str) -> None:
        """The open ones; the others wait for the recount."""
        where = {"contact_id": person, "open": True}
        found = self._in.tickets.raw.find(where, {"_id": 1}).limit(MOST_OF_PERSON)
        ids: list[str] = [item["_id"] for item in await found.to_list(None)]
        for start in range(0, len(ids), PAGE):
            await self.look_again(ids[start : start + PAGE])

    async def look_again(self, ids: Sequence[str]) -> int:
        """Bring these tickets' places up to date; how many were not."""
        if not ids:
            return 0
        asked = _Asked(await self._saved.meant(), await self._saved.site(), self._clock())
        moved = await settle(self._mongo, lambda session: self._compare(session, ids, asked))
        await self._changed(moved)
        return moved

    async def _changed(self, number: int, *, views: bool = False) -> None:
        if number and self._tell:
            await self._tell(views)

    def forget_views(self) -> None:
        """Another process has worked some out."""
        self._saved.forget()

    async def _compare(self, session: Session, ids: Sequence[str], asked: _Asked) -> int:
        tickets, before = await self._found(ids, session)
        contacts = await self._contacts(tickets.values(), asked)
        moves: dict[str, tuple[Place | None, Place | None]] = {}
        for id in ids:
            ticket = tickets.get(id)
            after = _place(ticket, contacts, asked) if ticket else None
            if after != before.get(id):
                moves[id] = (before.get(id), after)
        await self._write(session, moves, tickets, asked.now)
        return len(moves)

    async def _write(
        self, session: Session, moves: Moves, tickets: Mapping[str, Ticket], now: datetime
    ) -> None:
        batch = Writes(self._mongo, session)
        batch.replace(self._places, (after for _, after in moves.values() if after))
        gone = [id for id, (_, after) in moves.items() if after is None]
        if gone:
            batch.delete(self._places, {"_id": {"$in": gone}})
        scopes = {scope.id: scope for scope in map(scope_of, tickets.values())}
        for id, more in sorted(_difference(moves).items()):  # one order: fewer conflicts
            change: dict[str, Any] = {"$inc": more, "$set": {"at": now}}
            if id in scopes:
                change["$setOnInsert"] = {"scope": to_document(scopes[id])}
            batch.update(self._counts, {"_id": id}, change, upsert=id in scopes)
        await batch.send()

    async def _found(
        self, ids: Sequence[str], session: Session
    ) -> tuple[dict[str, Ticket], dict[str, Place]]:
        """These tickets and where they stood, in one read."""
        cursor = await self._in.tickets.raw.aggregate(
            [{"$match": {"_id": {"$in": list(ids)}}}, _WITH_PLACE], session=session
        )
        found = await cursor.to_list(None)
        tickets: dict[str, Ticket] = {
            ticket.id: ticket for ticket in map(self._in.tickets.decode, found)
        }
        places = {one["_id"]: self._places.decode(one) for item in found for one in item["place"]}
        erased = set(ids) - tickets.keys()
        places |= await self._places.by_ids(erased, session=session)
        return tickets, places

    async def _contacts(
        self, tickets: Iterable[Ticket], asked: _Asked
    ) -> Mapping[ContactId, Contact]:
        """The people behind the tickets, where a view asks for something of theirs."""
        fields = {one.field for view in asked.views for one in view.conditions}
        if not any((field := field_of(name, {})) and field.of_contact for name in fields):
            return {}
        found = await self._in.contacts.by_ids({ticket.contact_id for ticket in tickets})
        return {ContactId(id): contact for id, contact in found.items()}

    async def tally(self, viewer: Viewer) -> Tally:
        """The viewer's numbers."""
        n = await self.totals.of(viewer)
        custom = await self._saved.fields()
        return Tally(
            built_in={
                name: n.get(built_in_key(name, viewer.agent_id), 0)
                for name in COUNTED
                if not withheld(viewer, name)
            },
            saved={
                view.id: sum(n.get(key, 0) for key in saved_keys(view.id, viewer.agent_id))
                for view in await self._saved.all()
                if view.built == view.version
                and usable_by(viewer, view)
                and not first_wrong(view.conditions, custom)
                and not unreadable(viewer, view, custom)
            },
            by_inbox={
                _inbox_of(key): count
                for key, count in n.items()
                if count and key.startswith(INBOX) and sees_inbox(viewer, _inbox_of(key))
            },
        )

    async def take_turns(self) -> int:
        """Look again at tickets that time alone may have moved; how many were."""
        where = {"turn": {"$gte": _EPOCH, "$lte": self._clock()}}
        found = await self._places.find(where, sort=[("turn", 1)], limit=MAX_TURNS)
        return await self.look_again([place.id for place in found])

    async def build(self) -> int:
        """Work out the places in views that are new, have changed or mean something else by now;
        how many views there were. One that was cut off goes on.
        """
        self._saved.forget()
        views, site = await self._saved.meant(), await self._saved.site()
        walk = await self._walks.begun("build")
        if walk is None or not _aimed_at(walk, views, site):
            aims = self._ready([view for view in views if view.built != view.version], site)
            if not aims:
                return 0
            walk = Walk(id="build", aims=aims)
        await self._walks.go(walk, views)
        for aim in walk.aims:
            where = {"_id": aim.id, "version": aim.version}
            await self._views.update(where, {"$set": {"built": aim.version, "built_as": aim.means}})
        await self._walks.end(walk)
        self._saved.forget()
        await self._changed(len(walk.aims), views=True)
        return len(walk.aims)

    def _ready(self, new: Sequence[SavedView], site: Site) -> tuple[Aim, ...]:
        """Those that every process knows as they are."""
        now = self._clock()
        aims = {_aim(view, site): view for view in new}
        self._unbuilt = {aim: self._unbuilt.get(aim, now) for aim in aims}
        return tuple(
            aim
            for aim, view in aims.items()
            if view.updated_at + KNOWN_BY_ALL < now
            and (view.built_as in {"", aim.means} or self._unbuilt[aim] + SITE_KNOWN < now)
        )

    async def recount(self) -> int:
        """Look again at every ticket that may stand anywhere; how many were wrong.

        Runs in the background under a lease; in slices, so that nothing waits for it. One that was
        cut off goes on.
        """
        walk = await self._walks.begun("recount") or Walk(id="recount")
        wrong = await self._walks.go(walk, await self._saved.meant())
        lost = await settle(self._mongo, self._sum_up)
        await self._changed(lost)
        wrong += lost
        await self._walks.end(walk)
        metrics.RECOUNTED.inc(wrong)
        return wrong

    async def _sum_up(self, session: Session) -> int:
        """The counters as the places add up to."""
        right: defaultdict[str, Counter[str]] = defaultdict(Counter)
        cursor = await self._places.raw.aggregate(_ADDED_UP, session=session)
        async for item in cursor:
            right[item["_id"]["scope"]][item["_id"]["key"]] = item["n"]
        kept = [one async for one in scope_counts(self._counts, {}, session)]
        wrong = [
            msgspec.structs.replace(count, n=dict(right[count.id]), at=self._clock())
            for count in kept
            if Counter(count.n) != right[count.id]
        ]
        await self._counts.replace_many(wrong, session=session)
        await self._drop_empty(session, [one for one in kept if not right[one.id]])
        # who sees the tickets of a lost counter, only they themselves can say: at the next recount
        lost = right.keys() - {count.id for count in kept}
        if lost:
            await self._places.delete({"scope": {"$in": sorted(lost)}}, session=session)
        return len(wrong) + len(lost)

    async def _drop_empty(self, session: Session, empty: Sequence[ScopeCount]) -> None:
        """Scopes in which no ticket stands any more, when that is known to everybody."""
        long_ago = self._clock() - EMPTY_KEPT
        gone = [one.id for one in empty if one.at < long_ago and not any(one.n.values())]
        for ids in portions(gone):
            await self._counts.delete({"_id": {"$in": list(ids)}}, session=session)


def _moves(event: Event) -> bool:
    return event.kind.startswith(TELLING) or any(one.field == WAITS for one in event.changes)


def _aim(view: SavedView, site: Site) -> Aim:
    return Aim(id=view.id, version=view.version, means=sum_of(view, site))


def _aimed_at(walk: Walk, views: Sequence[SavedView], site: Site) -> bool:
    """Whether any of its views is still to be worked out as it was asked for."""
    wanted = {_aim(view, site) for view in views if view.built != view.version}
    return not wanted.isdisjoint(walk.aims)


def _inbox_of(key: str) -> InboxId:
    return InboxId(key.removeprefix(INBOX))


def _place(ticket: Ticket, contacts: Mapping[ContactId, Contact], asked: _Asked) -> Place | None:
    facts = facts_of(ticket, contacts.get(ticket.contact_id), asked.site.state_of)
    return place_of(facts, asked.views, asked.now, asked.site.custom)


def _difference(moves: Moves) -> Mapping[str, dict[str, int]]:
    """What to add to the counters, by scope."""
    more: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for before, after in moves.values():
        if before:
            more[before.scope].subtract(before.keys)
        if after:
            more[after.scope].update(after.keys)
    steps = {
        id: {f"n.{key}": step for key, step in counter.items() if step}
        for id, counter in more.items()
    }
    return {id: step for id, step in steps.items() if step}
