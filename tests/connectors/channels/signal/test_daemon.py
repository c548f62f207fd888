"""The daemon's events and files against a stand-in of signal-cli."""

import asyncio
import base64
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.signal import daemon as door
from connectors.channels.signal.connector import Settings, connect
from connectors.contract import Account, InboxId
from connectors.errors import FetchFailed
from connectors.http import LineBroken
from connectors.kit.egress import EgressClient


class SignalCli:
    """Tells its events in pieces that end anywhere, as a network does."""

    def __init__(self):
        self.pieces, self.asked, self.hangs = [], [], False
        self.let_go = asyncio.Event()

    def app(self):
        app = web.Application()
        app.router.add_get("/api/v1/events", self.events)
        app.router.add_get("/api/v1/check", self.check)
        app.router.add_post("/api/v1/rpc", self.rpc)
        return app

    async def events(self, request):
        assert request.query["account"] == "+4712345678"
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in self.pieces:
            await response.write(piece)
            await asyncio.sleep(0.01)
        if self.hangs:
            await self.let_go.wait()
        return response

    async def check(self, _request):
        return web.Response()

    async def rpc(self, request):
        asked = await request.json()
        self.asked.append(asked)
        if asked["params"].get("id") == "gone":
            error = {"code": -1, "message": "Could not find attachment with ID: gone"}
            return web.json_response({"jsonrpc": "2.0", "id": "file", "error": error})
        data = base64.b64encode(b"leaky").decode()
        return web.json_response({"jsonrpc": "2.0", "id": "file", "result": {"data": data}})


@pytest.fixture
async def served():
    stand_in = SignalCli()
    async with TestServer(stand_in.app(), host="127.0.0.1") as server:
        account = Account(
            inbox_id=InboxId("i"),
            channel="signal",
            name="",
            address="+4712345678",
            hook_url="",
            settings=Settings(base_url=str(server.make_url("/"))),
        )
        async with EgressClient(["127.0.0.1"]) as http:
            yield stand_in, connect(account, http)
            stand_in.let_go.set()


async def test_events_are_kept_one_by_one_however_they_are_cut(served):
    daemon, number = served
    told = b':\n\nevent:receive\ndata:{"envelope":{"timestamp":1}}\n\n:\nevent:receive\n'
    daemon.pieces = [told[:20], told[20:31], told[31:], b'data:{"envelope":', b'{"n":2}}\n\n']
    kept = []

    async def sink(body):
        kept.append(json.loads(body))

    await number.run(sink)
    assert kept == [{"envelope": {"timestamp": 1}}, {"envelope": {"n": 2}}]


async def test_what_cannot_be_kept_ends_the_line(served):
    daemon, number = served
    daemon.pieces = [b'data:{"envelope":{}}\n\n']

    async def sink(_body):
        raise OSError("the journal is away")

    with pytest.raises(OSError, match="journal"):
        await number.run(sink)


async def test_a_line_that_is_silent_too_long_is_left(served, monkeypatch):
    daemon, number = served
    monkeypatch.setattr(door, "SILENCE_S", 0.05)
    daemon.hangs = True
    with pytest.raises(LineBroken):
        await number.run(lambda body: None)


async def test_files_are_asked_of_the_daemon(served):
    daemon, number = served
    pieces = [piece async for piece in await number.fetch("id=f1.jpg&thread=group%3Ag")]
    assert b"".join(pieces) == b"leaky"
    assert daemon.asked[0]["method"] == "getAttachment"
    expected = {"account": "+4712345678", "id": "f1.jpg", "groupId": "g"}
    assert daemon.asked[0]["params"] == expected
    assert [piece async for piece in await number.fetch("pack=p&sticker=3")] == [b"leaky"]
    assert daemon.asked[1]["params"]["stickerId"] == 3
    with pytest.raises(FetchFailed, match="gone"):
        [piece async for piece in await number.fetch("id=gone&thread=aa-1")]
    with pytest.raises(FetchFailed):
        await number.fetch("/etc/passwd")


async def test_the_daemon_is_probed(served):
    _, number = served
    assert (await number.check()).ok
