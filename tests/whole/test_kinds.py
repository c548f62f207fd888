"""Every kind of message through a whole site: in by the webhook, seen by the API; out, and back."""

import asyncio
import json
import uuid
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.api_client import ApiProblem
from tests.peers.provider import Provider
from tests.site import Site
from tests.whole.far_side import Inboxes, api, delivered, eventually, reply, stored, telegram

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def shown(site: Site, ticket_id: str) -> list[dict[str, Any]]:
    """The thread as an agent gets it, oldest first."""
    page = await site.client.call("GET", f"/tickets/{ticket_id}/messages")
    items: list[dict[str, Any]] = page["items"]
    return items[::-1]


async def told(site: Site, ticket_id: str, kind: str) -> dict[str, Any]:
    """The ticket's event of this kind, once it is there."""

    async def look() -> dict[str, Any] | None:
        page = await site.client.call("GET", f"/tickets/{ticket_id}/events")
        return next((one for one in page["items"] if one["kind"] == kind), None)

    return await eventually(look)


async def until(site: Site, message_id: str, **fields: Any) -> dict[str, Any]:
    """The message as the API shows it, once it has these fields."""
    found = await site.db["messages"].find_one({"_id": message_id})
    assert found is not None

    async def look() -> dict[str, Any] | None:
        thread = await shown(site, found["ticket_id"])
        one = next(one for one in thread if one["id"] == message_id)
        return one if fields.items() <= one.items() else None

    return await eventually(look)


async def test_what_customers_do_to_messages_shows_in_the_thread(
    site: Site, inboxes: Inboxes
) -> None:
    inbox, sender = inboxes["api"], "u-kinds"
    for id, text in (("k-1", "A pole is bent"), ("k-2", "Never mind"), ("k-3", "See the first")):
        answers = {"reply_to": "k-1"} if id == "k-3" else {}
        assert await api(inbox, {"id": id, "sender": sender, "text": text, **answers}) == 202
    first, second = await stored(site, "A pole is bent"), await stored(site, "Never mind")
    await stored(site, "See the first")
    for item in (
        {"type": "edit", "id": "k-1", "sender": sender, "text": "A pole is broken"},
        {"type": "reaction", "id": "k-1", "sender": sender, "emoji": "🎉"},
        {"type": "delete", "id": "k-2", "sender": sender},
        {"type": "stopped", "sender": sender},
    ):
        assert await api(inbox, item) == 202
    edited = await until(site, first["_id"], text="A pole is broken")
    assert edited["edited_at"] is not None
    liked = {"_id": first["_id"], "reactions.emoji": "🎉"}
    assert await eventually(lambda: site.db["messages"].find_one(liked))
    reacted = await until(site, first["_id"])
    assert [(one["emoji"], one["ours"]) for one in reacted["reactions"]] == [("🎉", False)]
    gone = await until(site, second["_id"], text="")
    assert gone["deleted_at"] is not None
    blocked = await told(site, first["ticket_id"], "membership.changed")
    (change,) = blocked["changes"]
    assert (change["field"], change["after"]) == ("membership", "blocked")
    assert (await shown(site, first["ticket_id"]))[-1]["reply_to"] == "k-1"


async def test_an_open_screen_sees_the_customer_type(site: Site, inboxes: Inboxes) -> None:
    inbox, sender = inboxes["api"], "u-typing"
    assert await api(inbox, {"id": "t-1", "sender": sender, "text": "I begin to write"}) == 202
    message = await stored(site, "I begin to write")
    url = f"{site.url}/api/v1/live"
    async with site.client.http.ws_connect(url) as socket, asyncio.timeout(30):
        look = {"type": "presence", "ticket_id": message["ticket_id"], "mode": "viewing"}
        await socket.send_json(look)
        while (await socket.receive_json())["type"] != "presence":
            pass
        typing = asyncio.create_task(_types_on(inbox, sender))
        while (frame := await socket.receive_json())["type"] != "typing":
            pass
        typing.cancel()
    assert (frame["ticket_id"], frame["typing"]) == (message["ticket_id"], True)
    assert await site.db["messages"].count_documents({"ticket_id": message["ticket_id"]}) == 1


async def _types_on(inbox: dict[str, str], sender: str) -> None:
    """As people do: a word that comes late is not told, the next one is."""
    while True:
        assert await api(inbox, {"type": "typing", "sender": sender, "typing": True}) == 202
        await asyncio.sleep(1)


async def called(site: Site, inbox: dict[str, Any], **fields: str) -> None:
    """Twilio tells of a call."""
    form = {"AccountSid": "AC1", "From": "+14155550177", "To": "+14155550111", **fields}
    url = f"{site.url}/hooks/twilio_voice/{inbox['id']}"
    headers = {"x-twilio-signature": RequestValidator("tw-secret").compute_signature(url, form)}
    async with aiohttp.ClientSession() as http:
        answer = await http.post(url, data=form, headers=headers)
        assert answer.status == 200, await answer.text()


async def test_a_missed_call_makes_a_ticket_and_its_voicemail_can_be_played(
    site: Site, provider: Provider
) -> None:
    body = {
        "channel": "twilio_voice",
        "name": "Telephone",
        "address": "+14155550111",
        "settings": {"account_sid": "AC1", "auth_token": "tw-secret"},
    }
    inbox = await site.client.call("POST", "/inboxes", body)
    await called(site, inbox, CallSid="CA1", CallStatus="no-answer", Direction="inbound")
    message = await eventually(lambda: site.db["messages"].find_one({"call.state": "missed"}))
    (call,) = await shown(site, message["ticket_id"])
    assert call["call"] == {"state": "missed", "duration_s": 0}
    provider.files["RE1.mp3"] = b"ID3" + bytes(500)
    await called(
        site,
        inbox,
        CallSid="CA1",
        RecordingSid="RE1",
        RecordingStatus="completed",
        RecordingDuration="12",
        RecordingUrl=f"{provider.base_url}/kept/RE1",
    )
    where = {"call.state": "recorded", "files.sha256": {"$gt": ""}}
    recorded = await eventually(lambda: site.db["messages"].find_one(where))
    assert recorded["ticket_id"] == message["ticket_id"]
    voicemail = (await shown(site, message["ticket_id"]))[-1]
    assert voicemail["call"] == {"state": "recorded", "duration_s": 12}
    (file,) = voicemail["files"]
    assert (file["kind"], file["media_type"], file["state"]) == ("audio", "audio/mpeg", "stored")


async def act(site: Site, message_id: str, what: str, body: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = await site.client.call("POST", f"/messages/{message_id}/{what}", body)
    assert made["direction"] == "act"
    return made


async def test_agents_change_take_back_and_react_on_telegram(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    assert await telegram(inboxes["telegram"], 8801, text="Is it there?") == 200
    theirs = await stored(site, "Is it there?")
    ticket = await site.client.call("GET", f"/tickets/{theirs['ticket_id']}")
    offered = {one["kind"]: one["within_h"] for one in ticket["conversations"][0]["acts"]}
    assert offered == {"edit": None, "delete": 48, "react": None}

    ours = await reply(site, theirs, "It comes today")
    await delivered(site, ours["id"], "sent")
    native = (await site.db["messages"].find_one({"_id": ours["id"]}))["delivery"]["native_ids"][0]
    edit = await act(site, ours["id"], "edits", {"text": "It comes tomorrow"})
    await delivered(site, edit["id"], "sent")
    assert (await until(site, ours["id"], text="It comes tomorrow"))["edited_at"] is not None
    reaction = await act(site, theirs["_id"], "reaction", {"emoji": "👍"})
    await delivered(site, reaction["id"], "sent")
    (mine,) = (await until(site, theirs["_id"]))["reactions"]
    assert mine == {"sender": "Mira Okafor", "emoji": "👍", "ours": True}
    await delivered(site, (await act(site, ours["id"], "deletion"))["id"], "sent")
    assert (await until(site, ours["id"], text=""))["deleted_at"] is not None

    asked = [(method, given) for method, given in provider.acted if method != "sendChatAction"]
    assert [method for method, _ in asked[-3:]] == [
        "editMessageText",
        "setMessageReaction",
        "deleteMessage",
    ]
    assert asked[-3][1]["text"] == "It comes tomorrow"
    assert f"8801#{asked[-1][1]['message_id']}" == native
    assert json.loads(asked[-2][1]["reaction"])[0]["emoji"] == "👍"


async def test_a_refused_act_is_told_and_changes_nothing(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    assert await telegram(inboxes["telegram"], 8802, text="And the pegs?") == 200
    theirs = await stored(site, "And the pegs?")
    ours = await reply(site, theirs, "With the tent")
    await delivered(site, ours["id"], "sent")
    words = {"ok": False, "error_code": 400, "description": "Bad Request: message can't be edited"}
    provider.refuse_with.append(web.json_response(words, status=400))
    edit = await act(site, ours["id"], "edits", {"text": "Apart"})
    delivery = await delivered(site, edit["id"], "failed")
    assert "can't be edited" in delivery["reason"]
    assert (await until(site, ours["id"]))["text"] == "With the tent"


async def test_a_channel_that_cannot_says_so(site: Site, inboxes: Inboxes) -> None:
    assert await api(inboxes["api"], {"id": "c-1", "sender": "u-cannot", "text": "React?"}) == 202
    theirs = await stored(site, "React?")
    ticket = await site.client.call("GET", f"/tickets/{theirs['ticket_id']}")
    assert ticket["conversations"][0]["acts"] == []
    with pytest.raises(ApiProblem) as refused:
        await act(site, theirs["_id"], "reaction", {"emoji": "👍"})
    assert refused.value.status == 422
    assert refused.value.document["field"] == "react"
    assert refused.value.document["detail"].startswith("API has no reactions")


async def test_a_repeated_call_acts_once(site: Site, provider: Provider, inboxes: Inboxes) -> None:
    assert await telegram(inboxes["telegram"], 8803, text="Once, please") == 200
    theirs, key = await stored(site, "Once, please"), str(uuid.uuid4())
    path, body = f"/messages/{theirs['_id']}/reaction", {"emoji": "👀"}
    first = await site.client.call("POST", path, body, key=key)
    await delivered(site, first["id"], "sent")
    again = await site.client.call("POST", path, body, key=key)
    assert again["id"] == first["id"]
    message = str(theirs["native_id"]).partition("#")[2]
    asked = [given for _, given in provider.acted if given.get("message_id") == message]
    assert len(asked) == 1


async def test_telegram_hears_that_an_agent_types(
    site: Site, provider: Provider, inboxes: Inboxes
) -> None:
    assert await telegram(inboxes["telegram"], 8804, text="Who answers?") == 200
    theirs = await stored(site, "Who answers?")
    answering = {"type": "answering", "conversation_id": theirs["conversation_id"]}
    async with site.client.http.ws_connect(f"{site.url}/api/v1/live") as socket:

        async def look() -> dict[str, Any] | None:
            await socket.send_json(answering)
            found = [given for method, given in provider.acted if method == "sendChatAction"]
            return next((one for one in found if str(one["chat_id"]) == "8804"), None)

        assert (await eventually(look))["action"] == "typing"
