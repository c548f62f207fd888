"""Notifications, chats and sessions of a stand-in of Bluesky."""

import base64
import json
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.bluesky.connector import Settings, connect
from connectors.contract import Account, InboxId, OutboundMessage
from connectors.errors import CredentialsRefused
from connectors.events import SenderId
from connectors.kit.egress import EgressClient

OWN = "did:plc:halden"


def jwt(number):
    claims = base64.urlsafe_b64encode(json.dumps({"sub": OWN, "n": number}).encode()).decode()
    return f"h.{claims.rstrip('=')}.s"


def mention(n, at):
    return {
        "uri": f"at://did:plc:ines/app.bsky.feed.post/{n}",
        "cid": f"c{n}",
        "author": {"did": "did:plc:ines", "handle": "ines"},
        "reason": "mention",
        "record": {"text": f"{n}"},
        "indexedAt": f"2026-09-21T14:00:{at:02}.000Z",
    }


def said(id, did="did:plc:ines"):
    message = {"id": id, "text": id, "sender": {"did": did}, "sentAt": "2026-09-21T14:00:00Z"}
    return {
        "$type": "chat.bsky.convo.defs#logCreateMessage",
        "convoId": "co",
        "rev": id,
        "message": message,
    }


class Bluesky:
    """Pages of two, newest first; one access token is good at a time, a refresh token once."""

    def __init__(self):
        self.notifications, self.logs = [mention(1, 1)], [said("before")]
        self.session, self.logins, self.password = 0, 0, "abcd-efgh"
        self.ended = False

    def app(self):
        app = web.Application()
        app.router.add_post("/xrpc/com.atproto.server.createSession", self.login)
        app.router.add_post("/xrpc/com.atproto.server.refreshSession", self.refresh)
        app.router.add_get("/xrpc/app.bsky.notification.listNotifications", self.listed)
        app.router.add_get("/xrpc/chat.bsky.convo.getLog", self.log)
        app.router.add_post("/xrpc/chat.bsky.convo.sendMessage", self.sent)
        return app

    def made(self):
        self.session, self.ended = self.session + 1, False
        refresh = f"refresh-{self.session}"
        return web.json_response({"accessJwt": jwt(self.session), "refreshJwt": refresh})

    async def login(self, request):
        asked = await request.json()
        self.logins += 1
        if asked != {"identifier": "halden.bsky.social", "password": self.password}:
            words = {"error": "AuthenticationRequired", "message": "Invalid password"}
            return web.json_response(words, status=401)
        return self.made()

    async def refresh(self, request):
        if request.headers["authorization"] != f"Bearer refresh-{self.session}":
            return web.json_response({"error": "ExpiredToken"}, status=400)
        return self.made()

    def refused(self, request):
        ours = request.headers["authorization"] == f"Bearer {jwt(self.session)}"
        if not ours or self.ended:
            return web.json_response({"error": "ExpiredToken", "message": "expired"}, status=400)
        return None

    async def listed(self, request):
        start = int(request.query.get("cursor", "0"))
        size = min(2, int(request.query["limit"]))
        page = self.notifications[::-1][start : start + size]
        more = {"cursor": str(start + size)} if start + size < len(self.notifications) else {}
        return self.refused(request) or web.json_response({"notifications": page, **more})

    async def log(self, request):
        assert request.headers["atproto-proxy"] == "did:web:api.bsky.chat#bsky_chat"
        start = int(request.query.get("cursor", "0"))
        page = self.logs[start : start + 2]
        told = {"logs": page, "cursor": str(start + len(page))}
        return self.refused(request) or web.json_response(told)

    async def sent(self, request):
        return self.refused(request) or web.json_response({"id": "m1"})


@pytest.fixture
async def served():
    stand_in = Bluesky()
    async with TestServer(stand_in.app(), host="127.0.0.1") as server:
        account = Account(
            inbox_id=InboxId("i"),
            channel="bluesky",
            name="",
            address="halden.bsky.social",
            hook_url="",
            settings=Settings(
                base_url=str(server.make_url("/")),
                app_password="abcd-efgh",
                listen="posts_and_chat",
            ),
        )
        async with EgressClient(["127.0.0.1"]) as http:
            yield stand_in, connect(account, http)


async def pulled(account, cursor):
    events = []
    async for item in account.pull(cursor):
        cursor = item.cursor
        events += account.parse_item(item.body, item.headers, datetime.now(UTC)).events
    return events, cursor


async def test_all_that_came_after_the_first_place_is_told_once_and_in_order(served):
    server, account = served
    events, cursor = await pulled(account, "")
    assert events == []
    server.notifications += [mention(2, 2), mention(3, 2), mention(4, 3), mention(5, 4)]
    server.logs += [said("a"), said("b"), said("c", OWN)]
    events, cursor = await pulled(account, cursor)
    assert [event.text for event in events] == ["2", "3", "4", "5", "a", "b", "c"]
    assert [event.direction for event in events[-2:]] == ["in", "echo"]
    assert await pulled(account, cursor) == ([], cursor)


async def test_one_that_was_indexed_at_the_same_moment_is_not_lost(served):
    server, account = served
    _, cursor = await pulled(account, "")
    server.notifications.append(mention(2, 1))
    events, _ = await pulled(account, cursor)
    assert [event.text for event in events] == ["2"]


async def test_a_token_that_ended_is_renewed_by_its_own_and_else_by_the_password(served):
    server, account = served
    _, cursor = await pulled(account, "")
    server.ended = True
    assert (await pulled(account, cursor))[0] == []
    assert (server.session, server.logins) == (2, 1)
    server.session = 7  # somebody else renewed: ours is good no more
    assert (await pulled(account, cursor))[0] == []
    assert (server.session, server.logins) == (8, 2)


async def test_a_send_with_an_ended_token_goes_once_it_is_renewed(served):
    server, account = served
    await pulled(account, "")
    server.session = 7
    outcome = await account.send(reply("chat|co"))
    assert outcome.native_ids == ("m1",)


async def test_a_refused_password_asks_for_an_administrator(served):
    server, account = served
    server.password = "another"
    with pytest.raises(CredentialsRefused):
        await pulled(account, "")
    assert (await account.send(reply("chat|co"))).__struct_config__.tag == "reauth"
    assert (await account.check()).ok is False


def reply(thread_key):
    return OutboundMessage(
        id="m",
        recipient=SenderId(family="bluesky", value="did:plc:ines"),
        thread_key=thread_key,
        text="It ships",
        created_at=datetime.now(UTC),
    )
