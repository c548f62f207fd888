"""Bulk jobs through the interface, the workers running."""

import asyncio
from typing import Any

import pytest

from tests.gateway.house import House, Person


@pytest.fixture
async def tickets(house: House, admin: Person) -> list[str]:
    inbox = await house.telegram()
    for number in range(1, 4):
        await house.say(inbox, number, f"Question {number}", number)
    await house.drained()
    return [one["id"] for one in (await admin.get("/tickets"))["items"]]


async def ended(person: Person, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            found: dict[str, Any] = await person.get(f"/bulk/{job['id']}")
            if found["state"] not in {"gathering", "running"}:
                return found
            await asyncio.sleep(0.05)


async def begun(person: Person, selection: object, change: object) -> dict[str, Any]:
    status, job = await person.call("POST", "/bulk", {"selection": selection, "change": change})
    assert status == 202, job
    return job  # type: ignore[no-any-return]


async def test_a_view_is_changed_and_reported(admin: Person, tickets: list[str]) -> None:
    job = await begun(admin, {"view": "open"}, {"add_tags": ["winter"], "status": "solved"})
    found = await ended(admin, job)
    assert (found["state"], found["done"], found["total"]) == ("done", 3, 3)
    assert found["counts"] == {"changed": 3, "unchanged": 0, "refused": 0, "not_visible": 0}
    first = await admin.get(f"/bulk/{job['id']}/report?limit=2")
    rest = await admin.get(f"/bulk/{job['id']}/report?limit=2&cursor={first['next_cursor']}")
    assert {one["ticket_id"] for one in (*first["items"], *rest["items"])} == set(tickets)
    assert rest["next_cursor"] is None
    for id in tickets:
        ticket = await admin.get(f"/tickets/{id}")
        assert (ticket["status"], ticket["tags"]) == ("solved", ["winter"])
    newest = (await admin.get(f"/tickets/{tickets[0]}/events"))["items"][0]
    assert newest["actor"]["id"] == admin.id
    assert [one["id"] for one in (await admin.get("/bulk"))["items"]] == [job["id"]]


async def test_a_search_and_ids_select_too(house: House, admin: Person, tickets: list[str]) -> None:
    await house.indexed()
    found = await ended(admin, await begun(admin, {"q": "Question"}, {"priority": "high"}))
    assert found["counts"]["changed"] == 3
    ids = [*tickets[:1], "nobody"]
    found = await ended(admin, await begun(admin, {"ids": ids}, {"follow": True, "wake": True}))
    assert (found["counts"]["changed"], found["counts"]["not_visible"]) == (1, 1)


async def test_progress_comes_live_to_who_asked(
    house: House, admin: Person, tickets: list[str]
) -> None:
    jun = await house.person("jun@halden.example")
    async with (
        admin.http.ws_connect("/api/v1/live") as mine,
        jun.http.ws_connect("/api/v1/live") as other,
    ):
        for socket in (mine, other):
            await socket.send_json({"type": "resume", "seq": 0})
            await socket.receive_json()
        job = await begun(admin, {"ids": tickets}, {"priority": "low"})
        async with asyncio.timeout(20):
            while True:
                frame = await mine.receive_json()
                if frame["type"] == "job" and frame["job"]["state"] == "done":
                    break
        assert (frame["job"]["id"], frame["job"]["done"]) == (job["id"], 3)
        await other.send_json({"type": "ping"})
        async with asyncio.timeout(20):
            while (frame := await other.receive_json())["type"] != "pong":
                assert frame["type"] != "job"


async def test_bad_wishes_name_the_field(admin: Person, tickets: list[str]) -> None:
    for selection, change, field in (
        ({"ids": tickets}, {}, "change"),
        ({"ids": tickets}, {"version": 1}, "change.version"),
        ({"ids": tickets, "view": "open"}, {"priority": "low"}, "selection"),
        ({}, {"priority": "low"}, "selection"),
        ({"ids": []}, {"priority": "low"}, "selection.ids"),
        ({"ids": tickets}, {"priority": "highest"}, "change.priority"),
    ):
        body = {"selection": selection, "change": change}
        status, problem = await admin.call("POST", "/bulk", body)
        assert (status, problem["field"]) == (422, field)


async def test_a_job_of_another_is_none(house: House, admin: Person, tickets: list[str]) -> None:
    job = await begun(admin, {"ids": tickets}, {"priority": "low"})
    jun = await house.person("jun@halden.example")
    for method, path in (("GET", ""), ("GET", "/report"), ("POST", "/cancel")):
        assert (await jun.call(method, f"/bulk/{job['id']}{path}"))[0] == 404
    light = await house.person("theo@halden.example", role="light")
    body = {"selection": {"ids": tickets}, "change": {"priority": "low"}}
    assert (await light.call("POST", "/bulk", body))[0] == 403
