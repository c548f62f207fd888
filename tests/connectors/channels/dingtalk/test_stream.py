"""The stream against a stand-in of DingTalk's gateway: kept first, answered second."""

import asyncio

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.dingtalk.stream import BOT_TOPIC, run_stream
from connectors.errors import FetchFailed
from connectors.http import LineBroken
from connectors.kit.egress import EgressClient

CLIENT = ("id", "secret")


class Gateway:
    """Gives a ticket, then sends its frames and notes the answers."""

    def __init__(self):
        self.frames = []
        self.answers = []
        self.asked = None

    async def open(self, request):
        self.asked = await request.json()
        if self.asked["clientSecret"] != "secret":
            return web.json_response({"code": "InvalidParameter", "message": "no"}, status=400)
        url = str(request.url.with_path("/line")).replace("http", "ws")
        return web.json_response({"endpoint": url, "ticket": "t1"})

    async def line(self, request):
        assert request.query["ticket"] == "t1"
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for frame in self.frames:
            await socket.send_json(frame)
            if frame["headers"]["topic"] != "disconnect":
                self.answers.append(await socket.receive_json())
        await asyncio.sleep(0.05)
        return socket


@pytest.fixture
async def gateway():
    stand_in = Gateway()
    app = web.Application()
    app.router.add_post("/v1.0/gateway/connections/open", stand_in.open)
    app.router.add_get("/line", stand_in.line)
    async with TestServer(app, host="127.0.0.1") as server:
        stand_in.url = str(server.make_url("")).rstrip("/")
        yield stand_in


@pytest.fixture
async def http():
    async with EgressClient(["127.0.0.1"]) as client:
        yield client


def frame(type, topic, id, data="{}"):
    return {"type": type, "headers": {"topic": topic, "messageId": id}, "data": data}


async def test_messages_are_kept_before_they_are_answered(gateway, http):
    kept = []

    async def sink(body):
        assert len(gateway.answers) == 1  # the ping's
        kept.append(msgspec.json.decode(body))

    gateway.frames = [
        frame("SYSTEM", "ping", "p1", '{"opaque":"x"}'),
        frame("CALLBACK", BOT_TOPIC, "m1", '{"msgId":"1"}'),
        frame("SYSTEM", "disconnect", "d1"),
    ]
    await run_stream(http, gateway.url, CLIENT, sink)
    assert kept == [{"msgId": "1"}]
    assert gateway.answers[0]["data"] == '{"opaque":"x"}'
    assert gateway.answers[1]["headers"]["messageId"] == "m1"
    assert gateway.asked["subscriptions"] == [{"type": "CALLBACK", "topic": BOT_TOPIC}]


async def test_what_cannot_be_kept_is_not_answered(gateway, http):
    async def sink(_body):
        raise OSError("the journal is away")

    gateway.frames = [frame("CALLBACK", BOT_TOPIC, "m1")]
    with pytest.raises(OSError, match="journal"):
        await run_stream(http, gateway.url, CLIENT, sink)
    assert gateway.answers == []


async def test_a_line_that_ends_is_told(gateway, http):
    with pytest.raises(LineBroken):
        await run_stream(http, gateway.url, CLIENT, lambda body: None)


async def test_wrong_credentials_are_told_in_dingtalk_s_words(gateway, http):
    with pytest.raises(FetchFailed, match="InvalidParameter"):
        await run_stream(http, gateway.url, ("id", "wrong"), lambda body: None)
