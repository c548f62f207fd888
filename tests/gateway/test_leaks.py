"""An agent with one inbox learns nothing of another: by list, search, id, file or live."""

import asyncio

from tests.gateway.house import House, Person


async def two_tickets(house: House) -> tuple[str, str]:
    mine, theirs = await house.telegram("Mine"), await house.telegram("Theirs")
    await house.say(mine, 7, "visible words", 1)
    await house.say(theirs, 8, "hidden words", 2)
    await house.drained()
    return mine, theirs


async def test_lists_search_and_ids_show_only_visible_inboxes(house: House, admin: Person) -> None:
    mine, theirs = await two_tickets(house)
    agent = await house.person("jun@halden.example", inboxes=[mine])
    rows = {row["inbox_id"]: row for row in (await admin.get("/tickets"))["items"]}
    hidden = rows[theirs]["id"]
    message = (await admin.get(f"/tickets/{hidden}/messages"))["items"][0]
    conversation = (await admin.get(f"/tickets/{hidden}"))["conversations"][0]["id"]

    assert [row["inbox_id"] for row in (await agent.get("/tickets?view=all"))["items"]] == [mine]
    assert (await agent.get(f"/tickets?inbox_id={theirs}"))["items"] == []
    await house.indexed()
    found = (await agent.get("/search?q=words"))["items"]
    assert [hit["ticket"]["inbox_id"] for hit in found] == [mine]
    assert (await agent.get("/search?q=hidden"))["items"] == []
    number = rows[theirs]["number"]
    assert (await agent.get(f"/search?q=%23{number}"))["items"] == []
    assert [one["id"] for one in (await agent.get("/inboxes"))["items"]] == [mine]

    reply = {"conversation_id": conversation, "text": "x"}
    for method, path, body in (
        ("GET", f"/tickets/{hidden}", None),
        ("GET", f"/tickets/{hidden}/messages", None),
        ("GET", f"/tickets/{hidden}/events", None),
        ("GET", f"/tickets/{hidden}/drafts/reply", None),
        ("GET", f"/messages/{message['id']}/html", None),
        ("GET", f"/messages/{message['id']}/files/x", None),
        ("PATCH", f"/tickets/{hidden}", {"status": "solved"}),
        ("POST", f"/tickets/{hidden}/read", None),
        ("POST", f"/tickets/{hidden}/notes", {"text": "x"}),
        ("POST", f"/tickets/{hidden}/join", {"target_id": rows[mine]["id"]}),
        ("POST", f"/tickets/{rows[mine]['id']}/join", {"target_id": hidden}),
        ("POST", f"/messages/{message['id']}/undo", None),
    ):
        status, answer = await agent.call(method, path, body)
        assert status == 404, (method, path, status, answer)
        assert "hidden" not in str(answer).replace(hidden, "")
    status, answer = await agent.call("POST", f"/tickets/{hidden}/replies", reply)
    assert status in {403, 404}, answer


async def test_live_frames_are_authorised_one_by_one(house: House, admin: Person) -> None:
    mine, theirs = await two_tickets(house)
    agent = await house.person("jun@halden.example", inboxes=[mine])
    async with agent.http.ws_connect("/api/v1/live") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await house.say(theirs, 8, "hidden again", 3)
        await house.drained()
        await house.say(mine, 7, "visible again", 4)
        seen: list[dict] = []
        async with asyncio.timeout(10):
            while not any(
                frame.get("message", {}).get("text") == "visible again" for frame in seen
            ):
                seen.append(await socket.receive_json())
        assert not any("hidden" in str(frame) for frame in seen)
        assert not any(theirs in str(frame) for frame in seen)
        hidden = next(
            row["id"] for row in (await admin.get("/tickets"))["items"] if row["inbox_id"] == theirs
        )
        await socket.send_json({"type": "presence", "ticket_id": hidden, "mode": "viewing"})
        await socket.send_json({"type": "ping"})
        async with asyncio.timeout(10):
            while (frame := await socket.receive_json())["type"] != "pong":
                assert frame["type"] != "presence"


async def test_uploads_and_drafts_are_their_makers_own(house: House, admin: Person) -> None:
    mine, _ = await two_tickets(house)
    agent = await house.person("jun@halden.example")
    ticket = (await admin.get(f"/tickets?inbox_id={mine}"))["items"][0]["id"]
    draft = {"text": "unfinished", "rev": 0}
    assert (await admin.call("PUT", f"/tickets/{ticket}/drafts/reply", draft))[0] == 200
    assert (await agent.get(f"/tickets/{ticket}/drafts/reply"))["text"] == ""
    headers = {"X-CSRF-Token": admin.csrf, "Content-Type": "text/plain"}
    path = "/api/v1/uploads?name=a.txt"
    async with admin.http.post(path, data=b"secret", headers=headers) as answer:
        assert answer.status == 201
        upload = await answer.json()
    conversation = (await admin.get(f"/tickets/{ticket}"))["conversations"][0]["id"]
    body = {"conversation_id": conversation, "text": "x", "upload_ids": [upload["id"]]}
    status, problem = await agent.call("POST", f"/tickets/{ticket}/replies", body)
    assert (status, problem["field"]) == (422, "upload_ids")


async def test_whoever_loses_an_inbox_hears_no_more_of_it(house: House, admin: Person) -> None:
    """At once: an open socket is no way around a change of what its agent may see."""
    mine, theirs = await two_tickets(house)
    agent = await house.person("jun@halden.example")
    rows = {row["inbox_id"]: row["id"] for row in (await admin.get("/tickets"))["items"]}
    async with agent.http.ws_connect("/api/v1/live") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        looking = {"type": "presence", "ticket_id": rows[theirs], "mode": "viewing"}
        await socket.send_json(looking)
        async with asyncio.timeout(10):
            while (await socket.receive_json())["type"] != "presence":
                pass
        status, _ = await admin.call("PATCH", f"/agents/{agent.id}", {"inbox_ids": [mine]})
        assert status == 200
        await asyncio.sleep(0.3)
        await house.say(theirs, 8, "hidden again", 3)
        await house.drained()
        async with admin.http.ws_connect("/api/v1/live") as other:
            await other.send_json(looking)
            await house.say(mine, 7, "visible again", 4)
            seen: list[dict] = []
            async with asyncio.timeout(10):
                while not any(
                    frame.get("message", {}).get("text") == "visible again" for frame in seen
                ):
                    seen.append(await socket.receive_json())
        assert "hidden" not in str(seen)
        present = [one["name"] for f in seen if f["type"] == "presence" for one in f["agents"]]
        assert "Mira" not in present


async def test_whoever_is_switched_off_hears_nothing_more(house: House, admin: Person) -> None:
    agent = await house.person("jun@halden.example")
    async with agent.http.ws_connect("/api/v1/live") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert (await admin.call("PATCH", f"/agents/{agent.id}", {"active": False}))[0] == 200
        async with asyncio.timeout(5):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
