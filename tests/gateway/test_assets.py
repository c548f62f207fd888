"""Assets over the interface: found by serial, linked, given away, hidden."""

import pytest

from tests.gateway.house import House, Person


async def make(person: Person, **parts: object) -> dict:
    body = {"type": "tent", "name": "Ridge 3", **parts}
    status, answer = await person.call("POST", "/assets", body)
    assert status == 201, answer
    return answer


@pytest.fixture
async def ticket(house: House) -> dict:
    await house.say(await house.telegram(), 7, "Guten Tag", 1)
    await house.drained()
    found = await house.base.collections.tickets.find_one({})
    assert found is not None
    return {"id": found.id, "contact": found.contact_id}


async def test_an_asset_is_found_by_serial_and_words(admin: Person) -> None:
    tent = await make(admin, serial="RX-200 17", warranty_until="2027-03-01")
    stove = await make(admin, type="stove", name="Ember 2")
    assert [one["id"] for one in (await admin.get("/assets"))["items"]] == [stove["id"], tent["id"]]
    for q, found in (("rx20017", tent), ("ridge tent", tent), ("ember", stove)):
        items = (await admin.get(f"/assets?q={q}"))["items"]
        assert [one["id"] for one in items] == [found["id"]], q
    page = await admin.get("/assets?limit=1")
    assert [one["id"] for one in page["items"]] == [stove["id"]]
    rest = await admin.get(f"/assets?limit=1&cursor={page['next_cursor']}")
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([tent["id"]], None)


async def test_bad_assets_are_named(admin: Person, ticket: dict) -> None:
    first = await make(admin, serial="A-1")
    other = await make(admin)
    for change, field in (
        ({"serial": "a 1"}, "serial"),
        ({"name": "  "}, "name"),
        ({"contact_id": "nobody"}, "contact_id"),
        ({"organisation_id": "nobody"}, "organisation_id"),
        ({"warranty_until": "2026-02-30"}, "warranty_until"),
        ({"status": "lost"}, "status"),
        ({"colour": "red"}, "colour"),
    ):
        status, problem = await admin.call("PATCH", f"/assets/{other['id']}", change)
        assert (status, problem["field"]) == (422, field), problem
    assert (await admin.get(f"/assets/{other['id']}"))["version"] == 1
    path = f"/assets/{first['id']}"
    owner = {"contact_id": ticket["contact"], "version": 1}
    assert (await admin.call("PATCH", path, owner))[1]["version"] == 2
    assert (await admin.call("PATCH", path, owner))[0] == 409
    listed = (await admin.get(f"/assets?contact_id={ticket['contact']}"))["items"]
    assert [one["id"] for one in listed] == [first["id"]]
    changes = (await admin.get(f"{path}/events"))["items"][0]["changes"]
    assert changes == [{"field": "contact_id", "before": None, "after": ticket["contact"]}]


async def test_a_repeated_creation_makes_one(admin: Person) -> None:
    body, key = {"type": "tent", "name": "Ridge"}, {"Idempotency_Key": "asset-key-1"}
    first = await admin.call("POST", "/assets", body, **key)
    assert await admin.call("POST", "/assets", body, **key) == first
    assert len((await admin.get("/assets"))["items"]) == 1


async def test_a_linked_asset_goes_only_when_another_takes_its_place(
    admin: Person, ticket: dict
) -> None:
    old, new = await make(admin, serial="1"), await make(admin, serial="2")
    path = f"/tickets/{ticket['id']}"
    status, problem = await admin.call("PATCH", path, {"asset_ids": ["nothing"]})
    assert (status, problem["field"]) == (422, "asset_ids")
    assert (await admin.call("PATCH", path, {"asset_ids": [old["id"]]}))[0] == 200
    assert [one["id"] for one in (await admin.get(f"{path}/assets"))["items"]] == [old["id"]]
    rows = (await admin.get(f"/assets/{old['id']}/tickets"))["items"]
    assert [one["id"] for one in rows] == [ticket["id"]]
    assert (await admin.call("DELETE", f"/assets/{old['id']}"))[0] == 409
    gone = await admin.call("DELETE", f"/assets/{old['id']}?replace_with={new['id']}")
    assert gone[0] == 204
    assert (await admin.get(path))["asset_ids"] == [new["id"]]
    assert (await admin.call("GET", f"/assets/{old['id']}"))[0] == 404


async def test_an_asset_in_a_field_can_only_be_retired(admin: Person, ticket: dict) -> None:
    field = {"names": {"en": "Thing"}, "kind": "asset"}
    assert (await admin.call("PUT", "/fields/thing", field))[0] == 200
    asset, path = await make(admin), f"/tickets/{ticket['id']}"
    status, problem = await admin.call("PATCH", path, {"fields": {"thing": "nothing"}})
    assert (status, problem["field"]) == (422, "fields.thing")
    assert (await admin.call("PATCH", path, {"fields": {"thing": asset["id"]}}))[0] == 200
    status, problem = await admin.call("DELETE", f"/assets/{asset['id']}")
    assert (status, "retire" in problem["detail"]) == (409, True)


async def test_who_does_not_see_the_owner_sees_no_asset(
    house: House, admin: Person, ticket: dict
) -> None:
    asset = await make(admin, contact_id=ticket["contact"], serial="S-9")
    await admin.call("PATCH", f"/tickets/{ticket['id']}", {"asset_ids": [asset["id"]]})
    jun = await house.person("jun@halden.example", inboxes=["elsewhere"])
    assert (await jun.get("/assets"))["items"] == []
    assert (await jun.get("/assets?q=s9"))["items"] == []
    for path in ("", "/tickets", "/events"):
        assert (await jun.call("GET", f"/assets/{asset['id']}{path}"))[0] == 404
    for method, body in (("PATCH", {"name": "Mine"}), ("DELETE", None)):
        assert (await jun.call(method, f"/assets/{asset['id']}", body))[0] == 404
