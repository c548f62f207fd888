"""Who keeps the index of words, and what is told of it."""

import asyncio
from contextlib import contextmanager
from datetime import timedelta

import pytest

from gateway.commands.doctor import words
from gateway.searching import DISTRUST_AFTER, Habit, Keeper
from gateway.tasks import cancelled
from gateway.workers.loops import Bell
from storage.ids import new_id, utc_now
from tests.gateway.house import House, Person
from ticketing.search.shelf import Cursor, Shelf, State, Writing, holding
from ticketing.search.store import SearchStore

NOW = utc_now()


async def until(test) -> None:
    async with asyncio.timeout(20):
        while not test():  # noqa: ASYNC110  a file's word
            await asyncio.sleep(0.01)


async def test_what_was_just_said_noted_and_edited_is_found(house: House, admin: Person) -> None:
    line = await house.telegram()
    await house.say(line, 7, "the zipper broke", 1)
    await house.indexed()
    found = await admin.get("/search?q=zipper")
    assert found["complete"]
    ticket = found["items"][0]["ticket"]["id"]
    key = {"text": "call about the buckle"}
    assert (await admin.call("POST", f"/tickets/{ticket}/notes", key))[0] in (200, 201)
    await house.indexed()
    assert [one["field"] for one in (await admin.get("/search?q=buckle"))["items"]] == ["note"]
    await house.say(line, 7, "the lantern broke", 1, kind="edited_message", update=2)
    await house.indexed()
    assert (await admin.get("/search?q=zipper"))["items"] == []
    (again,) = (await admin.get("/search?q=lantern"))["items"]
    assert again["ticket"]["id"] == ticket


async def test_a_search_tells_that_the_index_is_not_whole(house: House, admin: Person) -> None:
    await house.indexed()
    (house.base.shelf.folder / "current").unlink()
    found = await admin.get("/search?q=zipper")
    assert (found["items"], found["complete"]) == ([], False)
    assert (await admin.get("/search?q=is:open"))["complete"]  # needs no words


async def test_the_next_process_goes_on(mongo, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.searching.TRY_EVERY_S", 0.01)
    shelf, store = Shelf(tmp_path / "search"), SearchStore(mongo)
    with holding(shelf.folder):
        waiting = asyncio.create_task(Keeper(store, shelf, Bell()).run())
        await asyncio.sleep(0.1)
        assert not shelf.current
    await until(lambda: shelf.current)
    await cancelled([waiting])


async def test_an_edge_leaves_it_to_a_worker(mongo, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.searching.TRY_EVERY_S", 0.01)
    shelf, store = Shelf(tmp_path / "search"), SearchStore(mongo)
    tries: list[bool] = []

    @contextmanager
    def tried(folder):
        with holding(folder) as ours:
            tries.append(ours)
            yield ours

    monkeypatch.setattr("gateway.searching.holding", tried)
    edge = Keeper(store, shelf, Bell(), Habit(patience_s=0.05))
    with holding(shelf.folder):  # a worker
        waiting = asyncio.create_task(edge.run())
        await until(lambda: len(tries) > 10)
        assert (any(tries), shelf.current) == (False, "")
    await until(lambda: shelf.current)  # nobody else is there
    assert sum(tries) >= 5, "it waits for a worker"
    await cancelled([waiting])


async def test_what_goes_on_failing_is_built_anew(mongo, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.searching.TRY_EVERY_S", 0.01)
    monkeypatch.setattr("gateway.backoff.Backoff.next_s", lambda _self: 0.001)
    shelf, store = Shelf(tmp_path / "search"), SearchStore(mongo)
    keeping = asyncio.create_task(Keeper(store, shelf, Bell()).run())
    await until(lambda: (state := shelf.state()) and state.cursor.built is None)
    await cancelled([keeping])
    name = shelf.current
    (shelf.folder / name / ".managed.json").write_text("{")
    keeping = asyncio.create_task(Keeper(store, shelf, Bell()).run())
    await until(lambda: shelf.current != name)
    await cancelled([keeping])


class Failing(SearchStore):
    """Fails, and counts how often it was asked."""

    asked = 0

    async def fed(self, since, until):
        self.asked += 1
        raise (ValueError if self.asked % 2 else OSError)("the store's own")


async def test_what_the_store_fails_at_leaves_the_index(mongo, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.searching.TRY_EVERY_S", 0.01)
    monkeypatch.setattr("gateway.backoff.Backoff.next_s", lambda _self: 0.001)
    shelf, store = Shelf(tmp_path / "search"), Failing(mongo)
    keeping = asyncio.create_task(Keeper(store, shelf, Bell()).run())
    await until(lambda: shelf.current)
    name = shelf.current
    await until(lambda: store.asked > 2 * DISTRUST_AFTER)
    await cancelled([keeping])
    assert (shelf.current, shelf.distrusted(name)) == (name, False)


async def test_only_what_failed_is_distrusted(tmp_path) -> None:
    shelf = Shelf(tmp_path)
    first, second = Writing(shelf), Writing(shelf)
    first.open(NOW, NOW)
    shelf.distrust(first.name)
    second.open(NOW, NOW)
    shelf.distrust(first.name)
    assert second.name == shelf.current != first.name
    assert not shelf.distrusted(second.name)


@pytest.mark.parametrize(
    ("built", "fed", "ok", "told"),
    [
        (None, timedelta(), True, "5 messages"),
        (NOW, timedelta(), None, "so far; those before"),
        (None, timedelta(minutes=9), False, "behind"),
    ],
)
def test_the_doctor_tells_how_far_it_is(built, fed, ok, told) -> None:
    state = State(documents=5, cursor=Cursor(fed=NOW - fed, built=built))
    finding = words(state, new_id(NOW))
    assert finding.ok is ok
    assert told in finding.detail


def test_the_doctor_tells_that_there_is_none() -> None:
    assert words(None, "").ok is None
