"""A ticket joined across inboxes shows each agent only what its visible conversations hold."""

import asyncio

from gateway import notices
from tests.gateway.house import House, Person


class Joined:
    """One ticket of two inboxes; an agent who sees one of them."""

    def __init__(self, ticket: str, mine: str, theirs: str, agent: Person) -> None:
        self.ticket = ticket
        self.mine = mine
        self.theirs = theirs
        self.agent = agent


async def joined(house: House, admin: Person) -> Joined:
    """The hidden inbox's ticket takes in the visible one's; the hidden one spoke last."""
    mine, theirs = await house.telegram("Mine"), await house.telegram("Theirs")
    await house.say(theirs, 8, "hidden words", 1)
    await house.drained()
    await house.say(mine, 7, "visible words", 2)
    await house.drained()
    rows = {row["inbox_id"]: row["id"] for row in (await admin.get("/tickets"))["items"]}
    body = {"target_id": rows[theirs]}
    assert (await admin.call("POST", f"/tickets/{rows[mine]}/join", body))[0] == 200
    await house.say(theirs, 8, "hidden later", 3)
    await house.drained()
    agent = await house.person("jun@halden.example", inboxes=[mine])
    return Joined(rows[theirs], mine, theirs, agent)


async def test_rows_search_and_ticket_speak_only_of_visible_conversations(
    house: House, admin: Person
) -> None:
    one = await joined(house, admin)
    listed = (await one.agent.get("/tickets"))["items"]
    assert [row["id"] for row in listed] == [one.ticket]
    whole = await one.agent.get(f"/tickets/{one.ticket}")
    await house.indexed()
    found = (await one.agent.get("/search?q=visible"))["items"]
    number = (await one.agent.get(f"/search?q=%23{listed[0]['number']}"))["items"]
    changed = (await one.agent.call("PATCH", f"/tickets/{one.ticket}", {"tags": ["seen"]}))[1]
    for answer in (listed[0], whole, found[0]["ticket"], number[0]["ticket"], changed):
        assert answer["subject"] == "visible words", answer
        assert answer["snippet"] == "visible words"
        assert answer["inbox_id"] == one.mine
        assert "hidden" not in str(answer)
        assert one.theirs not in str(answer)
    events = (await one.agent.get(f"/tickets/{one.ticket}/events"))["items"]
    assert "hidden" not in str(events)
    assert (await admin.get(f"/tickets/{one.ticket}"))["subject"] == "hidden words"


async def test_live_rows_speak_only_of_visible_conversations(house: House, admin: Person) -> None:
    one = await joined(house, admin)
    async with one.agent.http.ws_connect("/api/v1/live") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await house.say(one.theirs, 8, "hidden at last", 4)
        await house.drained()
        await house.say(one.mine, 7, "visible at last", 5)
        seen: list[dict] = []
        async with asyncio.timeout(10):
            while not any(
                frame.get("message", {}).get("text") == "visible at last" for frame in seen
            ):
                seen.append(await socket.receive_json())
        assert "hidden" not in str(seen)
        assert one.theirs not in str(seen)


async def test_a_note_stands_where_its_author_can_see_it(house: House, admin: Person) -> None:
    one = await joined(house, admin)
    status, note = await one.agent.call(
        "POST", f"/tickets/{one.ticket}/notes", {"text": "asked the warehouse"}
    )
    assert (status, note["inbox_id"]) == (201, one.mine)
    thread = (await one.agent.get(f"/tickets/{one.ticket}/messages"))["items"]
    assert "asked the warehouse" in [message["text"] for message in thread]


async def test_a_reply_of_a_hidden_conversation_cannot_be_amended(
    house: House, admin: Person
) -> None:
    one = await joined(house, admin)
    conversations = (await admin.get(f"/tickets/{one.ticket}"))["conversations"]
    hidden = next(c["id"] for c in conversations if c["inbox_id"] == one.theirs)
    body = {"conversation_id": hidden, "text": "hidden answer", "send_anyway": True}
    status, sent = await admin.call("POST", f"/tickets/{one.ticket}/replies", body)
    assert status == 201
    for step, verdict in (("undo", None), ("retry", None), ("resolve", {"state": "failed"})):
        path = f"/messages/{sent['id']}/{step}"
        status, answer = await one.agent.call("POST", path, verdict)
        assert status == 404, (step, status, answer)
        assert "hidden" not in str(answer)


async def test_typing_is_told_only_to_those_who_see_the_inbox(house: House, admin: Person) -> None:
    one = await joined(house, admin)
    async with one.agent.http.ws_connect("/api/v1/live") as socket:
        await socket.send_json({"type": "presence", "ticket_id": one.ticket, "mode": "viewing"})
        for inbox, name in ((one.theirs, "hidden visitor"), (one.mine, "visible visitor")):
            await asyncio.sleep(0.2)
            notice = notices.Typing(ticket_id=one.ticket, inbox_id=inbox, name=name, typing=True)
            await house.base.pubsub.publish(notices.LIVE, notices.encode(notice))
        seen: list[dict] = []
        async with asyncio.timeout(10):
            while not any(frame["type"] == "typing" for frame in seen):
                seen.append(await socket.receive_json())
        assert [frame["name"] for frame in seen if frame["type"] == "typing"] == ["visible visitor"]
