"""The event queue against a stand-in of Zulip: a queue that expired loses no message."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.zulip.connector import Settings, connect
from connectors.contract import Account, InboxId
from connectors.errors import CredentialsRefused
from connectors.kit.egress import EgressClient


def said(id):
    return {
        "id": id,
        "sender_id": 7,
        "sender_email": "ines@example.org",
        "type": "stream",
        "display_recipient": "support",
        "stream_id": 4,
        "subject": "Tent",
        "content": f"number {id}",
        "timestamp": 1_790_000_000,
    }


class Zulip:
    """Keeps a queue; ``expire`` throws it away as ten minutes of silence do."""

    def __init__(self):
        self.messages, self.queue, self.events, self.refused = [said(1)], 0, [], False
        self.news = asyncio.Event()

    def app(self):
        app = web.Application()
        app.router.add_post("/api/v1/register", self.register)
        app.router.add_get("/api/v1/events", self.told)
        app.router.add_get("/api/v1/messages", self.history)
        return app

    def say(self, id):
        self.messages.append(said(id))
        event = {"id": len(self.events), "type": "message", "message": said(id), "flags": []}
        self.events.append(event)
        self.news.set()

    def expire(self):
        self.queue, self.events = self.queue + 1, []

    async def register(self, _request):
        if self.refused:
            return web.json_response({"result": "error", "code": "INVALID_API_KEY"}, status=401)
        newest = max(one["id"] for one in self.messages)
        made = {"queue_id": str(self.queue), "last_event_id": -1, "max_message_id": newest}
        return web.json_response(made)

    async def told(self, request):
        if request.query["queue_id"] != str(self.queue):
            gone = {"result": "error", "code": "BAD_EVENT_QUEUE_ID", "msg": "gone"}
            return web.json_response(gone, status=400)
        if request.query["dont_block"] == "false":
            await self.news.wait()
        last = int(request.query["last_event_id"])
        return web.json_response({"events": [one for one in self.events if one["id"] > last]})

    async def history(self, request):
        anchor, most = int(request.query["anchor"]), 2
        found = [one for one in self.messages if one["id"] > anchor][:most]
        return web.json_response({"result": "success", "messages": found})


@pytest.fixture
async def served():
    stand_in = Zulip()
    async with TestServer(stand_in.app(), host="127.0.0.1") as server:
        account = Account(
            inbox_id=InboxId("i"),
            channel="zulip",
            name="",
            address="bot@halden.zulip.example",
            hook_url="",
            settings=Settings(base_url=str(server.make_url("/")), api_key="key"),
        )
        async with EgressClient(["127.0.0.1"]) as http:
            yield stand_in, connect(account, http)


async def pulled(bot, cursor):
    """The messages' ids, and the last cursor."""
    ids = []
    async for item in bot.pull(cursor):
        cursor = item.cursor
        parsed = bot.parse_item(item.body, {}, datetime.now(UTC))
        ids += [int(event.native_id) for event in parsed.events]
    return ids, cursor


async def test_what_was_said_before_is_no_news_and_what_comes_is_told_once(served):
    zulip, bot = served
    ids, cursor = await pulled(bot, "")
    assert ids == []
    waiting = asyncio.create_task(bot.wait(60))
    await asyncio.sleep(0)
    zulip.say(2)
    await waiting
    ids, cursor = await pulled(bot, cursor)
    assert ids == [2]
    assert await pulled(bot, cursor) == ([], cursor)


async def test_a_queue_that_expired_loses_nothing(served):
    zulip, bot = served
    _, cursor = await pulled(bot, "")
    zulip.say(2)
    zulip.expire()
    zulip.messages += [said(3), said(4)]
    ids, cursor = await pulled(bot, cursor)
    assert ids == [2, 3, 4]
    zulip.say(5)
    assert (await pulled(bot, cursor))[0] == [5]


async def test_a_wait_on_a_queue_that_expired_leads_to_a_new_one(served):
    zulip, bot = served
    _, cursor = await pulled(bot, "")
    zulip.expire()
    zulip.messages.append(said(2))
    await bot.wait(60)
    assert (await pulled(bot, cursor))[0] == [2]


async def test_an_item_that_was_not_kept_is_told_again(served):
    zulip, bot = served
    _, cursor = await pulled(bot, "")
    zulip.say(2)
    pull = bot.pull(cursor)
    await anext(pull)
    await pull.aclose()  # the journal was away
    assert (await pulled(bot, cursor))[0] == [2]


async def test_a_refused_key_asks_for_an_administrator(served):
    zulip, bot = served
    zulip.refused = True
    with pytest.raises(CredentialsRefused):
        await pulled(bot, "")
