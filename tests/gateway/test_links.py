"""What a ticket waits for, and what waits for it."""

from typing import Any

from tests.gateway.house import House, Person
from tests.gateway.test_merging import two_tickets


def waits(ticket: dict[str, Any]) -> tuple[list[int], int | None]:
    blocks = ticket["blocks"]
    return [one["number"] for one in ticket["waits_for"]], blocks and blocks["number"]


async def test_a_ticket_tells_what_it_waits_for_and_what_it_blocks(
    house: House, admin: Person
) -> None:
    one, two = await two_tickets(house, admin)
    status, _ = await admin.call(
        "POST", f"/tickets/{one}/links", {"kind": "child", "target_id": two}
    )
    assert status == 201
    parent, child = [await admin.get(f"/tickets/{id}") for id in (one, two)]
    assert waits(parent) == ([child["number"]], None)
    assert waits(child) == ([], parent["number"])
    status, problem = await admin.call("PATCH", f"/tickets/{one}", {"status": "solved"})
    assert (status, "waits for its children" in problem["detail"]) == (409, True)
    assert (await admin.call("PATCH", f"/tickets/{two}", {"status": "solved"}))[0] == 200
    parent, child = [await admin.get(f"/tickets/{id}") for id in (one, two)]
    assert waits(parent) == waits(child) == ([], None)
    assert [link["kind"] for link in parent["links"]] == ["child"]


def beginning(inbox: str, parent: str) -> dict[str, str]:
    return {
        "inbox_id": inbox,
        "recipient": "parts@supplier.example",
        "subject": "Valves wanted",
        "text": "Please send two valves.",
        "parent_id": parent,
    }


async def test_a_ticket_begins_as_the_child_of_another(house: House, admin: Person) -> None:
    one, _ = await two_tickets(house, admin)
    body = beginning(await house.inbox("email", "Support"), one)
    key = {"Idempotency_Key": "a-child-that-is-begun-once"}
    for _ in range(2):
        status, child = await admin.call("POST", "/tickets", body, **key)
        assert status == 201, child
        parent = await admin.get(f"/tickets/{one}")
        assert waits(parent) == ([child["number"]], None)
        assert waits(child) == ([], parent["number"])
    history = (await admin.get(f"/tickets/{child['id']}/events?changed=parent"))["items"]
    assert [event["kind"] for event in history] == ["ticket.linked"]
    assert (await admin.call("PATCH", f"/tickets/{one}", {"status": "solved"}))[0] == 409


async def test_a_parent_out_of_sight_leaves_no_child(house: House, admin: Person) -> None:
    one, _ = await two_tickets(house, admin)
    inbox = await house.inbox("email", "Support")
    jun = await house.person("jun@halden.example", inboxes=[inbox])
    status, _ = await jun.call("POST", "/tickets", beginning(inbox, one))
    assert status == 404
    assert (await admin.get(f"/tickets?view=all&inbox_id={inbox}"))["items"] == []
    assert (await admin.get(f"/tickets/{one}"))["waits_for"] == []
