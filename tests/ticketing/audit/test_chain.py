"""Blocks prove what was sealed: a missing, altered, added or cut-off one is named."""

import json
from datetime import timedelta

import msgspec
import pytest

from storage.events import Actor, Event, EventLog
from tests.ticketing.builders import NOW
from ticketing.audit import sealing
from ticketing.audit.checking import exported, verify, verify_lines
from ticketing.audit.model import Subject
from ticketing.audit.recording import differences, fact
from ticketing.audit.sealing import SETTLED, Sealer
from ticketing.audit.store import INDEXES, AuditStore
from ticketing.model import Agent

MIRA = Actor(kind="agent", id="mira", name="Mira Okafor", ip="203.0.113.9", via="session:abc")
LATER = NOW + SETTLED + timedelta(minutes=1)


def event(number, at=NOW):
    return Event(
        id=f"event-{number:05}",
        kind="ticket.changed",
        ticket_id="ticket-1",
        inbox_id="inbox-1",
        actor=MIRA,
        at=at + timedelta(milliseconds=number),
    )


async def happened(mongo, events, facts=()):
    log = EventLog(mongo)
    await mongo.transaction(lambda session: log.append(session, events))
    await AuditStore(mongo).add(facts)


@pytest.fixture
async def store(mongo):
    class _Progress:
        pass

    for index in INDEXES:
        await index.ensure(mongo)
    return AuditStore(mongo)


@pytest.fixture
async def sealed(mongo, store):
    """1,203 facts in several blocks."""
    login = fact("login", Subject(kind="agent", id="mira"), MIRA, NOW)
    for start in range(0, 1200, 200):
        await happened(mongo, [event(n) for n in range(start, start + 200)])
    await happened(mongo, [event(5000), event(5001)], [login])
    assert await Sealer(store).seal(LATER) == 1203
    return store


async def test_what_happened_is_sealed_once_and_proven(sealed):
    assert await Sealer(sealed).seal(LATER) == 0
    assert await Sealer(sealed).seal_deep(LATER) == 0
    verdict = await verify(sealed, LATER)
    assert (verdict.problem, verdict.facts, verdict.blocks) == ("", 1203, 4)
    assert (verdict.unsealed, verdict.late) == (0, 0)


async def test_what_is_younger_waits_and_is_counted(mongo, store):
    await happened(mongo, [event(1)])
    assert await Sealer(store).seal(NOW + timedelta(seconds=5)) == 0
    assert (await verify(store, NOW + timedelta(seconds=5))).unsealed == 1


@pytest.mark.parametrize(
    ("place", "change", "problem"),
    [
        (
            ("events", "event-00700"),
            {"$set": {"kind": "note.added"}},
            "event-00700, sealed in block 2, was changed",
        ),
        (("events", "event-00700"), None, "event-00700, sealed in block 2, is missing"),
        (("audit_blocks", 2), {"$set": {"sealed_at": NOW}}, "block 2 was changed"),
        (("audit_blocks", 2), None, "block 2 is missing"),
        (("audit_blocks", 1), None, "block 1 is missing"),
    ],
)
async def test_whatever_was_done_to_it_is_named(mongo, sealed, place, change, problem):
    collection, where = place
    raw = mongo.db[collection]
    if change:
        await raw.update_one({"_id": where}, change)
    else:
        await raw.delete_one({"_id": where})
    assert problem in (await verify(sealed, LATER)).problem


async def test_a_chain_that_was_cut_off_no_longer_holds_its_noted_head(mongo, sealed):
    noted = (await verify(sealed, LATER)).head
    assert (await verify(sealed, LATER, noted)).problem == ""
    await mongo.db["audit_blocks"].delete_one({"_id": 4})
    assert noted in (await verify(sealed, LATER, noted)).problem


async def test_what_turns_up_late_is_sealed_and_told_of(mongo, sealed):
    old = event(9000, NOW - timedelta(hours=3))
    await happened(mongo, [old])
    assert await Sealer(sealed).seal(LATER) == 0
    assert await Sealer(sealed).seal_deep(LATER) == 1
    verdict = await verify(sealed, LATER)
    assert (verdict.problem, verdict.late, verdict.facts) == ("", 1, 1204)


async def test_two_sealers_make_one_chain(mongo, store):
    await happened(mongo, [event(n) for n in range(10)])
    head = await store.head()
    assert head is None
    first, second = Sealer(store), Sealer(store)
    assert await first.seal(LATER) + await second.seal(LATER) == 10
    assert (await verify(store, LATER)).problem == ""


async def lines(store, since, until):
    encoded = [msgspec.json.encode(line) async for line in exported(store, since, until)]
    return [json.loads(line) for line in encoded]


async def test_an_export_proves_itself(sealed):
    whole = await lines(sealed, NOW - timedelta(days=1), LATER)
    verdict = await verify_lines(iter(whole))
    assert (verdict.problem, verdict.facts, verdict.head) == (
        "",
        1203,
        (await verify(sealed, LATER)).head,
    )
    part = await lines(sealed, NOW + timedelta(milliseconds=600), NOW + timedelta(milliseconds=700))
    assert (await verify_lines(iter(part))).facts == 500


async def test_an_export_that_was_touched_is_refused(sealed):
    whole = await lines(sealed, NOW - timedelta(days=1), LATER)
    place = next(i for i, line in enumerate(whole) if "document" in line)
    without = [*whole[:place], *whole[place + 1 :]]
    assert "is missing" in (await verify_lines(iter(without))).problem
    whole[place]["document"]["actor"]["name"] = "Somebody Else"
    assert "was changed" in (await verify_lines(iter(whole))).problem


def test_secrets_are_named_and_never_shown():
    before = Agent(id="a", email="m@halden.example", name="Mira", role="agent", created_at=NOW)
    after = msgspec.structs.replace(before, role="admin", password_hash="argon2-s3cret")
    told = {one.field: (one.before, one.after) for one in differences(before, after)}
    assert told == {"role": ("agent", "admin"), "password_hash": (None, "•••")}


class CountingStore(AuditStore):
    """Counts the blocks that it gives out."""

    given = 0

    async def some_blocks(self, first):
        found = await super().some_blocks(first)
        self.given += len(found)
        return found


async def test_a_deep_look_reads_each_block_once(mongo, store):
    for hour in range(20):
        await happened(mongo, [event(hour * 10, NOW + timedelta(hours=hour))])
        await Sealer(store).seal(NOW + timedelta(hours=hour, minutes=5))
    counting = CountingStore(mongo)
    assert await Sealer(counting).seal_deep(NOW + timedelta(hours=20)) == 0
    assert counting.given <= 20 + 2 * 20  # and the first few for each source


async def test_what_turns_up_days_late_is_counted_and_sealed_in_the_end(mongo, store):
    day = timedelta(days=1)
    await happened(mongo, [event(1, NOW - 10 * day)])
    await Sealer(store).seal(LATER - 10 * day)
    await happened(mongo, [event(2)])
    await Sealer(store).seal(LATER)
    login = fact("login", Subject(kind="agent", id="mira"), MIRA, NOW - 5 * day)
    await happened(mongo, [event(9000, NOW - 7 * day)], [login])
    assert (await verify(store, LATER)).unsealed == 2
    found = [await Sealer(store).seal_deep(LATER, 2 * day) for _ in range(5)]
    verdict = await verify(store, LATER)
    assert (sum(found), verdict.problem, verdict.unsealed, verdict.facts) == (2, "", 0, 4)


async def test_a_turn_that_is_cut_off_between_the_sources_goes_on(mongo, store, monkeypatch):
    login = fact("login", Subject(kind="agent", id="mira"), MIRA, NOW - timedelta(days=3))
    await happened(mongo, [event(1)], [login])
    raw = store.raw

    async def cut_off(source, *window):
        if source == "audit_facts":
            raise OSError("cut off")
        return await raw(source, *window)

    monkeypatch.setattr(store, "raw", cut_off)
    with pytest.raises(OSError, match="cut off"):
        await Sealer(store).seal(LATER)
    monkeypatch.setattr(store, "raw", raw)
    assert await Sealer(store).seal(LATER) == 1
    assert (await verify(store, LATER)).unsealed == 0


class Killed(BaseException):
    """As by kill -9: nothing is tidied up."""


class DyingStore(AuditStore):
    """Dies at the ``dies_at``th page, and counts what was read."""

    dies_at, pages, read = 0, 0, 0

    async def raw(self, *window):
        self.pages += 1
        if self.pages == self.dies_at:
            raise Killed
        found = await super().raw(*window)
        self.read += len(found)
        return found


@pytest.mark.parametrize("look", ["seal", "seal_deep"])
async def test_a_look_that_is_killed_goes_on_where_it_was(mongo, store, monkeypatch, look):
    monkeypatch.setattr(sealing, "PAGE", 50)
    monkeypatch.setattr(sealing, "MOST", 20)
    monkeypatch.setattr(sealing, "LOOK_BACK", timedelta(minutes=3))
    hours = [event(n, NOW - timedelta(minutes=n)) for n in range(600)]
    await happened(mongo, hours)
    dying, kills = DyingStore(mongo), 0
    while (verdict := await verify(store, LATER)).unsealed:
        dying.dies_at = dying.pages + 13
        try:
            await getattr(Sealer(dying), look)(LATER)
        except Killed:
            kills += 1
            assert kills < 12, "it does not come to an end"
    assert (verdict.problem, verdict.facts) == ("", 600)
    assert kills >= 2
    assert dying.read <= 600 + 60 * kills


async def test_the_head_is_found_by_its_number(mongo, store, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 1)
    assert await store.head() is None
    await happened(mongo, [event(n) for n in range(37)])
    await Sealer(store).seal(LATER)
    for known in (store, AuditStore(mongo)):
        assert (await known.head()).seq == 37
    await mongo.db["audit_blocks"].delete_many({"_id": {"$gt": 5}})
    assert (await store.head()).seq == 5


async def test_many_blocks_that_are_missing_are_not_the_end(mongo, store, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 1)
    await happened(mongo, [event(n) for n in range(60)])
    await Sealer(store).seal(LATER)
    await mongo.db["audit_blocks"].delete_many({"_id": {"$gt": 5, "$lt": 50}})
    assert (await verify(store, LATER)).problem == "block 6 is missing"
