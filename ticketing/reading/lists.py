"""Which tickets a list shows: a narrow prefix is asked of the database, the rest is picked here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId
from ticketing.errors import Invalid, NotFound, ViewBroken
from ticketing.model import Ticket
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.store import ReadingStore
from ticketing.reading.sweep import Entry, Fetch, Sweep
from ticketing.reading.windows import FLOOR, Page, read_cursor
from ticketing.views.fields import Custom, Facts, StateOf, facts_of, field_of
from ticketing.views.matching import asks_for_me, first_wrong, matches, sleeps
from ticketing.views.meaning import Site, meant
from ticketing.views.model import ME, BuiltIn, OneOf, SavedView, Sort
from ticketing.views.places import MENTIONS, saved_key, saved_keys
from ticketing.views.reach import unreadable, usable_by, withheld
from ticketing.views.saved import SavedViews

MAX_LIMIT = 100
OLDEST = timedelta(days=3650)  # nobody waits for longer
STEP = timedelta(minutes=1)
MAX_BEGINS = 500
FIELDS: Mapping[Sort, str] = {
    "activity": "activity_at",
    "created": "created_at",
    "waiting": "waiting_since",
}
Judge = Callable[[Facts], bool]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wants to see. ``view``: a built-in one's name or a saved one's id. Without a
    ``sort`` it is the view's own.
    """

    view: str = "open"
    inbox_id: InboxId | None = None
    sort: Sort | None = None
    cursor: str | None = None
    limit: int = 50


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is read: by ``keys`` of places where there are any, else by ``where``."""

    where: Mapping[str, Any] = {}
    keys: tuple[str, ...] = ()
    fits: Judge
    of_contacts: bool = False
    state_of: StateOf | None = None
    sort: Sort = "activity"


class Lists:
    """Pages of tickets; what the viewer may not see does not count."""

    def __init__(self, store: ReadingStore, saved: SavedViews) -> None:
        self._store = store
        self._saved = saved
        self._begins: dict[str, datetime] = {}

    async def page(self, viewer: Viewer, query: ListQuery, now: datetime) -> Page[Ticket]:
        """A page of a view; an inbox that the viewer may not see gives an empty one. It may be
        shorter than asked for although more follows: as long as there is a cursor, go on.
        """
        if query.inbox_id is not None and not sees_inbox(viewer, query.inbox_id):
            return Page(items=[])
        listing = await self._listing(viewer, query, now)
        cursor = read_cursor(query.cursor)
        sort = query.sort or listing.sort
        newest = sort != "waiting"
        fetch = self._fetch(viewer, query, listing, sort)
        oldest = FLOOR if newest or cursor else await self._oldest(listing, now)

        async def keep(entries: Sequence[Entry[Ticket]]) -> list[Entry[Ticket]]:
            return await self._fitting(viewer, query, listing, entries)

        sweep = Sweep(fetch, keep, now=now, newest=newest, oldest=oldest)
        page = await sweep.page(cursor, max(1, min(query.limit, MAX_LIMIT)))
        return Page(items=[one.item for one in page.items], next_cursor=page.next_cursor)

    async def _listing(self, viewer: Viewer, query: ListQuery, now: datetime) -> Listing:
        if query.view in _BUILT_IN:
            if query.view == "all" and query.sort == "waiting":
                raise Invalid("sort", "only open tickets wait: choose another view")
            if kept := withheld(viewer, query.view):
                raise ViewBroken(kept, "your role does not show it to you")
            return _BUILT_IN[query.view](viewer.agent_id, now)
        view = (await self._saved.by_id()).get(query.view)
        if view is None or not usable_by(viewer, view):
            raise NotFound("view", query.view)
        site = await self._saved.site()
        check_whole(view, site.custom)
        if hidden := unreadable(viewer, view, site.custom):
            raise ViewBroken(hidden, "your role does not show it to you")
        return saved_listing(meant(view, site), viewer.agent_id, now, site)

    def _fetch(
        self, viewer: Viewer, query: ListQuery, listing: Listing, sort: Sort
    ) -> Fetch[Ticket]:
        field, descending = FIELDS[sort], sort != "waiting"

        async def by_ticket(since: datetime, until: datetime, limit: int) -> list[Entry[Ticket]]:
            where = {**listing.where, **_visible(viewer, query)}
            read = self._store.ticket_slice if descending else self._store.waiting_slice
            found = await read(where, field, since, until, limit)
            return [Entry(getattr(one, field) or FLOOR, one.id, one) for one in found]

        async def by_place(since: datetime, until: datetime, limit: int) -> list[Entry[Ticket]]:
            order = (field, -1 if descending else 1)
            places = await self._store.places(listing.keys, order, since, until, limit)
            found = await self._store.tickets(place.id for place in places)
            return [
                Entry(getattr(place, field), place.id, found[place.id])
                for place in places
                if place.id in found
            ]

        return by_place if listing.keys else by_ticket

    async def _oldest(self, listing: Listing, now: datetime) -> datetime:
        """Where the list of who waits begins.

        The small server reads all of a window to give its first. So it is known from the last time
        where the list begins, and what is before that is asked for alone: next to nothing. The
        first time it is looked for in windows of a tenth of their age.
        """
        key = repr((sorted(listing.where.items()), listing.keys))
        known = self._begins.get(key)
        until, step = (known, STEP) if known else (now - OLDEST, OLDEST)
        first = await self._first(listing, FLOOR, until)
        while first is None and until < now:
            since, until = until, until + max(min(step, (now - until) / 10), STEP)
            first, step = await self._first(listing, since, until), min(2 * step, OLDEST)
        if len(self._begins) >= MAX_BEGINS:
            self._begins.clear()
        self._begins[key] = first or now
        return first or now

    async def _first(self, listing: Listing, since: datetime, until: datetime) -> datetime | None:
        field = FIELDS["waiting"]
        if listing.keys:
            return await self._store.first_place(listing.keys, field, since, until)
        return await self._store.first_ticket(listing.where, field, since, until)

    async def _fitting(
        self,
        viewer: Viewer,
        query: ListQuery,
        listing: Listing,
        entries: Sequence[Entry[Ticket]],
    ) -> list[Entry[Ticket]]:
        seen = [one for one in entries if sees(viewer, one.item) and _of_inbox(one.item, query)]
        contacts = await self._store.contacts(
            {one.item.contact_id for one in seen} if listing.of_contacts else ()
        )
        return [
            one
            for one in seen
            if listing.fits(facts_of(one.item, contacts.get(one.item.contact_id), listing.state_of))
        ]


def check_whole(view: SavedView, custom: Custom) -> None:
    """Raises ViewBroken that names the first field which is gone."""
    wrong = first_wrong(view.conditions, custom)
    if wrong:
        raise ViewBroken(*wrong)


def saved_listing(view: SavedView, me: AgentId, now: datetime, site: Site) -> Listing:
    """By its places; by tickets as long as those are being worked out."""
    keys = saved_keys(view.id, me) if asks_for_me(view) else (saved_key(view.id),)
    custom = site.custom
    fields = [field_of(one.field, custom) for one in view.conditions]
    return Listing(
        where=narrow(view, me),
        keys=keys if view.built == view.version else (),
        fits=lambda facts: matches(view, facts, now, me=me, custom=custom),
        of_contacts=any(field is not None and field.of_contact for field in fields),
        state_of=site.state_of,
        sort=view.sort,
    )


def narrow(view: SavedView, me: AgentId) -> dict[str, Any]:
    """An equality prefix that every ticket of the view has, for an index."""
    single = {
        condition.field: condition.values[0]
        for condition in view.all_of
        if isinstance(condition, OneOf) and len(condition.values) == 1
    }
    if view.scope == "open" and "assignee" in single:
        owner = single["assignee"]
        return {"assignee_id": me if owner == ME else owner, "open": True}
    if "status" in single:
        return {"status": single["status"]}
    return {"open": True} if view.scope == "open" else {}


def _visible(viewer: Viewer, query: ListQuery) -> dict[str, Any]:
    """What of visibility is asked of the database; ``sees`` judges the rest of what was read. The
    small server reads the whole window for each condition beside it.
    """
    if query.inbox_id is not None:
        return {"inbox_ids": query.inbox_id}
    if viewer.inbox_ids is not None:
        return {"inbox_ids": {"$in": sorted(viewer.inbox_ids)}}
    return {}


def _of_inbox(ticket: Ticket, query: ListQuery) -> bool:
    return query.inbox_id is None or query.inbox_id in (ticket.inbox_id, *ticket.inbox_ids)


def _awake(now: datetime) -> Judge:
    def fits(facts: Facts) -> bool:
        ticket = facts.ticket
        return ticket.open and not ticket.blocked and not sleeps(ticket, now)

    return fits


def _unanswered(now: datetime) -> Judge:
    awake = _awake(now)
    return lambda facts: facts.ticket.waiting_since is not None and awake(facts)


def _asleep(now: datetime) -> Judge:
    return lambda facts: facts.ticket.open and sleeps(facts.ticket, now)


def _any(_facts: Facts) -> bool:
    return True


def _mentions(me: AgentId) -> Judge:
    return lambda facts: me in facts.ticket.mentioned


_BUILT_IN: Mapping[str, Callable[[AgentId, datetime], Listing]] = {
    "mine": lambda me, now: Listing(where={"assignee_id": me, "open": True}, fits=_awake(now)),
    "unassigned": lambda _, now: Listing(where={"assignee_id": "", "open": True}, fits=_awake(now)),
    "mentions": lambda me, _: Listing(keys=(MENTIONS + me,), fits=_mentions(me)),
    "waiting": lambda _, now: Listing(where={"status": "waiting"}, fits=_awake(now)),
    "longest": lambda _, now: Listing(where={"open": True}, fits=_unanswered(now), sort="waiting"),
    "held": lambda _, now: Listing(where={"status": "held"}, fits=_awake(now)),
    "snoozed": lambda _, now: Listing(keys=("snoozed",), fits=_asleep(now)),
    "open": lambda _, now: Listing(where={"open": True}, fits=_awake(now)),
    "solved": lambda *_: Listing(where={"status": "solved"}, fits=_any),
    "all": lambda *_: Listing(fits=_any),
}
BUILT_IN_NAMES: tuple[BuiltIn, ...] = get_args(BuiltIn)
