"""Socket Mode against a stand-in of Slack: what is acknowledged was kept before."""

import asyncio

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.slack.socket_mode import run_socket
from connectors.errors import FetchFailed
from connectors.http import LineBroken
from connectors.kit.egress import EgressClient


class Slack:
    """Opens a line for the right token, sends its frames, notes the acknowledgements."""

    def __init__(self):
        self.frames = []
        self.acked = []

    async def open(self, request):
        if request.headers["authorization"] != "Bearer xapp-1":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        url = str(request.url.with_path("/line")).replace("http", "ws")
        return web.json_response({"ok": True, "url": url})

    async def line(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        for frame in self.frames:
            await socket.send_json(frame)
            if "envelope_id" in frame:
                self.acked.append((await socket.receive_json())["envelope_id"])
        await asyncio.sleep(0.05)
        return socket


@pytest.fixture
async def slack():
    stand_in = Slack()
    app = web.Application()
    app.router.add_post("/open", stand_in.open)
    app.router.add_get("/line", stand_in.line)
    async with TestServer(app, host="127.0.0.1") as server:
        stand_in.url = str(server.make_url("/open"))
        yield stand_in


@pytest.fixture
async def http():
    async with EgressClient(["127.0.0.1"]) as client:
        yield client


async def test_events_and_commands_are_kept_then_acknowledged(slack, http):
    kept = []

    async def sink(body):
        assert len(slack.acked) == len(kept)
        kept.append(msgspec.json.decode(body))

    slack.frames = [
        {"type": "events_api", "envelope_id": "e1", "payload": {"type": "event_callback"}},
        {"type": "slash_commands", "envelope_id": "e2", "payload": {"command": "/help"}},
        {"type": "disconnect", "reason": "refresh_requested"},
    ]
    await run_socket(http, slack.url, "xapp-1", sink)
    assert kept == [{"type": "event_callback"}, {"command": "/help", "type": "command"}]
    assert slack.acked == ["e1", "e2"]


async def test_what_cannot_be_kept_is_not_acknowledged(slack, http):
    async def sink(_body):
        raise OSError("the journal is away")

    slack.frames = [{"type": "events_api", "envelope_id": "e1", "payload": {}}]
    with pytest.raises(OSError, match="journal"):
        await run_socket(http, slack.url, "xapp-1", sink)
    assert slack.acked == []


async def test_a_line_that_ends_and_a_refusal_are_told(slack, http):
    with pytest.raises(LineBroken):
        await run_socket(http, slack.url, "xapp-1", lambda body: None)
    with pytest.raises(FetchFailed, match="invalid_auth"):
        await run_socket(http, slack.url, "wrong", lambda body: None)
