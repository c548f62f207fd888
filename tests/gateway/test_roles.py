"""Roles and teams by the API, and what they change for those who have them."""

import asyncio

from gateway.auth.sessions import PEOPLE
from gateway.tasks import cancelled
from tests.gateway.house import House, Person


async def a_ticket(house: House, admin: Person, inbox: str = "Bot", sender: int = 7) -> str:
    """A ticket of a customer's first message."""
    inbox_id = await house.telegram(inbox)
    await house.say(inbox_id, sender, f"words for {inbox}", sender)
    await house.drained()
    return (await admin.get(f"/tickets?inbox_id={inbox_id}"))["items"][0]["id"]


async def made(admin: Person, path: str, body: dict) -> dict:
    status, answer = await admin.call("POST", path, body)
    assert status == 201, answer
    return answer


async def test_a_role_is_in_force_at_the_next_request(house: House, admin: Person) -> None:
    ticket = await a_ticket(house, admin)
    role = await made(admin, "/roles", {"name": "Readers", "permissions": ["read"]})
    jun = await house.person("jun@halden.example")
    assert (await jun.call("PATCH", f"/tickets/{ticket}", {"tags": ["a"]}))[0] == 200
    assert (await admin.call("PATCH", f"/agents/{jun.id}", {"role": role["id"]}))[0] == 200
    assert (await jun.get("/session"))["permissions"] == ["read"]
    assert (await jun.call("PATCH", f"/tickets/{ticket}", {"tags": ["b"]}))[0] == 403
    more = {"permissions": ["read", "change"], "version": role["version"]}
    status, changed = await admin.call("PATCH", f"/roles/{role['id']}", more)
    assert (status, changed["people"]) == (200, 1)
    assert (await jun.call("PATCH", f"/tickets/{ticket}", {"tags": ["b"]}))[0] == 200
    assert (await admin.call("PATCH", f"/roles/{role['id']}", more))[0] == 409  # a stale screen


async def test_what_is_in_use_goes_only_by_naming_its_replacement(
    house: House, admin: Person
) -> None:
    role = await made(admin, "/roles", {"name": "Readers", "permissions": ["read"]})
    jun = await house.person("jun@halden.example", role["id"])
    path = f"/roles/{role['id']}"
    status, problem = await admin.call("DELETE", path)
    assert (status, problem["field"]) == (422, "replace_with")
    assert (await admin.call("DELETE", f"{path}?replace_with={role['id']}"))[0] == 422
    assert (await admin.call("DELETE", f"{path}?replace_with=nobody"))[0] == 404
    assert (await admin.call("DELETE", f"{path}?replace_with=light"))[0] == 204
    assert (await jun.get("/session"))["agent"]["role"] == "light"
    assert (await admin.call("DELETE", "/roles/agent"))[0] == 409
    assert (await admin.call("DELETE", path))[0] == 404


async def test_a_team_that_goes_leaves_its_tickets_and_members_to_another(
    house: House, admin: Person
) -> None:
    ticket = await a_ticket(house, admin)
    jun = await house.person("jun@halden.example")
    role = await made(admin, "/roles", {"name": "T", "permissions": ["read"], "reach": "team"})
    await admin.call("PATCH", f"/agents/{jun.id}", {"role": role["id"]})
    old = await made(admin, "/teams", {"name": "Returns", "member_ids": [jun.id]})
    assert [one["id"] for one in old["members"]] == [jun.id]
    new = await made(admin, "/teams", {"name": "Care"})
    assert (await jun.get("/tickets"))["items"] == []
    assert (await admin.call("PATCH", f"/tickets/{ticket}", {"team_id": old["id"]}))[0] == 200
    assert len((await jun.get("/tickets"))["items"]) == 1
    status, problem = await admin.call("DELETE", f"/teams/{old['id']}")
    assert (status, problem["field"]) == (422, "replace_with")
    gone = f"/teams/{old['id']}?replace_with={new['id']}"
    assert (await admin.call("DELETE", gone))[0] == 204
    assert (await jun.get("/session"))["agent"]["team_ids"] == [new["id"]]
    assert len((await jun.get("/tickets"))["items"]) == 1
    status, problem = await admin.call("PATCH", f"/tickets/{ticket}", {"team_id": old["id"]})
    assert status == 200  # it has it already
    await admin.call("PATCH", f"/tickets/{ticket}", {"team_id": None})
    status, problem = await admin.call("PATCH", f"/tickets/{ticket}", {"team_id": old["id"]})
    assert (status, problem["field"]) == (422, "team_id")
    assert (await jun.get("/tickets"))["items"] == []


async def test_a_team_opens_its_inboxes_to_its_members(house: House, admin: Person) -> None:
    ticket = await a_ticket(house, admin)
    inbox = (await admin.get(f"/tickets/{ticket}"))["inbox_id"]
    jun = await house.person("jun@halden.example", inboxes=[])
    assert (await jun.call("GET", f"/tickets/{ticket}"))[0] == 404
    team = {"name": "Returns", "inbox_ids": [inbox], "member_ids": [jun.id]}
    made_team = await made(admin, "/teams", team)
    assert (await jun.call("GET", f"/tickets/{ticket}"))[0] == 200
    await admin.call("PATCH", f"/teams/{made_team['id']}", {"member_ids": []})
    assert (await jun.call("GET", f"/tickets/{ticket}"))[0] == 404


async def test_wrong_roles_and_teams_name_the_field(house: House, admin: Person) -> None:
    for path, body, field in (
        ("/roles", {"name": "X", "permissions": ["fly"]}, "permissions"),
        ("/roles", {"name": "agent", "permissions": []}, "name"),
        ("/roles", {"name": "X", "permissions": [], "fields": {"subject": "hidden"}},
         "fields.subject"),
        ("/teams", {"name": "X", "inbox_ids": ["nothing"]}, "inbox_ids"),
        ("/teams", {"name": "X", "member_ids": ["nobody"]}, "member_ids"),
        ("/teams", {"name": "  "}, "name"),
        ("/agents", {"email": "x@halden.example", "name": "X", "role": "none",
                     "password": "long enough"}, "role"),
    ):  # fmt: skip
        status, problem = await admin.call("POST", path, body)
        assert (status, problem["field"]) == (422, field), problem
    status, problem = await admin.call("PATCH", "/roles/agent", {"permissions": ["read"]})
    assert (status, problem["type"]) == (409, "/problems/refused")
    assert (await admin.get("/teams"))["items"] == []


async def test_somebody_can_always_administer(house: House, admin: Person) -> None:
    rights = {"name": "Owners", "permissions": ["read", "administer"]}
    role = await made(admin, "/roles", rights)
    jun = await house.person("jun@halden.example", role["id"])
    assert (await jun.call("PATCH", f"/agents/{admin.id}", {"active": False}))[0] == 200
    path = f"/roles/{role['id']}"
    assert (await jun.call("PATCH", path, {"permissions": ["read"]}))[0] == 409
    assert (await jun.call("DELETE", f"{path}?replace_with=agent"))[0] == 409
    assert (await jun.call("GET", "/roles"))[0] == 200


async def test_a_transfer_out_of_sight_is_answered_once(house: House, admin: Person) -> None:
    ticket = await a_ticket(house, admin)
    mine, theirs = [await made(admin, "/teams", {"name": name}) for name in ("A", "B")]
    permissions = ["read", "change"]
    role = await made(admin, "/roles", {"name": "T", "permissions": permissions, "reach": "team"})
    jun = await house.person("jun@halden.example", role["id"])
    await admin.call("PATCH", f"/agents/{jun.id}", {"team_ids": [mine["id"]]})
    await admin.call("PATCH", f"/tickets/{ticket}", {"team_id": mine["id"]})
    status, left = await jun.call("PATCH", f"/tickets/{ticket}", {"team_id": theirs["id"]})
    assert (status, left["team_id"]) == (200, theirs["id"])
    assert (await jun.call("GET", f"/tickets/{ticket}"))[0] == 404
    assert (await jun.call("PATCH", f"/tickets/{ticket}", {"team_id": mine["id"]}))[0] == 404


async def test_a_field_that_became_sensitive_is_masked_at_once(house: House, admin: Person) -> None:
    ticket = await a_ticket(house, admin)
    field = {"names": {"en": "IBAN"}, "kind": "text", "version": 0}
    _, entry = await admin.call("PUT", "/fields/iban", field)
    values = {"fields": {"iban": "DE89370400440532013000"}}
    assert (await admin.call("PATCH", f"/tickets/{ticket}", values))[0] == 200
    jun = await house.person("jun@halden.example")
    assert (await jun.get(f"/tickets/{ticket}"))["fields"] == values["fields"]
    following = asyncio.create_task(house.parts.sessions.follow(house.base.pubsub))
    async with asyncio.timeout(3):
        while dict(await house.base.redis.pubsub_numsub(PEOPLE)) != {PEOPLE.encode(): 1}:  # noqa: ASYNC110  Redis tells nobody
            await asyncio.sleep(0.01)
    stricter = {**field, "sensitive": True, "version": entry["version"]}
    assert (await admin.call("PUT", "/fields/iban", stricter))[0] == 200
    async with asyncio.timeout(2):  # well before what was read is old by itself
        while (await jun.get(f"/tickets/{ticket}"))["fields"] == values["fields"]:  # noqa: ASYNC110  another process is told
            await asyncio.sleep(0.05)
    assert (await jun.get(f"/tickets/{ticket}"))["fields"] == {"iban": "••••00"}
    assert (await admin.get(f"/tickets/{ticket}"))["fields"] == values["fields"]
    await cancelled([following])
