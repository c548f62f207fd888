"""The WebSocket against a stand-in of Mattermost: nothing that came while we were away is lost."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from connectors.channels.mattermost.connector import Settings, connect
from connectors.contract import Account, InboxId
from connectors.errors import CredentialsRefused, Malformed
from connectors.http import LineBroken
from connectors.kit.egress import EgressClient

T = 1_790_000_000_000


def told(event, channel_type="O", **data):
    return {"event": event, "data": {"channel_type": channel_type, **data}, "seq": 1}


def post(id, at, **more):
    return {"id": id, "create_at": at, "user_id": "u1", "channel_id": "c1", "message": id, **more}


def posted(id, at, **more):
    return told("posted", post=json.dumps(post(id, at, **more)), sender_name="@ines")


class Mattermost:
    """Says hello, tells its frames, answers what is asked by REST; then hangs up."""

    def __init__(self):
        self.frames, self.posts, self.lines, self.token = [], [], 0, "bot-token"

    def app(self):
        app = web.Application()
        app.router.add_get("/api/v4/websocket", self.line)
        app.router.add_get("/api/v4/users/me/channels", self.channels)
        app.router.add_get("/api/v4/channels/c1/posts", self.since)
        return app

    async def line(self, request):
        self.lines += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"event": "hello", "seq": 0})
        for frame in self.frames:
            await socket.send_json(frame)
        self.frames = []
        if self.lines > 1:
            while (await socket.receive()).type is not WSMsgType.CLOSE:
                pass
        return socket

    async def channels(self, request):
        if request.headers["authorization"] != f"Bearer {self.token}":
            return web.json_response({"message": "expired"}, status=401)
        newest = max((one["create_at"] for one in self.posts), default=0)
        return web.json_response([{"id": "c1", "type": "O", "last_post_at": newest}])

    async def since(self, request):
        found = [one for one in self.posts if one["create_at"] > int(request.query["since"])]
        order = [one["id"] for one in reversed(found)]
        return web.json_response({"order": order, "posts": {one["id"]: one for one in found}})


@pytest.fixture
async def served():
    stand_in = Mattermost()
    async with TestServer(stand_in.app(), host="127.0.0.1") as server:
        stand_in.url = str(server.make_url("/"))
        async with EgressClient(["127.0.0.1"]) as http:
            yield stand_in, connector(stand_in.url, http)


def connector(url, http=None):
    account = Account(
        inbox_id=InboxId("i"),
        channel="mattermost",
        name="",
        address="bot",
        hook_url="",
        settings=Settings(base_url=url, token="bot-token"),
    )
    return connect(account, http)


def read(bot, *frames):
    at = datetime(2026, 9, 21, tzinfo=UTC)
    bodies = [json.dumps(frame).encode() for frame in frames]
    return [event for body in bodies for event in bot.parse_item(body, {}, at).events]


async def pulled(bot, cursor):
    """The posts' ids, and the last cursor."""
    ids = []
    async for item in bot.pull(cursor):
        cursor = item.cursor
        ids += [
            event.native_id for event in bot.parse_item(item.body, {}, datetime.now(UTC)).events
        ]
    return ids, cursor


async def test_what_a_broken_line_missed_is_asked_for(served):
    server, bot = served
    server.posts = [post("old", T)]
    server.frames = [posted("heard", T + 1)]
    assert await pulled(bot, "") == ([], str(T))
    await bot.wait(5)
    ids, cursor = await pulled(bot, str(T))
    assert (ids, cursor) == (["heard"], str(T + 1))
    with pytest.raises(LineBroken):
        await bot.wait(5)
    server.posts += [post("heard", T + 1), post("missed", T + 2), post("too", T + 3)]
    assert await pulled(bot, cursor) == (["missed", "too"], str(T + 3))
    await bot.close()


async def test_what_was_heard_and_not_kept_is_told_again(served):
    server, bot = served
    server.frames = [posted("heard", T + 1)]
    _, cursor = await pulled(bot, str(T))
    await bot.wait(5)
    pull = bot.pull(cursor)
    await anext(pull)
    await pull.aclose()  # the journal was away
    assert await pulled(bot, cursor) == (["heard"], str(T + 1))
    await bot.close()


async def test_a_frame_that_cannot_be_read_holds_up_no_other(served):
    server, bot = served
    server.frames = [told("posted", post="{"), posted("fine", T + 1)]
    assert [item async for item in bot.pull(str(T))] == []
    await bot.wait(5)
    await bot.wait(5)
    bodies = [item.body async for item in bot.pull(str(T))]
    with pytest.raises(Malformed):
        bot.parse_item(bodies[0], {}, datetime.now(UTC))
    [event] = bot.parse_item(bodies[1], {}, datetime.now(UTC)).events
    assert event.native_id == "fine"
    await bot.close()


async def test_a_refused_token_asks_for_an_administrator(served):
    server, bot = served
    server.token = "another"
    with pytest.raises(CredentialsRefused):
        await pulled(bot, "")
    await bot.close()


def test_every_kind_that_a_line_tells():
    bot = connector("https://mattermost.example.org")
    answer = json.dumps(post("p2", T, root_id="p1"))
    file = {"id": "f1", "name": "tent.jpg", "mime_type": "image/jpeg", "size": 3}
    photo = json.dumps(post("p3", T, file_ids=["f1"], metadata={"files": [file]}))
    changed = json.dumps(post("p1", T, edit_at=T + 5))
    reaction = json.dumps({"user_id": "u1", "post_id": "p1", "emoji_name": "+1", "create_at": T})
    own = json.dumps({**post("p4", T), "user_id": "bot"})
    events = read(
        bot,
        told("posted", post=answer),
        told("posted", "D", post=photo),
        told("post_edited", post=changed),
        told("post_deleted", post=changed),
        told("reaction_added", reaction=reaction),
        told("reaction_removed", reaction=reaction),
        told("posted", post=own),
        {**told("user_added", user_id="u1"), "broadcast": {"channel_id": "c1"}},
        {**told("typing", user_id="u1"), "broadcast": {"channel_id": "c1"}},
        told("posted", post=json.dumps(post("s", T, type="system_join_channel"))),
        told("status_change"),
    )
    kinds = [event.__struct_config__.tag for event in events]
    expected = "message message edit delete reaction reaction message membership typing"
    assert kinds == expected.split()
    assert (events[0].thread_key, events[0].reply_to) == ("c1:p1", "p1")
    assert events[1].thread_key == "c1"
    assert events[1].attachments[0].kind == "image"
    assert events[2].text == "p1"
    assert (events[4].emoji, events[5].emoji) == ("👍", "")
    assert events[6].direction == "echo"


@pytest.mark.parametrize("frame", [told("posted", post="{"), told("posted", post="{}"), 7])
def test_what_cannot_be_read_is_said_so(frame):
    with pytest.raises(Malformed):
        read(connector("https://mattermost.example.org"), frame)
