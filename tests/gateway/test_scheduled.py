"""Scheduled replies through the interface, the workers running."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage.ids import utc_now
from tests.gateway.house import House, Person


@pytest.fixture
async def ticket(house: House, admin: Person) -> dict[str, Any]:
    await house.say(await house.telegram(), 7, "My tent leaks", 1)
    await house.drained()
    found: dict[str, Any] = await admin.get("/tickets")
    return await admin.get(f"/tickets/{found['items'][0]['id']}")


def reply(ticket: dict[str, Any], seconds: float) -> dict[str, Any]:
    send_at = utc_now() + timedelta(seconds=seconds)
    place = ticket["conversations"][0]["id"]
    return {"conversation_id": place, "text": "On Monday", "send_at": send_at.isoformat()}


async def thread(admin: Person, ticket: dict[str, Any]) -> dict[str, Any]:
    items = (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]
    return {one["id"]: one for one in items}


async def test_it_stands_in_the_thread_until_it_goes(admin: Person, ticket: dict[str, Any]) -> None:
    status, made = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply(ticket, 1.5))
    assert (status, made["delivery"]["state"]) == (201, "scheduled")
    assert made["delivery"]["send_at"]
    assert made["id"] in await thread(admin, ticket)
    async with asyncio.timeout(20):
        while (await thread(admin, ticket))[made["id"]]["delivery"]["state"] == "scheduled":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert (await thread(admin, ticket))[made["id"]]["delivery"]["send_at"] is None


async def test_it_is_changed_and_cancelled(admin: Person, ticket: dict[str, Any]) -> None:
    _, made = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply(ticket, 3600))
    path = f"/messages/{made['id']}/schedule"
    status, after = await admin.call("PATCH", path, {"text": "On Tuesday"})
    assert (status, after["text"], after["delivery"]["send_at"]) == (
        200,
        "On Tuesday",
        made["delivery"]["send_at"],
    )
    status, after = await admin.call("DELETE", path)
    assert (status, after["delivery"]["state"]) == (200, "cancelled")
    assert (await admin.call("PATCH", path, {"text": "x"}))[0] == 409
    assert (await admin.call("DELETE", "/messages/none/schedule"))[0] == 404


async def test_a_time_that_is_over_is_refused_with_its_field(
    admin: Person, ticket: dict[str, Any]
) -> None:
    for seconds in (-1, 3600 * 24 * 400):
        path = f"/tickets/{ticket['id']}/replies"
        status, problem = await admin.call("POST", path, reply(ticket, seconds))
        assert (status, problem["field"]) == (422, "send_at")


async def test_only_its_writer_changes_it(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun = await house.person("jun@halden.example")
    _, made = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply(ticket, 3600))
    path = f"/messages/{made['id']}/schedule"
    assert (await jun.call("PATCH", path, {"text": "x"}))[0] == 403
    assert (await jun.call("DELETE", path))[0] == 200
