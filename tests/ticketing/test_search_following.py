"""The index of words: kept in step, whatever happens to who keeps it."""

import asyncio
import random
import signal
import sys
import threading
from datetime import timedelta
from itertools import count

import pytest
from prometheus_client import REGISTRY

from storage.events import Actor, Change, Event
from storage.ids import first_id, moment_of, new_id, utc_now
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT
from ticketing.reading.windows import FLOOR
from ticketing.search import following
from ticketing.search.following import Feeding, Follower
from ticketing.search.shelf import FORM, Shelf, Writing, holding
from ticketing.search.store import Fed, SearchStore
from ticketing.search.words import WordRequest

KEPT = timedelta(days=1)
MESSAGE = {"inbox_id": "i", "ticket_id": "t", "direction": "in", "author": {"kind": "contact"}}


async def nothing():
    """Nobody to wake."""


class Site:
    """A follower of its own, on the messages of the test's database."""

    def __init__(self, mongo, folder):
        self.store = SearchStore(mongo)
        self.shelf = Shelf(folder)
        self.follower = Follower(self.store, self.shelf)
        self.messages = mongo.db["messages"]
        folder.mkdir()

    async def put(self, id, text, at=None, *, fed=True, **more):
        at = at or utc_now()
        whole = {**MESSAGE, "text": text, "received_at": at, **more}
        await self.messages.replace_one({"_id": id}, whole, upsert=True)
        if fed:
            await self.store.feed((id,), (), utc_now())

    async def step(self):
        while await self.follower.step():
            pass
        await asyncio.sleep(0)

    def found(self, *words, limit=50, **more):
        window = {"since": FLOOR, "until": utc_now() + timedelta(days=300), **more}
        got = self.shelf.propose(WordRequest(words=words, limit=limit, **window))
        return [one.id for one in got.candidates]


@pytest.fixture
async def site(mongo, tmp_path):
    made = Site(mongo, tmp_path / "index")
    await made.follower.open()
    await made.step()
    yield made
    made.follower.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Each step commits, and looks deep."""
    monkeypatch.setattr(following, "COMMIT_EVERY_S", 0.0)
    monkeypatch.setattr(following, "DEEP_EVERY_S", 0.0)


async def test_what_is_new_changed_and_gone(site):
    await site.put("m1", "the zipper broke")
    await site.step()
    assert site.found("zipper") == ["m1"]
    await site.put("m1", "the buckle broke")
    await site.step()
    assert (site.found("zipper"), site.found("buckle", "broke")) == ([], ["m1"])
    await site.messages.delete_one({"_id": "m1"})
    await site.store.feed(("m1",), (), utc_now())
    await site.step()
    assert site.found("buckle") == []


@pytest.mark.parametrize(
    "gone", [{"deleted_at": NOW}, {"erased": True}, {"delivery": {"state": "cancelled"}}]
)
async def test_what_was_taken_back_is_not_found(site, gone):
    await site.put("m1", "zipper")
    await site.step()
    await site.put("m1", "zipper", **gone)
    await site.step()
    assert site.found("zipper") == []


@pytest.mark.parametrize(
    ("more", "found", "hidden"),
    [
        ({"subject": "Stove", "files": [{"name": "label-7.pdf"}]}, "stove 7 zip", ""),
        ({"reply_text": "new", "text": "new\n> old"}, "new", "old"),
        ({"direction": "out", "author": {"kind": "agent"}, "subject": "Re: stove"}, "zip", "stove"),
        ({"direction": "out", "author": {"kind": "vendor"}, "subject": "Stove"}, "stove zip", ""),
        ({"direction": "note", "text": "for @[Mira Okafor](agent:jun-1)"}, "mira okafor", "jun 1"),
    ],
)
async def test_what_of_a_message_is_searched(site, more, found, hidden):
    await site.put("m1", **({"text": "zip"} | more))
    await site.step()
    assert [site.found(word) for word in found.split()] == [["m1"]] * len(found.split())
    assert not any(site.found(word) for word in hidden.split())


async def test_newest_first_within_a_window(site):
    for n in range(5):
        await site.put(f"m{n}", "lamp", NOW + timedelta(minutes=n))
    await site.step()
    assert site.found("lamp", limit=2) == ["m4", "m3"]
    window = {"since": NOW + timedelta(minutes=1), "until": NOW + timedelta(minutes=3)}
    assert site.found("lamp", **window) == ["m2", "m1"]


async def test_groups_are_excluded_as_wholes(site):
    await site.put("m1", "lamp oil")
    await site.put("m2", "lamp wick oil")
    await site.step()
    assert site.found("lamp", without=(frozenset({"oil", "wick"}),)) == ["m1"]


async def test_every_word_of_a_long_text(site):
    words = [f"word{n}" for n in range(5_000)]
    await site.put("m1", " ".join(words))
    await site.step()
    assert all(site.found(word) == ["m1"] for word in (words[0], words[2_500], words[-1]))


@pytest.mark.parametrize(
    "word", ["*", '"', "a:b", "[a TO b]", "AND", "\\", "(", "帐", "🏔", "x" * 10_000, "\x00", ""]
)
async def test_signs_mean_nothing(site, word):
    await site.put("m1", "and a b to anything")
    await site.step()
    assert site.found(word) == []
    assert site.found("and", without=(frozenset({word}),)) == ["m1"]


async def test_a_message_that_cannot_be_read_is_left_out(site, caplog):
    await site.put("m1", "lamp")
    await site.put("m2", "lamp", subject=7)
    await site.step()
    assert site.found("lamp") == ["m1"]
    assert "m2" in [getattr(one, "message_id", "") for one in caplog.records]
    received = await site.store.received(FLOOR, utc_now() + KEPT, 2)
    assert ([one.id for one in received[0]], received[1]) == (["m1"], False)
    assert (await site.store.received(FLOOR, utc_now() + KEPT, 1))[1]


async def test_a_moved_ticket_takes_its_messages_along(site):
    for n in range(3):
        await site.put(f"m{n}", "lamp")
    await site.step()
    await site.messages.update_many({}, {"$set": {"ticket_id": "other"}})
    await site.store.feed((), ("other",), utc_now())
    await site.step()
    request = WordRequest(words=("lamp",), since=FLOOR, until=NOW + 900 * KEPT, limit=9)
    assert {one.ticket_id for one in site.shelf.propose(request).candidates} == {"other"}


async def test_what_was_written_late_is_read(site, mongo):
    """A write that took a minute, or a clock half a minute behind."""
    await site.put("m0", "lamp")
    await site.step()
    await site.put("m1", "zipper", fed=False)
    at = utc_now() - timedelta(seconds=100)
    late = Fed(id=new_id(at), at=at, message_ids=("m1",))
    await mongo.collection("search_feed", Fed).insert(late)
    await site.step()
    assert site.found("zipper") == ["m1"]


async def test_what_holds_no_message_is_told_too(site):
    """A ticket that was emptied: whoever asks how far the index is, sees that it is there."""
    await site.store.feed((), ("emptied",), utc_now())
    await site.step()
    newest = await site.store.newest_fed(FLOOR)
    assert site.shelf.state().cursor.fed >= moment_of(newest)


async def test_an_index_of_another_database_is_begun_anew(site):
    await site.put("m1", "lamp")
    await site.step()
    site.follower.close()
    name = site.shelf.current
    await site.store._home.update_one({"_id": "home"}, {"$set": {"name": "another"}})
    assert [await site.store.home() for _ in range(2)] == ["another", "another"]
    await site.follower.open()
    await site.step()
    assert site.shelf.current != name
    assert site.found("lamp") == ["m1"]


async def test_a_long_feed_is_read_by_pieces(site, monkeypatch):
    """A keeper that was away: what it holds at once has a bound."""
    monkeypatch.setattr(following, "MOST_FED", 20)
    asked, begun = [], utc_now() - timedelta(hours=1)
    for n in range(60):
        at = begun + timedelta(seconds=5 * n)
        await site.put(f"m{n}", "lamp", fed=False)
        await site.store.feed((f"m{n}",), (), at)
    site.follower._reached = begun
    whole = site.store.fed

    async def fed(since, until):
        got = await whole(since, until)
        asked.append((len(got), len(site.follower._seen)))
        return got

    monkeypatch.setattr(site.store, "fed", fed)
    await site.step()
    assert len(site.found("lamp", limit=99)) == 60
    assert max(one for one, _ in asked) <= 45, "the last two minutes and a piece"
    assert max(one for _, one in asked) <= 45


async def test_metrics_tell_until_when_it_is_fed(site):
    def told():
        names = ("fed_timestamp_seconds", "complete", "documents")
        return [REGISTRY.get_sample_value(f"parley_search_{name}") for name in names]

    await site.put("m1", "lamp")
    fed = utc_now()
    await site.step()
    assert told() == [pytest.approx(fed.timestamp(), abs=20), 1.0, 1.0]
    site.follower.close()
    assert told() == [0.0, 0.0, 0.0], "another process may keep it by now"


async def test_it_goes_on_where_it_was(site):
    await site.put("m1", "lamp")
    await site.step()
    site.follower.close()
    await site.put("m2", "lamp")
    name = site.shelf.current
    site.follower = Follower(site.store, site.shelf)
    await site.follower.open()
    await site.step()
    assert set(site.found("lamp")) == {"m1", "m2"}
    assert site.shelf.current == name


async def test_the_first_build_finds_what_was_there_newest_first(mongo, tmp_path, monkeypatch):
    monkeypatch.setattr(following, "MOST", 20)
    site = Site(mongo, tmp_path / "index")
    for n in range(120):  # 70 of them in one millisecond, which is more than a window holds
        at = NOW if n < 70 else NOW + timedelta(minutes=n)
        await site.put(f"m{n}", "lamp", at, fed=False)
    await site.follower.open()
    await site.follower.step()
    request = WordRequest(words=("lamp",), since=FLOOR, until=NOW + KEPT, limit=500)
    assert not site.shelf.propose(request).complete
    await site.step()
    whole = site.shelf.propose(request)
    assert whole.complete
    assert len(whole.candidates) == 120
    site.follower.close()


DAMAGE = ("meta", "segments", "fast, inverted", "term, inverted", "form", "cursor")
HARMS = (*DAMAGE, "distrusted", "old")


@pytest.mark.parametrize("harm", HARMS)
async def test_a_broken_index_is_built_anew(site, harm, monkeypatch):
    await site.put("m1", "lamp")
    await site.step()
    site.follower.close()
    name = site.shelf.current
    generation = site.shelf.folder / name
    if harm == "meta":
        (generation / "meta.json").write_text("{")
    elif harm == "segments":
        for part in generation.glob("*.store"):
            part.write_bytes(b"")
    elif harm.endswith("inverted"):  # of terms: the library panics
        for part in generation.glob(f"*.{harm[:4]}"):
            body, foot = part.read_bytes(), part.read_bytes().rfind(b'{"version')
            part.write_bytes(bytes(255 - each for each in body[:foot]) + body[foot:])
    elif harm == "form":
        (site.shelf.folder / "current").write_text(f"{FORM}0 {name}")
    elif harm == "cursor":
        writing = Writing(site.shelf)
        writing.open(utc_now(), FLOOR)
        writing._writer.delete_all_documents()
        writing._writer.commit()
    elif harm == "old":
        monkeypatch.setattr(following, "KEPT", timedelta(0))
        monkeypatch.setattr(following, "SPAN", timedelta(0))
        await asyncio.sleep(0.002)
    else:
        site.shelf.distrust(name)
    reading = Shelf(site.shelf.folder)
    request = WordRequest(words=("lamp",), since=FLOOR, until=NOW + 900 * KEPT, limit=9)
    if harm in DAMAGE:
        assert not reading.propose(request).complete
    monkeypatch.setattr(following, "SPAN", timedelta(minutes=10) if harm != "old" else KEPT * 0)
    site.follower = Follower(site.store, site.shelf)
    await site.follower.open()
    monkeypatch.setattr(following, "SPAN", timedelta(minutes=10))
    await site.step()
    assert site.shelf.current != name
    assert [one.id for one in reading.propose(request).candidates] == ["m1"]


async def test_the_lock_goes_after_the_thread(site, monkeypatch):
    """Cancelled, and cancelled again, while it commits."""
    began, end, told = threading.Event(), threading.Event(), []

    def commit(_writing, _cursor):
        began.set()
        end.wait(20)
        told.append("written")

    monkeypatch.setattr(Writing, "commit", commit)
    await site.put("m1", "lamp")
    stepping = asyncio.create_task(site.follower.step())
    await asyncio.to_thread(began.wait, 20)
    for _ in range(3):
        stepping.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert not stepping.done()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await stepping
    assert told == ["written"]


def test_one_process_writes(tmp_path):
    with holding(tmp_path) as first, holding(tmp_path) as second:
        assert (first, second) == (True, False)
    with holding(tmp_path) as third:
        assert third


def test_ids_tell_their_moment():
    now = utc_now()
    assert moment_of(new_id(now)) == now
    assert first_id(now) <= new_id(now) < first_id(now + timedelta(milliseconds=1))


async def test_events_name_what_is_read_again(house):
    await house.events_in(CHAT, said("The zipper", id="1", thread="a", sender="1", at=NOW))
    await house.mail_in(a_mail(text="A stove"))
    store = SearchStore(house.mongo)
    rung = []

    async def wake():
        rung.append(1)

    await Feeding(store, wake).handle(house.offered)
    await Feeding(store, wake).handle([])
    fed = await store.fed(utc_now() - KEPT, utc_now() + KEPT)
    assert {id for one in fed for id in one.message_ids} == {m.id for m in await house.messages()}
    assert rung == [1]


def told(kind, before="", after=""):
    changes = (Change(field="delivery", before=before, after=after),) if after else ()
    actor = Actor(kind="system", id="")
    named = {"id": new_id(NOW), "ticket_id": "t", "message_id": "m1", "inbox_id": "i"}
    return Event(kind=kind, actor=actor, at=NOW, changes=changes, **named)


@pytest.mark.parametrize(
    ("event", "fed"),
    [
        (told("reaction.changed"), False),
        (told("delivery.changed", "sending", "sent"), False),
        (told("delivery.changed", "scheduled", "cancelled"), True),
        (told("delivery.changed", "cancelled", "queued"), True),
        (told("message.edited"), True),
    ],
)
async def test_what_changes_no_word_is_passed_by(mongo, event, fed):
    store, rung = SearchStore(mongo), []

    async def wake():
        rung.append(1)

    await Feeding(store, wake).handle([event])
    found = await store.fed(utc_now() - KEPT, utc_now() + KEPT)
    assert [one.message_ids for one in found] == ([("m1",)] if fed else [])
    assert rung == ([1] if fed else [])


KEEPING = """
import asyncio, sys
from pathlib import Path
from gateway.searching import Keeper
from gateway.workers.loops import Bell
from storage.mongo import Mongo
from ticketing.search import following
from ticketing.search.shelf import Shelf
from ticketing.search.store import SearchStore

following.COMMIT_EVERY_S = 0.05

async def main(url, name, folder):
    store = SearchStore(Mongo(url, name))
    from gateway.searching import Habit
    await Keeper(store, Shelf(Path(folder)), Bell(), Habit(look_every_s=0.05)).run()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_killed_at_any_moment_nothing_is_missing(stores, mongo, tmp_path):
    """The keeper is killed again and again while messages come, change and go."""
    site = Site(mongo, tmp_path / "index")
    chance, numbers = random.Random(4), count()

    async def keeper():
        command = (sys.executable, "-c", KEEPING, stores.mongo_url, mongo.db.name)
        return await asyncio.create_subprocess_exec(*command, str(site.shelf.folder))

    async def write():
        for _ in range(12):
            n = next(numbers)
            await site.put(f"m{n}", f"lamp number{n}")
            if n % 5 == 4:
                await site.put(f"m{n - 3}", f"stove number{n - 3}")

    process = await keeper()
    for _ in range(6):
        await write()
        state = site.shelf.state()
        fed = state.cursor.fed if state else FLOOR
        async with asyncio.timeout(60):
            while (state := site.shelf.state()) is None or state.cursor.fed <= fed:
                await write()
        await asyncio.sleep(chance.random() / 10)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        process = await keeper()
    last = f"m{next(numbers)}"
    await site.put(last, "the end")
    try:
        async with asyncio.timeout(60):
            while site.found("the", "end") != [last]:  # noqa: ASYNC110  a file's word
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.wait()
    stored = [one async for one in site.messages.find({})]
    for word in ("lamp", "stove"):
        wanted = {one["_id"] for one in stored if word in one["text"]}
        assert set(site.found(word, limit=5_000)) == wanted
