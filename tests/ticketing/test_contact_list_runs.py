"""A list is read by workers that die: each line counts once, and all of it is taken back."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from gateway.recipients import recipient
from storage.errors import BlobMissing
from storage.ids import utc_now
from tests.ticketing.builders import NOW, a_ticket
from ticketing.errors import Refused
from ticketing.model import Contact
from ticketing.people.directory import PeopleDirectory
from ticketing.people.lists.handlers import Imports, Start, Upload
from ticketing.people.lists.model import fingerprint
from ticketing.people.lists.running import AT_ONCE, ListRunner, spare_files
from ticketing.people.lists.source import Source
from ticketing.people.lists.store import ListStore, slice_id
from ticketing.people.lists.undoing import ListUndo
from ticketing.people.store import PeopleStore
from ticketing.permissions import Viewer
from ticketing.transactions import Transactions

ADMIN = Viewer(agent_id="agent-mira", name="Mira Okafor", role="admin", inbox_ids=None)
LINES = 3 * AT_ONCE + 7
LATER = timedelta(hours=1)


class Office:
    """Everything that lists need, on the real store."""

    def __init__(self, house):
        self.house = house
        self.people = PeopleStore(house.collections)
        self.lists = ListStore(house.collections)
        self.directory = PeopleDirectory(self.people)
        self.transactions = Transactions(house.collections, house.events, house.offered.extend)
        self.rung = []
        self.imports = Imports(
            store=self.lists,
            source=Source(house.blobs),
            blobs=house.blobs,
            directory=self.directory,
            transactions=self.transactions,
            ring=self.ring,
        )

    async def ring(self, id):
        self.rung.append(id)

    def runner(self):
        """Another worker."""
        return ListRunner(
            store=self.lists,
            people=self.people,
            source=Source(self.house.blobs),
            directory=self.directory,
            transactions=self.transactions,
            address=recipient,
        )

    def undo(self):
        return ListUndo(self.lists, self.people, self.transactions)

    async def started(self, data):
        blob = await self.house.blobs.put(data)
        upload = Upload(name="x.csv", sha256=blob.sha256, size=blob.size, key="key-1")
        job = await self.imports.create(ADMIN, upload, NOW)
        return await self.imports.start(
            ADMIN, job.id, Start(mapping=job.mapping, dry_run=False, verified=True), NOW
        )

    async def everybody(self) -> list[Contact]:
        return await self.people.contacts.find({}, limit=10_000)


@pytest.fixture
def office(house):
    return Office(house)


def a_list():
    lines = (f"Person {n},{f'p{n}@x.example' if n % 2 else ''}\n" for n in range(LINES))
    return ("name,mailto\n" + "".join(lines)).encode()


async def test_workers_that_stop_after_each_slice_count_each_line_once(office):
    job = await office.started(a_list())
    assert office.rung == [job.id]
    for _ in range(6):
        await office.runner().work(job.id, lambda: False)
    done = await office.lists.imports.get(job.id)
    assert (done.state, done.counts.lines, done.counts.created) == ("done", LINES, LINES)
    assert len(await office.everybody()) == LINES


async def test_a_worker_that_is_cut_off_anywhere_loses_and_repeats_nothing(office):
    job = await office.started(a_list())
    for pause in (0.01, 0.05, 0.1, 0.15, 0.2, 0.3):
        task = asyncio.create_task(office.runner().work(job.id, lambda: True))
        await asyncio.sleep(pause)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await office.runner().work(job.id, lambda: True)
    done = await office.lists.imports.get(job.id)
    assert (done.state, done.counts.lines, done.counts.created) == ("done", LINES, LINES)
    # what is stored counts: who is cut off after a commit leaves telling of it to the sweeper
    stored = await office.house.events.since(datetime(1971, 1, 1, tzinfo=UTC), 10_000)
    created = [one for one in stored if one.kind == "contact.created"]
    assert len(created) == len(await office.everybody()) == LINES


async def test_two_workers_at_once_count_each_line_once(office):
    job = await office.started(a_list())
    await asyncio.gather(*(office.runner().work(job.id, lambda: True) for _ in range(2)))
    done = await office.lists.imports.get(job.id)
    assert done.counts.lines == done.counts.created == LINES
    assert len(await office.everybody()) == LINES


async def test_an_undo_gives_tickets_back_to_their_organisation(office):
    job = await office.started(a_list())
    await office.runner().work(job.id, lambda: True)
    one = (await office.everybody())[0]
    kinds = office.house.collections
    await kinds.tickets.insert(a_ticket(contact_id=one.id, organisation_id="theirs"))
    done = await office.lists.slices.get(slice_id(job.id, 0))
    before = replace(one, organisation_id="ours")
    changed = replace(done, created=(), before=(before,), prints={one.id: fingerprint(one)})
    await office.lists.slices.replace_many([changed])
    await office.imports.undo(ADMIN, job.id, NOW)
    await office.undo().work(job.id, lambda: True)
    assert (await office.house.ticket()).organisation_id == "ours"


async def test_an_undo_that_stops_goes_on(office):
    job = await office.started(a_list())
    await office.runner().work(job.id, lambda: True)
    used = (await office.everybody())[0]
    await office.people.contacts.replace_many([replace(used, vip=1, version=2)])
    await office.imports.undo(ADMIN, job.id, NOW)
    for _ in range(6):
        await office.undo().work(job.id, lambda: False)
    undone = await office.lists.imports.get(job.id)
    assert (undone.state, undone.counts.removed, undone.counts.kept) == ("undone", LINES - 1, 1)
    assert [one.id for one in await office.everybody()] == [used.id]


async def test_a_file_that_is_gone_ends_the_job_with_its_reason(office):
    job = await office.started(a_list())
    await office.lists.imports.update({"_id": job.id}, {"$set": {"sha256": "0" * 64}})
    await office.runner().work(job.id, lambda: True)
    ended = await office.lists.imports.get(job.id)
    assert (ended.state, "gone" in ended.problem) == ("cancelled", True)


async def test_an_attachment_with_the_same_bytes_survives(office):
    blobs, data = office.house.blobs, b"name,mailto\nInes,ines@customer.example\n"
    mailed = await blobs.put(data)
    await blobs.touch(None, [mailed.sha256])
    job = await office.started(data)
    await office.runner().work(job.id, lambda: True)
    assert (await office.lists.imports.get(job.id)).state == "done"
    assert await blobs.collect_orphans(utc_now() + LATER) == 0
    assert await blobs.read(mailed.sha256, 1000) == data


async def test_a_list_stays_while_its_job_runs_and_goes_afterwards(office):
    blobs = office.house.blobs
    job = await office.started(a_list())
    await office.runner().work(job.id, lambda: False)
    await asyncio.sleep(0.01)
    paused = utc_now()
    await spare_files(office.lists, blobs)
    assert await blobs.collect_orphans(paused) == 0
    await office.runner().work(job.id, lambda: True)
    await asyncio.sleep(0.01)
    done = utc_now()
    await spare_files(office.lists, blobs)
    assert await blobs.collect_orphans(done) == 1
    with pytest.raises(BlobMissing):
        await blobs.read(job.sha256, 10_000)


async def test_a_list_that_is_gone_is_not_started(office):
    blob = await office.house.blobs.put(b"name\nInes\n")
    upload = Upload(name="x.csv", sha256=blob.sha256, size=blob.size, key="key-2")
    job = await office.imports.create(ADMIN, upload, NOW)
    assert await office.house.blobs.collect_orphans(utc_now() + LATER) == 1
    with pytest.raises(Refused, match="upload it again"):
        await office.imports.start(ADMIN, job.id, Start(mapping=job.mapping, dry_run=True), NOW)
