"""Against a real server, prosody, with a customer's client: in, out, receipts, refusals."""

import asyncio
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from connectors.channels.xmpp.connector import Settings, connect
from connectors.channels.xmpp.line import Account as Login
from connectors.channels.xmpp.line import LoginRefused, opened
from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundMessage,
    ReauthNeeded,
    RetryLater,
)
from connectors.events import MessageReceived, ReceiptReported, SenderId
from connectors.http import LineBroken
from tests.peers import prosody as peer

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not peer.available(), reason="NOT TESTED: XMPP needs prosody"),
    # aiodns asks for nothing here, and says when its resolver is collected
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
NOW = datetime(2026, 9, 21, 14, 13, 21, tzinfo=UTC)
US, INES = f"support@{peer.HOST}", f"ines@{peer.HOST}"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with peer.prosody(tmp_path_factory.mktemp("prosody"), ("support", "ines")) as found:
        yield found


def account(port, password=peer.PASSWORD):
    settings = Settings(password=password, host="127.0.0.1", port=port, tls=False)
    return connect(
        Account(
            inbox_id=InboxId("inbox"),
            channel="xmpp",
            name="XMPP",
            address=US,
            hook_url="",
            settings=settings,
        ),
        None,
    )


@pytest.fixture
async def line(port):
    connector = account(port)
    yield connector
    await connector.close()


class Listening:
    """The connector's line in, and the events of what it handed over."""

    def __init__(self, line):
        self._line = line
        self._items = asyncio.Queue()
        self.gate = asyncio.Event()
        self.gate.set()
        self.task = asyncio.create_task(line.run(self._sink))

    async def _sink(self, body, _headers=None):
        await self.gate.wait()
        await self._items.put(body)

    async def event(self, kind, wanted=lambda _event: True):
        """The next of this kind that fits; others are passed over."""
        async with asyncio.timeout(20):
            while True:
                body = await self._items.get()
                for event in self._line.parse_item(body, {}, NOW).events:
                    if isinstance(event, kind) and wanted(event):
                        return event


@pytest.fixture
async def listening(line):
    found = Listening(line)
    yield found
    found.task.cancel()
    await asyncio.gather(found.task, return_exceptions=True)


class Customer:
    """Another client, of another account."""

    def __init__(self, client):
        self.client = client
        self.heard = asyncio.Queue()
        client.register_handler(Callback("test", StanzaPath("message"), self.heard.put_nowait))

    def say(self, text, id="m1"):
        message = self.client.make_message(mto=US, mbody=text or None, mtype="chat")
        message["id"] = id
        message.send()

    async def reply(self):
        async with asyncio.timeout(20):
            while True:
                message = await self.heard.get()
                if message["body"]:
                    return message


@pytest.fixture
async def ines(port):
    login = Login(jid=INES, password=peer.PASSWORD, host="127.0.0.1", port=port, tls=False)
    async with opened(login, "phone", 1) as client:
        yield Customer(client)


def reply(text, **more):
    fields = {
        "id": "message-1",
        "thread_key": INES,
        "recipient": SenderId(family="xmpp", value=INES),
        "text": text,
        "created_at": NOW,
    }
    return OutboundMessage(**{**fields, **more})


async def test_a_message_comes_in_once_though_the_archive_has_it_too(line, listening, ines):
    ines.say("Where is my tent? 🏕️ <b>&", id="in-1")
    first = await listening.event(MessageReceived, lambda one: one.native_id.endswith("#in-1"))
    assert (first.text, first.thread_key) == ("Where is my tent? 🏕️ <b>&", INES)
    listening.task.cancel()
    await asyncio.gather(listening.task, return_exceptions=True)
    again = Listening(line)
    second = await again.event(MessageReceived, lambda one: one.native_id.endswith("#in-1"))
    assert second.dedupe_id == first.dedupe_id
    again.task.cancel()
    await asyncio.gather(again.task, return_exceptions=True)


async def test_what_came_while_nobody_listened_is_there_afterwards(line, ines):
    ines.say("Anybody there?", id="in-2")
    await asyncio.sleep(0.3)
    later = Listening(line)
    found = await later.event(MessageReceived, lambda one: one.native_id.endswith("#in-2"))
    assert found.text == "Anybody there?"
    later.task.cancel()
    await asyncio.gather(later.task, return_exceptions=True)


async def test_a_reply_goes_out_and_its_receipts_come_back(line, listening, ines):
    sent = await line.send(reply("It ships today", reply_to=f"{INES}#in-1"))
    assert sent == Accepted(native_ids=("self#message-1.1",))
    told = await ines.reply()
    assert (told["body"], told["from"].bare) == ("It ships today", US)
    quoted = told.xml.find("{urn:xmpp:reply:0}reply")
    assert (quoted.get("id"), quoted.get("to")) == ("in-1", INES)
    receipt = ines.client.make_message(mto=told["from"], mtype="chat")
    mark = {"id": told["id"]}
    receipt.xml.append(ElementTree.Element("{urn:xmpp:receipts}received", mark))
    receipt.send()
    delivered = await listening.event(ReceiptReported)
    assert delivered.message_id == "message-1.1"
    assert (delivered.native_id, delivered.state) == (sent.native_ids[0], "delivered")
    read = ines.client.make_message(mto=US, mtype="chat")
    read.xml.append(ElementTree.Element("{urn:xmpp:chat-markers:0}displayed", mark))
    read.send()
    assert (await listening.event(ReceiptReported)).state == "read"


async def test_an_address_that_is_not_there_fails(line, listening):
    nobody = f"nobody@{peer.HOST}"
    sent = await line.send(reply("Hi", id="message-2", thread_key=nobody))
    failed = await listening.event(ReceiptReported, lambda one: "message-2" in one.native_id)
    assert (failed.native_id, failed.state) == (sent.native_ids[0], "failed")


async def test_what_another_client_of_the_account_writes_is_an_echo(port, listening, ines):
    login = Login(jid=US, password=peer.PASSWORD, host="127.0.0.1", port=port, tls=False)
    async with opened(login, "laptop", 0) as laptop:
        ines.say("Ready?", id="ready-1")  # what is heard, is heard with carbons on
        await listening.event(MessageReceived, lambda one: one.text == "Ready?")
        message = laptop.make_message(mto=INES, mbody="From my laptop", mtype="chat")
        message["id"] = "laptop-1"
        message.send()
        echo = await listening.event(MessageReceived, lambda one: one.text == "From my laptop")
    assert (echo.direction, echo.native_id, echo.thread_key) == ("echo", "self#laptop-1", INES)


async def test_a_wrong_password_asks_for_a_new_one(port):
    stranger = account(port, "wrong-horse")
    assert isinstance(await stranger.send(reply("Hi")), ReauthNeeded)
    assert not (await stranger.check()).ok
    with pytest.raises(LoginRefused):
        await stranger.run(None)


async def test_nobody_there_may_be_tried_again(monkeypatch):
    monkeypatch.setattr("connectors.channels.xmpp.line.START_S", 1.5)
    assert isinstance(await account(1).send(reply("Hi")), RetryLater)


async def test_a_server_that_goes_away_breaks_the_line(tmp_path):
    with peer.prosody(tmp_path, ("support", "ines")) as port:
        listening = Listening(account(port))
        login = Login(jid=INES, password=peer.PASSWORD, host="127.0.0.1", port=port, tls=False)
        async with opened(login, "phone", 1) as client:
            Customer(client).say("Ready?", id="ready-2")
            await listening.event(MessageReceived)
    with pytest.raises(LineBroken):
        async with asyncio.timeout(20):
            await listening.task


async def test_the_check_logs_in(line):
    assert (await line.check()).ok
