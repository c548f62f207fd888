"""A customer and our user on a real homeserver, through every kind of event, both ways."""

import asyncio
import uuid
from datetime import UTC, datetime

import msgspec
import pytest

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.matrix.connector import Settings, connect
from connectors.contract import Accepted, Account, InboxId, OutboundFile, OutboundMessage
from connectors.errors import CredentialsRefused
from connectors.events import SenderId

pytestmark = pytest.mark.peer
JOINED = "m.room.member"


class Customer:
    """A person with a client of their own."""

    def __init__(self, http, url, token, id):
        self.http, self.url, self.id = http, url, id
        self.headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self.token = token
        self.sent = 0

    async def call(self, method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else msgspec.json.encode(body or {})
        reply = await self.http.request(
            method, f"{self.url}{path}", headers={**self.headers, **headers}, body=content
        )
        assert reply.ok, reply.body
        return msgspec.json.decode(reply.body)

    async def room_with(self, user_id, said_before=""):
        room = await self.call("POST", "/_matrix/client/v3/createRoom", {"is_direct": True})
        self.room = room["room_id"]
        if said_before:
            await self.say(body=said_before)
        await self.call(
            "POST", f"/_matrix/client/v3/rooms/{self.room}/invite", {"user_id": user_id}
        )

    async def say(self, kind="m.room.message", **content):
        self.sent += 1
        content = {"msgtype": "m.text", **content} if kind == "m.room.message" else content
        path = f"/_matrix/client/v3/rooms/{self.room}/send/{kind}/{self.sent}"
        return (await self.call("PUT", path, content))["event_id"]

    async def take_back(self, event_id):
        self.sent += 1
        path = f"/_matrix/client/v3/rooms/{self.room}/redact/{event_id}/{self.sent}"
        return (await self.call("PUT", path))["event_id"]

    async def sees(self, kind="m.room.message"):
        path = f"/_matrix/client/v3/rooms/{self.room}/messages?dir=b&limit=50"
        chunk = (await self.call("GET", path))["chunk"]
        return [event for event in reversed(chunk) if event["type"] == kind]


async def registered(http, url, name):
    body = {"username": name, "password": "pw", "auth": {"type": "m.login.dummy"}}
    reply = await http.request(
        "POST", f"{url}/_matrix/client/v3/register", body=msgspec.json.encode(body)
    )
    assert reply.ok, reply.body
    made = msgspec.json.decode(reply.body)
    return Customer(http, url, made["access_token"], made["user_id"])


class Inbox:
    """Ours: pulls as the worker does, the cursor kept after each item."""

    def __init__(self, http, user, **settings):
        given = Settings(base_url=user.url, access_token=user.token, **settings)
        account = Account(
            inbox_id=InboxId("i"),
            channel="matrix",
            name="",
            address=user.id,
            hook_url="",
            settings=given,
        )
        self.connector = connect(account, http)
        self.cursor = ""

    async def news(self):
        found = []
        async for item in self.connector.pull(self.cursor):
            self.cursor = item.cursor
            parsed = self.connector.parse_item(item.body, item.headers, datetime.now(UTC))
            assert parsed.bad == ()
            found.extend(parsed.events)
        return found

    async def await_news(self, kind):
        """All that comes until something of ``kind`` does, by the held line."""
        found = []
        async with asyncio.timeout(30):
            while not any(event.__struct_config__.tag == kind for event in found):
                await self.connector.wait(5)
                found += await self.news()
        return found


def of(events, kind):
    return [event for event in events if event.__struct_config__.tag == kind]


def reply(room, text="", **more):
    return OutboundMessage(
        id=more.pop("id", "m1"),
        recipient=SenderId(family="matrix", value="@ines:halden.example"),
        thread_key=room,
        text=text,
        created_at=datetime.now(UTC),
        **more,
    )


@pytest.fixture
async def people(homeserver, http):
    ines = await registered(http, homeserver, f"ines-{uuid.uuid4().hex}")
    desk = await registered(http, homeserver, f"desk-{uuid.uuid4().hex}")
    return ines, desk


def act(kind, room, *native_ids, **more):
    return OutboundAct(
        id=f"act-{uuid.uuid4().hex}",
        kind=kind,
        recipient=SenderId(family="matrix", value="@ines:halden.example"),
        thread_key=room,
        native_ids=native_ids,
        **more,
    )


async def test_what_we_do_to_messages_is_seen_by_the_customer_and_is_no_news_to_us(people, http):
    ines, desk = people
    inbox = Inbox(http, desk)
    await inbox.news()
    await ines.room_with(desk.id)
    hello = await ines.say(body="Where is my tent?")
    await inbox.await_news("message")
    ours = inbox.connector
    (said,) = (await ours.send(reply(ines.room, "It ships today"))).native_ids

    edit = act("edit", ines.room, said, text="It ships tomorrow")
    assert await ours.act(edit) == await ours.act(edit) == Accepted(native_ids=())
    newest = (await ines.sees())[-1]["content"]
    assert newest["m.new_content"]["body"] == "It ships tomorrow"
    assert newest["m.relates_to"] == {"rel_type": "m.replace", "event_id": said}
    assert len([one for one in await ines.sees() if one["sender"] == desk.id]) == 2

    (thumb,) = (await ours.act(act("react", ines.room, hello, emoji="👍"))).native_ids
    changed = act("react", ines.room, hello, emoji="🎉", before="👍", before_id=thumb)
    (party,) = (await ours.act(changed)).native_ids
    seen = {one["event_id"]: one["content"] for one in await ines.sees("m.reaction")}
    assert seen[thumb] == {}  # redacted
    assert seen[party]["m.relates_to"]["key"] == "🎉"

    assert await ours.act(act("delete", ines.room, said)) == Accepted(native_ids=())
    gone = next(one for one in await ines.sees() if one["event_id"] == said)
    assert gone["content"] == {}
    there = Correspondent(recipient=SenderId(family="matrix", value=ines.id), thread_key=ines.room)
    assert await ours.show_typing(there) == Accepted(native_ids=())

    await ines.say(body="Thank you")
    news = await inbox.await_news("message")
    assert [event.text for event in of(news, "message") if event.direction == "in"] == ["Thank you"]
    assert not of(news, "reaction")
    assert not of(news, "edit")
    assert not of(news, "delete")


async def test_a_conversation_of_every_kind(people, http):
    ines, desk = people
    inbox = Inbox(http, desk)
    assert await inbox.news() == []
    assert (await inbox.connector.check()).ok

    await ines.room_with(desk.id, said_before="not for the desk")
    hello = await ines.say(body="Where is my tent?")
    [first] = of(await inbox.await_news("message"), "message")
    assert (first.text, first.native_id, first.thread_key) == (
        "Where is my tent?",
        hello,
        ines.room,
    )
    assert first.senders[0].canonical == f"matrix:{ines.id}"
    assert ines.id.startswith(f"@{first.sender_name}:")

    sent = await inbox.connector.send(reply(ines.room, "It ships", reply_to=hello))
    again = await inbox.connector.send(reply(ines.room, "It ships", reply_to=hello))
    assert sent == again  # the same transaction: taken once
    ours = [event for event in await ines.sees() if event["sender"] == desk.id]
    assert [event["event_id"] for event in ours] == list(sent.native_ids)
    assert ours[0]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == hello
    [echo] = of(await inbox.news(), "message")
    assert (echo.direction, echo.native_id) == ("echo", sent.native_ids[0])

    await ines.say(
        body="* Where, please?",
        **{
            "m.new_content": {"msgtype": "m.text", "body": "Where, please?"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": hello},
        },
    )
    relation = {"rel_type": "m.annotation", "event_id": sent.native_ids[0], "key": "👍"}
    thumb = await ines.say("m.reaction", **{"m.relates_to": relation})
    news = await inbox.await_news("reaction")
    [edit], [reaction] = of(news, "edit"), of(news, "reaction")
    assert (edit.native_id, edit.text) == (hello, "Where, please?")
    assert (reaction.native_id, reaction.emoji) == (sent.native_ids[0], "👍")

    await ines.take_back(thumb)
    [gone] = of(await inbox.await_news("reaction"), "reaction")
    assert (gone.native_id, gone.emoji) == (sent.native_ids[0], "")
    await ines.take_back(hello)
    [deleted] = of(await inbox.await_news("delete"), "delete")
    assert deleted.native_id == hello

    path = f"/_matrix/client/v3/rooms/{ines.room}/receipt/m.read/{sent.native_ids[0]}"
    await ines.call("POST", path)
    [receipt] = of(await inbox.await_news("receipt"), "receipt")
    assert (receipt.native_id, receipt.state) == (sent.native_ids[0], "read")


async def test_files_both_ways(people, http):
    ines, desk = people
    inbox = Inbox(http, desk)
    await inbox.news()
    await ines.room_with(desk.id)
    uploaded = await ines.call(
        "POST", "/_matrix/media/v3/upload", b"leaky", **{"content-type": "image/png"}
    )
    await ines.say(
        msgtype="m.image",
        body="It leaks",
        filename="tent.png",
        url=uploaded["content_uri"],
        info={"mimetype": "image/png", "size": 5},
    )
    [message] = of(await inbox.await_news("message"), "message")
    [file] = message.attachments
    assert (message.text, file.kind, file.name) == ("It leaks", "image", "tent.png")
    assert b"".join([p async for p in await inbox.connector.fetch(file.ref)]) == b"leaky"

    async def pieces():
        yield b"%PDF"

    pdf = OutboundFile(name="bill.pdf", media_type="application/pdf", size=4, open=pieces)
    sent = await inbox.connector.send(reply(ines.room, attachments=(pdf,)))
    assert isinstance(sent, Accepted)
    [seen] = [event for event in await ines.sees() if event["sender"] == desk.id]
    assert seen["content"]["msgtype"] == "m.file"
    path = seen["content"]["url"].removeprefix("mxc://")
    got = await http.request(
        "GET", f"{ines.url}/_matrix/client/v1/media/download/{path}", headers=ines.headers
    )
    assert got.body == b"%PDF"


async def test_what_came_while_we_were_away_is_all_there(people, http):
    """More than one page of /sync: the gap is read from behind."""
    ines, desk = people
    inbox = Inbox(http, desk)
    await inbox.news()
    await ines.room_with(desk.id)
    await inbox.news()
    said = [await ines.say(body=f"{n}") for n in range(230)]
    messages = of(await inbox.news(), "message")
    assert [event.native_id for event in messages] == said


async def test_invitations_are_left_alone_where_nobody_is_let_in(people, http):
    ines, desk = people
    inbox = Inbox(http, desk, accept_invites="nobody")
    await inbox.news()
    await ines.room_with(desk.id)
    await ines.say(body="Hello?")
    assert await inbox.news() == []
    members = [event["content"]["membership"] for event in await ines.sees(JOINED)]
    assert members.count("join") == 1


async def test_a_token_that_was_taken_back_asks_for_an_administrator(people, http):
    _ines, desk = people
    inbox = Inbox(http, desk)
    await inbox.news()
    await desk.call("POST", "/_matrix/client/v3/logout")
    with pytest.raises(CredentialsRefused):
        await inbox.news()
    outcome = await inbox.connector.send(reply("!r:halden.example", "Hi"))
    assert outcome.__struct_config__.tag == "reauth"
    assert (await inbox.connector.check()).ok is False
