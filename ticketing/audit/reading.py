"""What an auditor reads: events of tickets and facts beside them, as one list."""

from collections.abc import Sequence
from datetime import datetime

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
from ticketing.reading.sweep import Entry as Placed
from ticketing.reading.sweep import Sweep
from ticketing.reading.windows import Cursor, Page, read_cursor
from ticketing.redaction import told_changes

MAX_LIMIT = 100
TICKETS_OF_JOBS = frozenset({"selection"})


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
        """Forbidden for who may not audit. A page may be shorter than asked for although more
        follows: as long as there is a cursor, go on.
        """
        if not allowed(viewer, "audit.read"):
            raise Forbidden("audit.read")

        async def fetch(since: datetime, until: datetime, limit: int) -> list[Placed[Entry]]:
            found = await self._merged(since, until, limit, query.subject_id)
            return [Placed(one.at, one.id, one) for one in found]

        async def keep(entries: Sequence[Placed[Entry]]) -> list[Placed[Entry]]:
            fitting = [one.item for one in entries if _fits(one.item, query)]
            return [Placed(one.at, one.id, one) for one in await self._seen(viewer, fitting)]

        cursor = read_cursor(query.cursor) or _before(query.until)
        sweep = Sweep(fetch, keep, now=now)
        page = await sweep.page(cursor, max(1, min(query.limit, MAX_LIMIT)))
        return Page(items=[one.item for one in page.items], next_cursor=page.next_cursor)

    async def _seen(self, viewer: Viewer, entries: list[Entry]) -> list[Entry]:
        """Without what happened to tickets that the viewer does not see, and in hidden inboxes."""
        if sees_everything(viewer):
            return entries
        tickets = await self._store.tickets({one.subject.id for one in entries if _of_ticket(one)})
        return [
            shown
            for one in entries
            if _visible(viewer, one, tickets.get(one.subject.id))
            and (shown := _told(viewer, one)) is not None
        ]

    async def _merged(
        self, since: datetime, until: datetime, limit: int, subject_id: str
    ) -> list[Entry]:
        events = map(_of_event, await self._store.events(since, until, limit, subject_id))
        facts = map(_of_fact, await self._store.facts(since, until, limit, subject_id))
        both = sorted((*events, *facts), key=lambda one: (one.at, one.id), reverse=True)
        return both[:limit]


def _before(until: datetime | None) -> Cursor | None:
    """Where a list begins that ends at a moment; no id sorts before "0"."""
    return None if until is None else Cursor(moment=until, id="0")


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
    """An event without a ticket is about a person. Most facts are beside the tickets."""
    if not _of_ticket(entry):
        return True
    if ticket is None:
        return sees_everybody(viewer)
    within = not entry.of_event or sees_inbox(viewer, InboxId(entry.inbox_id))
    return within and sees(viewer, ticket)


def _of_ticket(entry: Entry) -> bool:
    return entry.of_event or entry.subject.kind == "ticket"


def _told(viewer: Viewer, entry: Entry) -> Entry | None:
    """Of an event only what the viewer may read; of a bulk job not which tickets it was given."""
    if not entry.of_event:
        kept = tuple(one for one in entry.changes if one.field not in TICKETS_OF_JOBS)
        return msgspec.structs.replace(entry, changes=kept)
    changes = told_changes(viewer, entry.changes)
    if entry.changes and not changes:
        return None
    return msgspec.structs.replace(entry, changes=changes)
