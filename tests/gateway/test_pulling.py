"""What a pull gives reaches the journal in order, and the cursor never passes what is not there."""

import asyncio

import pytest

from connectors.contract import Pulled
from connectors.errors import CredentialsRefused
from gateway.store import EdgeStore
from gateway.workers import intake as intake_module
from gateway.workers.intake import Intake
from gateway.workers.pulling import PullLoop
from gateway.workers.store import CursorStore
from storage.errors import JournalFull, JournalUnavailable
from tests.ticketing.builders import an_inbox


class Journal:
    """Takes a while; refuses the bodies in ``refuse``."""

    def __init__(self, refuse=()):
        self.refuse = set(refuse)
        self.records = []
        self.under_way = 0
        self.most = 0
        self.backlog = 0

    async def append(self, record):
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            # the later ones are quicker, so that order is not an accident
            await asyncio.sleep(0.02 if record.body == b"0" else 0.001)
            if record.body in self.refuse:
                raise JournalUnavailable("no")
            self.records.append(record)
        finally:
            self.under_way -= 1

    async def backlog_of(self, inbox_id, most):
        return min(self.backlog, most)


class Puller:
    """Numbers from the cursor on, up to ``count``; then raises ``error``, if any."""

    def __init__(self, count, error=None):
        self.count = count
        self.error = error
        self.pulls = 0
        self.noted = 0

    async def pull(self, cursor):
        self.pulls += 1
        for number in range(int(cursor or 0), self.count):
            yield Pulled(body=b"%d" % number, cursor=str(number + 1))
        if self.error:
            raise self.error


@pytest.fixture
def cursors(mongo):
    return CursorStore(mongo)


@pytest.fixture
def state(mongo):
    async def read():
        return await EdgeStore(mongo).pulls.get(an_inbox().id)

    return read


async def run(puller, journal, cursors, until):
    """The loop, until ``until`` or the first wait for news."""

    async def note(inbox, now):
        puller.noted += 1

    loop = PullLoop(inbox=an_inbox(), puller=puller, journal=journal, cursors=cursors, note=note)
    waits = asyncio.Event()

    async def wait():
        waits.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(loop.run(wait))
    async with asyncio.timeout(20):
        while not (waits.is_set() or await until()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])


async def never():
    return False


async def test_many_items_share_the_way_and_keep_their_order(cursors):
    journal = Journal()
    await run(Puller(300), journal, cursors, never)
    came = sorted(journal.records, key=lambda one: one.received_at)
    assert [int(one.body) for one in came] == list(range(300))
    assert len({one.received_at for one in came}) == 300
    assert 1 < journal.most <= intake_module.UNDER_WAY
    assert await cursors.load(an_inbox().id) == "300"


async def test_the_cursor_stays_before_what_was_not_stored(cursors):
    journal = Journal(refuse=[b"7"])
    intake = Intake(inbox=an_inbox(), transport="poll", journal=journal, cursors=cursors)
    for number in range(20):
        await intake.take(Pulled(body=b"%d" % number, cursor=str(number + 1)))
    with pytest.raises(JournalUnavailable):
        await intake.end()
    await intake.end()
    assert await cursors.load(an_inbox().id) == "7"


async def test_a_pull_that_breaks_off_keeps_what_came_and_goes_on_there(cursors, state):
    journal = Journal(refuse=[b"7"])
    puller = Puller(20, error=OSError("cut"))

    async def healed():
        journal.refuse.clear()
        puller.error = None
        return False

    await run(puller, journal, cursors, healed)
    assert {int(one.body) for one in journal.records} == set(range(20))
    assert await cursors.load(an_inbox().id) == "20"
    assert (await state()).failing_since is None


async def test_a_full_journal_is_waited_for(cursors, monkeypatch):
    monkeypatch.setattr(intake_module, "PATIENCE_S", (0.01,) * 6)
    journal, full = Journal(), iter([True, True, False])
    append = journal.append

    async def crowded(record):
        if next(full, False):
            raise JournalFull("2000 wait")
        return await append(record)

    journal.append = crowded
    puller = Puller(3)
    await run(puller, journal, cursors, never)
    assert (len(journal.records), puller.pulls, puller.noted) == (3, 1, 0)


async def test_whoever_loses_the_lease_moves_no_cursor(cursors):
    journal = Journal()
    intake = Intake(inbox=an_inbox(), transport="poll", journal=journal, cursors=cursors)
    await intake.take(Pulled(body=b"0", cursor="1"))
    await intake.abandon()
    await intake.end()
    assert await cursors.load(an_inbox().id) == ""


async def test_a_huge_mailbox_waits_while_ingest_is_behind(cursors, monkeypatch):
    monkeypatch.setattr(intake_module, "BACKLOG_PAUSE_S", 0.01)
    journal = Journal()
    journal.backlog = intake_module.BACKLOG_MOST

    async def drained():
        if len(journal.records) >= 90 and journal.backlog:
            await asyncio.sleep(0.05)
            assert len(journal.records) < 100
            journal.backlog = 0
        return False

    await run(Puller(150), journal, cursors, drained)
    assert len(journal.records) == 150


async def test_a_refused_login_is_told_and_not_tried_again_at_once(cursors, state):
    puller = Puller(0, error=CredentialsRefused("mail.example refuses the login"))

    async def told():
        found = await state()
        return found is not None and found.refused and puller.noted

    await run(puller, Journal(), cursors, told)
    found = await state()
    assert found.error == "mail.example refuses the login"
    assert found.failing_since is not None
    assert (puller.pulls, puller.noted) == (1, 1)


async def test_since_when_it_fails_is_kept_and_forgotten_once_it_works(cursors, state):
    inbox = an_inbox()
    first = intake_module.utc_now()
    await cursors.failed(inbox, "cut", refused=False, now=first)
    since = (await state()).failing_since
    await cursors.failed(inbox, "timed out", refused=False, now=intake_module.utc_now())
    assert (await state()).failing_since == since
    await cursors.heard(inbox, intake_module.utc_now())
    found = await state()
    assert (found.failing_since, found.error, found.refused) == (None, "", False)
