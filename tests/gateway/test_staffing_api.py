"""Agents' profiles and presence through the API and the live feed."""

import asyncio

from tests.gateway.house import House, Person

SHIFT = {"day": 0, "hours": {"start": "09:00", "end": "17:00"}}


async def test_a_profile_is_kept_and_who_may_change_it(house: House, admin: Person) -> None:
    jun = await house.person("jun@halden.example")
    path = f"/agents/{jun.id}/profile"
    empty = await jun.get(path)
    assert (empty["version"], empty["capacity"], empty["on_shift"]) == (
        0, {"chat": 3, "mail": 20, "voice": 1}, True,
    )  # fmt: skip
    mine = {"languages": ["de", "zh-CN"], "time_zone": "Asia/Shanghai", "version": 0}
    status, saved = await jun.call("PATCH", path, mine)
    assert (status, saved["languages"], saved["version"]) == (200, ["de", "zh-CN"], 1)
    status, problem = await jun.call("PATCH", path, mine)
    assert (status, problem["type"]) == (409, "/problems/stale")
    skilled = {"skills": [{"key": "returns", "level": 4}], "shifts": [SHIFT],
               "exceptions": [{"date": "2026-12-25", "hours": []}],
               "capacity": {"chat": 5}}  # fmt: skip
    assert (await jun.call("PATCH", path, skilled))[0] == 403
    assert (await jun.call("PATCH", f"/agents/{admin.id}/profile", {"languages": ["en"]}))[0] == 403
    status, saved = await admin.call("PATCH", path, skilled)
    assert (status, saved["capacity"]["chat"], saved["shifts"]) == (200, 5, [SHIFT])
    assert saved["skills"] == [{"key": "returns", "level": 4}]
    assert (await admin.call("GET", "/agents/nobody/profile"))[0] == 404


async def test_presence_is_told_to_colleagues(house: House, admin: Person) -> None:
    jun = await house.person("jun@halden.example")
    async with admin.http.ws_connect("/api/v1/live") as socket:
        await socket.send_json({"type": "resume", "seq": 0})
        _, mine = await jun.call("PUT", "/me/presence", {"state": "busy"})
        assert mine["state"] == "busy"
        async with asyncio.timeout(10):
            while (frame := await socket.receive_json())["type"] != "agent":
                pass
    assert frame == {"type": "agent", "agent_id": jun.id, "state": "busy"}
    _, mine = await jun.call("PUT", "/me/presence", {"active": False})
    assert mine["state"] == "busy"
    states = {one["agent_id"]: one["state"] for one in (await admin.get("/presence"))["items"]}
    assert states == {jun.id: "busy", admin.id: "offline"}
