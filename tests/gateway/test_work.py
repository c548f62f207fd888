"""Followers, mentions, snooze and checklists through the interface, the workers running."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage.ids import utc_now
from tests.gateway.house import House, Person


@pytest.fixture
async def inbox(house: House) -> str:
    return await house.telegram()


@pytest.fixture
async def ticket(house: House, admin: Person, inbox: str) -> dict[str, Any]:
    await house.say(inbox, 7, "My tent leaks", 1)
    await house.drained()
    found: dict[str, Any] = await admin.get("/tickets")
    return await admin.get(f"/tickets/{found['items'][0]['id']}")


async def test_followers_come_and_go(house: House, admin: Person, ticket: dict[str, Any]) -> None:
    jun, path = await house.person("jun@halden.example"), f"/tickets/{ticket['id']}/followers"
    status, after = await jun.call("PUT", f"{path}/{jun.id}")
    assert (status, [one["id"] for one in after["followers"]]) == (200, [jun.id])
    assert (await jun.call("PUT", f"{path}/{jun.id}"))[1]["version"] == after["version"]
    status, after = await jun.call("PUT", f"{path}/{admin.id}")
    assert [one["id"] for one in after["followers"]] == [jun.id, admin.id]
    status, problem = await jun.call("PUT", f"{path}/nobody")
    assert (status, problem["field"]) == (422, "agent_id")
    status, after = await jun.call("DELETE", f"{path}/{jun.id}")
    assert [one["id"] for one in after["followers"]] == [admin.id]
    events = (await admin.get(f"/tickets/{ticket['id']}/events"))["items"]
    newest = events[0]["changes"]
    assert [(one["field"], one["after"]) for one in newest] == [("followers", "Mira")]


async def test_who_may_only_read_lets_no_other_follow(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    lena = await house.person("lena@halden.example", role="compliance")
    path = f"/tickets/{ticket['id']}/followers"
    assert (await lena.call("PUT", f"{path}/{admin.id}"))[0] == 403
    hidden = await house.person("theo@halden.example", inboxes=[])
    assert (await hidden.call("PUT", f"{path}/{hidden.id}"))[0] == 404


async def test_a_mention_stays_until_it_is_read(
    house: House, admin: Person, ticket: dict[str, Any]
) -> None:
    jun, lena = await house.person("jun@halden.example"), await house.person("lena@halden.example")
    path, text = f"/tickets/{ticket['id']}", f"@[Jun](agent:{jun.id}) please look"
    status, _ = await admin.call(
        "POST", f"{path}/notes", {"text": text, "mentions": [lena.id, admin.id]}
    )
    assert status == 201
    assert set((await admin.get(path))["mentioned"]) == {jun.id, lena.id}
    assert (await jun.call("POST", f"{path}/read"))[0] == 204
    assert (await admin.get(path))["mentioned"] == [lena.id]
    status, problem = await admin.call(
        "POST", f"{path}/notes", {"text": "x", "mentions": ["nobody"]}
    )
    assert (status, problem["field"]) == (422, "mentions")
    events = (await admin.get(f"{path}/events"))["items"]
    fields = {one["field"] for event in events for one in event["changes"]}
    assert fields == {"mentioned"}


async def test_a_snoozed_ticket_wakes_at_its_time(admin: Person, ticket: dict[str, Any]) -> None:
    path = f"/tickets/{ticket['id']}"
    until = utc_now() + timedelta(seconds=1)
    status, after = await admin.call("PUT", f"{path}/snooze", {"until": until.isoformat()})
    assert (status, after["snooze"]["by"]["id"]) == (200, admin.id)
    async with asyncio.timeout(20):
        while (await admin.get(path))["snooze"]:  # noqa: ASYNC110  the worker's sweep
            await asyncio.sleep(0.1)
    assert utc_now() >= until
    newest = (await admin.get(f"{path}/events"))["items"][0]
    assert newest["actor"]["kind"] == "system"
    assert [(one["field"], one["after"]) for one in newest["changes"]] == [("snoozed_until", None)]


async def test_the_customers_word_wakes_a_ticket(
    house: House, admin: Person, inbox: str, ticket: dict[str, Any]
) -> None:
    path = f"/tickets/{ticket['id']}"
    _, after = await admin.call("PUT", f"{path}/snooze", {"until": None})
    assert after["snooze"]["until"] is None
    await house.say(inbox, 7, "Are you there?", 2)
    await house.drained()
    assert (await admin.get(path))["snooze"] is None
    kinds = [one["kind"] for one in (await admin.get(f"{path}/events"))["items"][:2]]
    assert set(kinds) == {"message.received", "ticket.changed"}


async def test_snooze_is_taken_back_and_refused_with_the_field(
    admin: Person, ticket: dict[str, Any]
) -> None:
    path = f"/tickets/{ticket['id']}/snooze"
    status, problem = await admin.call("PUT", path, {"until": "2020-01-01T00:00:00Z"})
    assert (status, problem["field"]) == (422, "until")
    await admin.call("PUT", path, {"until": None})
    status, after = await admin.call("DELETE", path)
    assert (status, after["snooze"]) == (200, None)
    assert (await admin.call("DELETE", path))[1]["version"] == after["version"]


async def test_a_checklist_through_the_interface(admin: Person, ticket: dict[str, Any]) -> None:
    path, key = f"/tickets/{ticket['id']}/checklist", {"Idempotency_Key": "same-key-1"}
    status, after = await admin.call("POST", path, {"text": "Call the carrier"}, **key)
    assert status == 201
    assert (await admin.call("POST", path, {"text": "Call the carrier"}, **key))[1][
        "checklist"
    ] == after["checklist"]
    _, after = await admin.call("POST", path, {"text": "Refund", "position": 0})
    assert [one["text"] for one in after["checklist"]] == ["Refund", "Call the carrier"]
    first = after["checklist"][0]["id"]
    _, after = await admin.call("PATCH", f"{path}/{first}", {"done": True, "position": 1})
    assert after["checklist"][1]["done_by"]["id"] == admin.id
    _, after = await admin.call("DELETE", f"{path}/{first}")
    assert [one["text"] for one in after["checklist"]] == ["Call the carrier"]
    assert (await admin.call("DELETE", f"{path}/{first}"))[0] == 404
