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
