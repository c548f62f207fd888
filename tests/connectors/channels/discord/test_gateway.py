"""The Gateway against a stand-in of Discord: identified once, resumed after a broken line."""

import asyncio

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.discord.gateway import Gateway
from connectors.errors import FetchFailed
from connectors.http import LineBroken
from connectors.kit.egress import EgressClient


class Discord:
    """Speaks what it is given after its hello; notes what it hears."""

    def __init__(self):
        self.speaks = []
        self.heard = []
        self.beat_ms = 60_000

    async def find(self, request):
        if request.headers["authorization"] != "Bot right":
            return web.json_response({"message": "401: Unauthorized"}, status=401)
        return web.json_response({"url": self.line_url})

    async def line(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.beat_ms}})
        self.heard.append(await socket.receive_json())
        for frame in self.speaks.pop(0):
            await socket.send_json(frame)
        listening = asyncio.create_task(self.listen(socket))
        await asyncio.sleep(0.2)
        listening.cancel()
        return socket

    async def listen(self, socket):
        async for frame in socket:
            self.heard.append(msgspec.json.decode(frame.data))


@pytest.fixture
async def discord():
    stand_in = Discord()
    app = web.Application()
    app.router.add_get("/gateway/bot", stand_in.find)
    app.router.add_get("/line", stand_in.line)
    async with TestServer(app, host="127.0.0.1") as server:
        stand_in.url = str(server.make_url("")).rstrip("/")
        stand_in.line_url = f"{stand_in.url}/line".replace("http", "ws")
        yield stand_in


@pytest.fixture
async def http():
    async with EgressClient(["127.0.0.1"]) as client:
        yield client


def ready(url):
    return {"op": 0, "t": "READY", "s": 1, "d": {"session_id": "s1", "resume_gateway_url": url}}


def said(number, id="5"):
    return {"op": 0, "t": "MESSAGE_CREATE", "s": number, "d": {"id": id}}


async def test_a_broken_line_is_resumed_after_what_was_kept(discord, http):
    kept = []

    async def sink(body):
        kept.append(msgspec.json.decode(body))

    discord.speaks = [
        [ready(discord.line_url), said(2), {"op": 0, "t": "PRESENCE_UPDATE", "s": 3, "d": {}}],
        [said(4, "6"), {"op": 7, "d": None}],
    ]
    gateway = Gateway(http, discord.url, "right")
    with pytest.raises(LineBroken):
        await gateway.run(sink)
    await gateway.run(sink)
    assert kept == [{"t": "MESSAGE_CREATE", "d": {"id": id}} for id in ("5", "6")]
    assert [frame["op"] for frame in discord.heard] == [2, 6]
    assert discord.heard[1]["d"] == {"token": "right", "session_id": "s1", "seq": 3}


async def test_what_cannot_be_kept_is_asked_for_again(discord, http):
    async def refuse(_body):
        raise OSError("the journal is away")

    async def sink(_body):
        pass

    discord.speaks = [[ready(discord.line_url), said(2)], [{"op": 7, "d": None}]]
    gateway = Gateway(http, discord.url, "right")
    with pytest.raises(OSError, match="journal"):
        await gateway.run(refuse)
    await gateway.run(sink)
    assert discord.heard[1]["d"]["seq"] == 1  # the message's number was not taken


async def test_a_session_that_is_over_begins_anew(discord, http):
    async def sink(_body):
        pass

    discord.speaks = [
        [ready(discord.line_url), {"op": 9, "d": False}],
        [{"op": 7, "d": None}],
    ]
    gateway = Gateway(http, discord.url, "right")
    await gateway.run(sink)
    await gateway.run(sink)
    assert [frame["op"] for frame in discord.heard] == [2, 2]


async def test_it_beats_and_a_wrong_token_is_told(discord, http):
    async def sink(_body):
        pass

    discord.beat_ms = 30
    discord.speaks = [[{"op": 11, "d": None}]]
    with pytest.raises(LineBroken):
        await Gateway(http, discord.url, "right").run(sink)
    assert {"op": 1, "d": None} in discord.heard
    with pytest.raises(FetchFailed, match="401"):
        await Gateway(http, discord.url, "wrong").run(sink)
