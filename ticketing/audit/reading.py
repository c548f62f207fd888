"""What an auditor reads: events of tickets and facts beside them, as one list."""

from datetime import datetime, timedelta

import msgspec

from connectors.contract import InboxId
from storage.events import Event
from ticketing.audit.model import Entry, Fact, Subject
from ticketing.audit.store import AuditStore
from ticketing.errors import Forbidden
from ticketing.model import Ticket
from ticketing.permissions import (
    Viewer,
    allowed,
    sees,
    sees_everybody,
    sees_everything,
    sees_inbox,
)
from ticketing.reading.windows import Cursor, Page, latest, newest_first, page_of, read_cursor
from ticketing.redaction import told_changes

MAX_LIMIT = 100
PAGE = 500
MOST = 10_000
MILLISECOND = timedelta(milliseconds=1)


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Empty: any. ``kind`` matches also what begins with it and a dot (``ticket``);
    ``subject`` is an id.
    """

    actor_id: str = ""
    kind: str = ""
    subject_id: str = ""
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 50


class AuditReading:
    """Newest first, within what the viewer's inboxes let them know."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def page(self, viewer: Viewer, query: AuditQuery, now: datetime) -> Page[Entry]:
        """Forbidden for who may not audit."""
        if not allowed(viewer, "audit.read"):
            raise Forbidden("audit.read")
        limit = max(1, min(query.limit, MAX_LIMIT))
        cursor = read_cursor(query.cursor)

        async def fetch(since: datetime, until: datetime, wanted: int) -> list[Entry]:
            return await self._between(viewer, query, since, until, wanted)

        if cursor is not None:
            found = await self._ties(viewer, query, cursor)
            found += await newest_first(fetch, cursor.moment, limit + 1 - len(found))
        elif query.until is not None:
            found = await newest_first(fetch, query.until, limit + 1)
        else:
            found = await latest(fetch, now, limit + 1)
        return page_of(found, limit, lambda one: Cursor(moment=one.at, id=one.id))

    async def _ties(self, viewer: Viewer, query: AuditQuery, cursor: Cursor) -> list[Entry]:
        """The rest of the cursor's own moment."""
        until = cursor.moment + MILLISECOND
        found = await self._between(viewer, query, cursor.moment, until, MOST)
        return [one for one in found if one.id < cursor.id]

    async def _between(
        self, viewer: Viewer, query: AuditQuery, since: datetime, until: datetime, wanted: int
    ) -> list[Entry]:
        """The newest ``wanted`` that fit within [since, until), read page by page."""
        fitting: list[Entry] = []
        while len(fitting) < wanted:
            page = await self._merged(since, until, PAGE)
            whole = page if len(page) < PAGE else _without_last_moment(page)
            fitting += await self._seen(viewer, [one for one in whole if _fits(one, query)])
            if len(page) < PAGE:
                break
            until = whole[-1].at
        return fitting[:wanted]

    async def _seen(self, viewer: Viewer, entries: list[Entry]) -> list[Entry]:
        """Without what happened to tickets that the viewer does not see, and in hidden inboxes."""
        if sees_everything(viewer):
            return entries
        tickets = await self._store.tickets({one.subject.id for one in entries if one.of_event})
        return [
            shown
            for one in entries
            if _visible(viewer, one, tickets.get(one.subject.id))
            and (shown := _told(viewer, one)) is not None
        ]

    async def _merged(self, since: datetime, until: datetime, limit: int) -> list[Entry]:
        events = map(_of_event, await self._store.events(since, until, limit))
        facts = map(_of_fact, await self._store.facts(since, until, limit))
        both = sorted((*events, *facts), key=lambda one: (one.at, one.id), reverse=True)
        return both[:limit]


def _without_last_moment(page: list[Entry]) -> list[Entry]:
    """What the next page begins with may share the last one's moment: that whole moment is its."""
    kept = [one for one in page if one.at > page[-1].at]
    return kept or page


def _of_event(event: Event) -> Entry:
    return Entry(
        id=event.id,
        kind=event.kind,
        subject=Subject(kind="ticket", id=event.ticket_id),
        actor=event.actor,
        at=event.at,
        changes=event.changes,
        why=event.why,
        inbox_id=event.inbox_id,
        of_event=True,
    )


def _of_fact(fact: Fact) -> Entry:
    return Entry(
        id=fact.id,
        kind=fact.kind,
        subject=fact.subject,
        actor=fact.actor,
        at=fact.at,
        changes=fact.changes,
        why=fact.why,
    )


def _fits(entry: Entry, query: AuditQuery) -> bool:
    return (
        (not query.actor_id or entry.actor.id == query.actor_id)
        and (not query.subject_id or entry.subject.id == query.subject_id)
        and (not query.kind or f"{entry.kind}.".startswith(f"{query.kind}."))
    )


def _visible(viewer: Viewer, entry: Entry, ticket: Ticket | None) -> bool:
    """A fact is beside the tickets; an event without a ticket is about a person."""
    if not entry.of_event:
        return True
    if ticket is None:
        return sees_everybody(viewer)
    return sees_inbox(viewer, InboxId(entry.inbox_id)) and sees(viewer, ticket)


def _told(viewer: Viewer, entry: Entry) -> Entry | None:
    """Of an event only what the viewer may read."""
    changes = told_changes(viewer, entry.changes) if entry.of_event else entry.changes
    if entry.changes and not changes:
        return None
    return msgspec.structs.replace(entry, changes=changes)
