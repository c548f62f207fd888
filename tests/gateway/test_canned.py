"""Canned replies and preferences through the interface."""

from tests.gateway.house import House, Person

WISH = {
    "name": "Return label",
    "shortcut": "label",
    "texts": {"en": "Hi {{customer.first_name}}, #{{ticket.number}}", "zh-CN": "您好"},
}


async def test_my_own_are_mine_and_shared_ones_are_curated(house: House, admin: Person) -> None:
    jun, lena = await house.person("jun@halden.example"), await house.person("lena@halden.example")
    status, mine = await jun.call("POST", "/canned", WISH)
    assert (status, mine["scope"], mine["editable"]) == (201, "personal", True)
    status, _ = await jun.call("POST", "/canned", WISH | {"scope": "shared"})
    assert status == 403
    status, shared = await admin.call("POST", "/canned", WISH | {"scope": "shared"})
    assert status == 201
    assert {one["id"] for one in (await jun.get("/canned?q=lab"))["items"]} == {
        mine["id"],
        shared["id"],
    }
    found = (await lena.get("/canned"))["items"]
    assert [(one["id"], one["editable"]) for one in found] == [(shared["id"], False)]
    for method, path in (("PUT", mine["id"]), ("DELETE", mine["id"])):
        body = WISH | {"version": 1}
        assert (await lena.call(method, f"/canned/{path}", body))[0] == 404
    assert (await lena.call("DELETE", f"/canned/{shared['id']}"))[0] == 403
    assert (await admin.call("DELETE", f"/canned/{shared['id']}"))[0] == 204
    assert (await lena.get("/canned"))["items"] == []


async def test_an_older_version_overwrites_nothing(admin: Person) -> None:
    _, made = await admin.call("POST", "/canned", WISH)
    change = WISH | {"name": "Label", "shortcut": "", "version": made["version"]}
    status, after = await admin.call("PUT", f"/canned/{made['id']}", change)
    assert (status, after["version"], after["shortcut"]) == (200, 2, "")
    assert (await admin.call("PUT", f"/canned/{made['id']}", change))[0] == 409
    assert (await admin.get("/canned?q=label"))["items"][0]["shortcut"] == ""


async def test_a_repeated_wish_keeps_one(admin: Person) -> None:
    key = {"Idempotency_Key": "same-key-1"}
    first = await admin.call("POST", "/canned", WISH, **key)
    assert await admin.call("POST", "/canned", WISH, **key) == first
    assert len((await admin.get("/canned"))["items"]) == 1


async def test_blanks_are_filled_for_the_customer(house: House, admin: Person) -> None:
    await house.say(await house.telegram(), 7, "My tent leaks, please help me with it", 1)
    await house.drained()
    ticket = await admin.get(f"/tickets/{(await admin.get('/tickets'))['items'][0]['id']}")
    _, made = await admin.call("POST", "/canned", WISH)
    place = f"conversation_id={ticket['conversations'][0]['id']}"
    filled = await admin.get(f"/tickets/{ticket['id']}/canned/{made['id']}?{place}")
    assert filled["text"] == f"Hi Aiko, #{ticket['number']}"
    assert (filled["language"], filled["missing"]) == ("en", [])
    assert (await admin.call("GET", f"/tickets/{ticket['id']}/canned/none?{place}"))[0] == 404
    lena = await house.person("lena@halden.example", inboxes=[])
    assert (await lena.call("GET", f"/tickets/{ticket['id']}/canned/{made['id']}?{place}"))[
        0
    ] == 404


async def test_preferences_are_each_agents_own(house: House, admin: Person) -> None:
    jun = await house.person("jun@halden.example")
    mine = await jun.get("/me/preferences")
    assert (mine["theme"], mine["send_action"], mine["keys"]["on"]) == ("system", "send", True)
    wanted = mine | {"theme": "dark", "time_zone": "Asia/Shanghai"}
    wanted["keys"] = {"on": True, "remapped": {"next": "n"}}
    assert await jun.call("PUT", "/me/preferences", wanted) == (200, wanted)
    assert await jun.get("/me/preferences") == wanted
    assert (await admin.get("/me/preferences"))["theme"] == "system"


async def test_preferences_that_cannot_be_name_the_field(admin: Person) -> None:
    mine = await admin.get("/me/preferences")
    quiet = mine["quiet"] | {"begins": "25:00"}
    for change, field in (
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"theme": "pink"}, "theme"),
        ({"quiet": quiet}, "quiet.begins"),
        ({"keys": {"on": True, "remapped": {"$set": "x"}}}, "keys.remapped"),
    ):
        status, problem = await admin.call("PUT", "/me/preferences", mine | change)
        assert status == 422
        assert problem["field"].startswith(field), problem
