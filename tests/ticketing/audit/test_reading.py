"""A list of the audit log costs the same however little of the log fits it."""

from datetime import timedelta

import msgspec
import pytest

from storage.events import Actor, Event, EventLog
from tests.ticketing.builders import NOW
from ticketing.audit.model import Subject
from ticketing.audit.reading import AuditQuery, AuditReading
from ticketing.audit.recording import fact
from ticketing.audit.store import AuditStore
from ticketing.permissions import Viewer
from ticketing.reading import sweep

LENA = Viewer(agent_id="agent-lena", name="Lena Brandt", role="admin", inbox_ids=None)
MIRA = Actor(kind="agent", id="mira", name="Mira Okafor")
EVENTS, BUDGET, CHUNK = 300, 60, 20


class CountingStore(AuditStore):
    """Counts the events that it gives out."""

    given = 0

    async def events(self, *window):
        found = await super().events(*window)
        self.given += len(found)
        return found


@pytest.fixture
async def store(mongo, monkeypatch):
    """A long log of changes, one login at its beginning, a note on another ticket there."""
    monkeypatch.setattr(sweep, "MAX_READ", BUDGET)
    monkeypatch.setattr(sweep, "CHUNK", CHUNK)
    events = [event(n) for n in range(EVENTS)]
    events.append(event(EVENTS, kind="note.added", ticket_id="ticket-2"))
    await mongo.transaction(lambda session: EventLog(mongo).append(session, events, fresh=True))
    store = CountingStore(mongo)
    long_ago = NOW - timedelta(days=30)
    await store.add([fact("login", Subject(kind="agent", id="mira"), MIRA, long_ago)])
    return store


def event(number, **more):
    values = {
        "id": f"event-{number:05}",
        "kind": "ticket.changed",
        "ticket_id": "ticket-1",
        "inbox_id": "inbox-1",
        "actor": MIRA,
        "at": NOW - timedelta(minutes=number),
    }
    return Event(**values | more)


async def pages(store, **query):
    """Everything that fits, page by page, and how many events the dearest page read."""
    found, cursor, dearest = [], None, 0
    while True:
        before = store.given
        page = await AuditReading(store).page(LENA, AuditQuery(cursor=cursor, **query), NOW)
        dearest = max(dearest, store.given - before)
        found += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found, dearest


async def test_a_page_that_little_fits_ends_short_and_goes_on(store):
    page = await AuditReading(store).page(LENA, AuditQuery(kind="login"), NOW)
    assert (page.items, page.next_cursor is None) == ([], False)
    found, dearest = await pages(store, kind="login")
    assert len(found) == 1
    assert dearest <= BUDGET + 2 * CHUNK


async def test_all_pages_hold_everything_once(store):
    found, _ = await pages(store, kind="ticket", limit=7)
    assert found == [f"event-{n:05}" for n in range(EVENTS)]


async def test_of_a_named_ticket_only_its_own_events_are_read(store):
    page = await AuditReading(store).page(LENA, AuditQuery(subject_id="ticket-2"), NOW)
    assert [one.kind for one in page.items] == ["note.added"]
    assert store.given <= 2


async def test_a_list_up_to_a_moment_begins_before_it(store):
    query = AuditQuery(until=NOW - timedelta(minutes=5), limit=2)
    page = await AuditReading(store).page(LENA, query, NOW)
    assert [one.id for one in page.items] == ["event-00006", "event-00007"]


async def test_of_a_named_subject_only_its_own_facts_are_read(store):
    others = [fact("login", Subject(kind="agent", id=f"a{n}"), MIRA, NOW) for n in range(200)]
    await store.add(others)
    given = []
    facts = store.facts

    async def counted(*window):
        found = await facts(*window)
        given.extend(found)
        return found

    store.facts = counted
    page = await AuditReading(store).page(LENA, AuditQuery(subject_id="mira"), NOW)
    assert [one.kind for one in page.items] == ["login"]
    assert len(given) == 1


class Asked(msgspec.Struct, frozen=True):
    """As a job's fact tells what was asked."""

    selection: tuple[str, ...]
    status: str


async def test_a_job_tells_its_tickets_only_to_who_sees_all(store):
    job = fact(
        "beginBulk", Subject(kind="bulk", id="j"), MIRA, NOW, after=Asked(("t-1",), "solved")
    )
    await store.add([job])
    partial = msgspec.structs.replace(LENA, role="", may=frozenset({"audit.read"}))
    for viewer, told in ((LENA, ["selection", "status"]), (partial, ["status"])):
        page = await AuditReading(store).page(viewer, AuditQuery(subject_id="j"), NOW)
        assert [[one.field for one in entry.changes] for entry in page.items] == [told]
