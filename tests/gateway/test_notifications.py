"""Notifications through the interface, the workers running."""

import asyncio
from typing import Any

import pytest

from tests.gateway.house import House, Person


@pytest.fixture
async def ticket(house: House, admin: Person) -> dict[str, Any]:
    await house.say(await house.telegram(), 7, "My tent leaks", 1)
    await house.drained()
    found: dict[str, Any] = await admin.get("/tickets")
    return await admin.get(f"/tickets/{found['items'][0]['id']}")


async def heard(person: Person, unread: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while (found := await person.get("/notifications"))["unread"] != unread:  # noqa: ASYNC110  the relay's
            await asyncio.sleep(0.05)
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_a_mention_and_a_ticket_that_becomes_mine(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun, path = await house.person("jun@halden.example"), f"/tickets/{ticket['id']}"
    await admin.call("POST", f"{path}/notes", {"text": "look", "mentions": [jun.id]})
    await admin.call("PATCH", path, {"assignee_id": jun.id})
    items = await heard(jun, 2)
    assert {one["kind"] for one in items} == {"mention", "assigned"}
    assert {one["actor_name"] for one in items} == {"Mira"}
    assert {one["ticket"]["number"] for one in items} == {ticket["number"]}
    assert (await admin.get("/notifications"))["items"] == []
    status, left = await jun.call("POST", "/notifications/read", {"ids": [items[0]["id"]]})
    assert (status, left) == (200, {"unread": 1})
    await jun.call("POST", f"{path}/read")
    assert await heard(jun, 0)


async def test_followers_hear_of_the_customer(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun = await house.person("jun@halden.example")
    await jun.call("PUT", f"/tickets/{ticket['id']}/followers/{jun.id}")
    for number in (2, 3):
        await house.say(ticket["inbox_id"], 7, f"Still {number}", number)
    await house.drained()
    async with asyncio.timeout(20):
        while not (items := await heard(jun, 1)) or items[0]["count"] != 2:  # noqa: ASYNC110  the relay's
            await asyncio.sleep(0.05)
    assert [(one["kind"], one["read"]) for one in items] == [("news", False)]


async def test_who_sees_a_ticket_no_more_sees_no_notification_of_it(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun, path = await house.person("jun@halden.example"), f"/tickets/{ticket['id']}"
    blind = await house.person("lena@halden.example", inboxes=[])
    mentions = {"text": "look", "mentions": [jun.id, blind.id]}
    await admin.call("POST", f"{path}/notes", mentions)
    await heard(jun, 1)
    assert (await blind.get("/notifications")) == {"items": [], "unread": 0}
    status, _ = await admin.call("PATCH", f"/agents/{jun.id}", {"inbox_ids": []})
    assert status == 200
    assert await heard(jun, 0) == []


async def test_browsers_hear_how_many_are_unread(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun = await house.person("jun@halden.example")
    async with jun.http.ws_connect("/api/v1/live") as live:
        await live.send_json({"type": "resume", "seq": 0})
        assert (await live.receive_json())["unread"] == 0
        await admin.call("PATCH", f"/tickets/{ticket['id']}", {"assignee_id": jun.id})
        async with asyncio.timeout(20):
            while (frame := await live.receive_json())["type"] != "notifications":
                pass
        assert frame["unread"] == 1
    async with jun.http.ws_connect("/api/v1/live") as live:
        await live.send_json({"type": "resume", "seq": 0})
        assert (await live.receive_json())["unread"] == 1
