"""Against a real SMSC: in, out, long messages, receipts, refusals, and lines that break."""

import asyncio
from datetime import UTC, datetime

import pytest

from connectors.channels.smpp.connector import Settings, connect
from connectors.channels.smpp.line import BindRefused
from connectors.channels.smpp.outbound import parts
from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
)
from connectors.events import SenderId
from connectors.http import LineBroken
from tests.peers import smsc as peer

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not peer.available(), reason="NOT TESTED: SMPP needs node and npm"),
]
NOW = datetime(2026, 9, 21, 14, 13, 21, tzinfo=UTC)
CUSTOMER = {"source_addr": "4712345678", "source_addr_ton": 1, "destination_addr": "4790001234"}


@pytest.fixture
async def smsc():
    await asyncio.to_thread(peer.install)
    async with peer.smsc() as running:
        yield running


def account(smsc, password="s3cret", port=0):  # noqa: S107  the test SMSC's
    settings = Settings(
        host="127.0.0.1", port=port or smsc.port, system_id="halden", password=password
    )
    return connect(
        Account(
            inbox_id=InboxId("inbox"),
            channel="smpp",
            name="SMS",
            address="+4790001234",
            hook_url="",
            settings=settings,
        ),
        None,
    )


@pytest.fixture
async def line(smsc):
    connector = account(smsc)
    yield connector
    await connector.close()


@pytest.fixture
async def kept(smsc, line):
    """What the line hands over; ``kept.gate`` holds the keeping up."""
    items = asyncio.Queue()
    items.gate = asyncio.Event()
    items.gate.set()

    async def sink(body, _headers=None):
        await items.gate.wait()
        await items.put(body)

    items.task = asyncio.create_task(line.run(sink))
    assert (await smsc.heard("bound")) == "bind_receiver"
    yield items
    items.task.cancel()
    await asyncio.gather(items.task, return_exceptions=True)


async def next_event(line, kept):
    async with asyncio.timeout(20):
        body = await kept.get()
    (event,) = line.parse_item(body, {}, NOW).events
    return event


def reply(text, **more):
    fields = {
        "id": "message-1",
        "thread_key": "+4712345678",
        "recipient": SenderId(family="tel", value="+4712345678"),
        "text": text,
        "created_at": NOW,
    }
    return OutboundMessage(**{**fields, **more})


async def test_a_message_comes_in_whatever_its_alphabet(smsc, line, kept):
    for text in ("Où est ma tente? {€}", "我的帐篷在哪里？🏕️"):
        await smsc.tell(deliver=[{"fields": CUSTOMER, "text": text}])
        event = await next_event(line, kept)
        assert (event.text, event.thread_key) == (text, "+4712345678")


async def test_nothing_is_acknowledged_before_it_is_kept(smsc, line, kept):
    kept.gate.clear()
    await smsc.tell(deliver=[{"fields": CUSTOMER, "text": "Keep me"}])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await smsc.heard("acknowledged")
    kept.gate.set()
    await next_event(line, kept)
    assert await smsc.heard("acknowledged")


async def test_a_long_message_is_one(smsc, line, kept):
    head = [{"fields": {**CUSTOMER, "esm_class": 0x40}, "udh": f"05000307020{n}"} for n in (2, 1)]
    texts = ["ships tomorrow.", "The tent "]
    parts = [{**one, "text": text} for one, text in zip(head, texts, strict=True)]
    await smsc.tell(deliver=parts)
    assert (await next_event(line, kept)).text == "The tent ships tomorrow."
    assert await smsc.heard("acknowledged")
    assert await smsc.heard("acknowledged")


async def test_a_part_whose_rest_never_comes_is_kept_too(smsc, line, kept):
    part = {"fields": {**CUSTOMER, "esm_class": 0x40}, "udh": "050003070201", "text": "Only half "}
    await smsc.tell(deliver=[part])
    assert (await next_event(line, kept)).text == "Only half "
    assert await smsc.heard("acknowledged")


async def test_a_part_whose_rest_never_comes_does_not_wait_for_a_quiet_moment(
    smsc, line, kept, monkeypatch
):
    monkeypatch.setattr("connectors.channels.smpp.line.PARTS_S", 0.6)
    part = {"fields": {**CUSTOMER, "esm_class": 0x40}, "udh": "050003070201", "text": "Only half "}
    await smsc.tell(deliver=[part])
    heard = []
    while "Only half " not in heard:
        await smsc.tell(deliver=[{"fields": CUSTOMER, "text": f"busy {len(heard)}"}])
        heard.append((await next_event(line, kept)).text)
        await asyncio.sleep(0.1)
        assert len(heard) < 40


async def test_a_reference_that_is_used_again_mixes_no_two_messages(smsc, line, kept):
    head = {"fields": {**CUSTOMER, "esm_class": 0x40}}
    texts = [("050003070201", "Old half "), ("050003070201", "New "), ("050003070202", "message")]
    await smsc.tell(deliver=[{**head, "udh": udh, "text": text} for udh, text in texts])
    found = [(await next_event(line, kept)).text for _ in range(2)]
    assert found == ["Old half ", "New message"]


async def test_a_reply_goes_out_and_its_receipt_finds_it(smsc, line, kept):
    sent = await line.send(reply("It ships today"))
    assert isinstance(sent, Accepted)
    told = await smsc.heard("submitted")
    assert (told["text"], told["to"], told["from"]) == (
        "It ships today",
        "4712345678",
        "4790001234",
    )
    assert (told["receipt"], told["udh"]) == (1, "")
    receipt = f"id:{sent.native_ids[0].upper()} sub:001 dlvrd:001 stat:DELIVRD err:000 text:It"
    await smsc.tell(deliver=[{"fields": {**CUSTOMER, "esm_class": 4}, "text": receipt}])
    event = await next_event(line, kept)
    assert (event.native_id, event.state) == (sent.native_ids[0], "delivered")


@pytest.mark.parametrize("text", ["a€" * 200, "帐篷🏕" * 60])
async def test_a_long_reply_goes_in_numbered_parts(smsc, line, text):
    sent = await line.send(reply(text))
    bodies, _ = parts(text)
    told = [await smsc.heard("submitted") for _ in bodies]
    assert "".join(one["text"] for one in told) == text
    assert [one["udh"][-4:] for one in told] == [
        f"{len(bodies):02x}{n:02x}" for n in range(1, len(bodies) + 1)
    ]
    assert len(set(sent.native_ids)) == len(bodies)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(0x0B, Rejected), (0x58, RetryLater), (0x14, RetryLater), (0x0E, ReauthNeeded)],
)
async def test_what_the_smsc_refuses_is_told_apart(smsc, line, status, kind):
    await smsc.tell(statuses=[status])
    assert isinstance(await line.send(reply("Hi")), kind)


async def test_a_wrong_password_asks_for_a_new_one(smsc):
    stranger = account(smsc, "wrong")
    assert isinstance(await stranger.send(reply("Hi")), ReauthNeeded)
    assert not (await stranger.check()).ok
    with pytest.raises(BindRefused):
        await stranger.run(None)


async def test_a_password_that_smpp_has_no_room_for_is_named(smsc):
    found = await account(smsc, "nine-char").check()
    assert (found.ok, "password" in found.detail) == (False, True)


async def test_no_answer_is_an_unknown_outcome_and_not_another_attempt(smsc, line, monkeypatch):
    monkeypatch.setattr("connectors.channels.smpp.line.ANSWER_S", 0.5)
    await smsc.tell(silent=True)
    assert isinstance(await line.send(reply("Hi")), OutcomeUnknown)


async def test_nobody_there_may_be_tried_again(smsc, line):
    nobody = account(smsc, port=1)
    assert isinstance(await nobody.send(reply("Hi")), RetryLater)


async def test_a_line_that_breaks_is_told(smsc, kept):
    await smsc.tell(hangup=True)
    with pytest.raises(LineBroken):
        await kept.task


async def test_the_check_logs_in(line):
    assert (await line.check()).ok
