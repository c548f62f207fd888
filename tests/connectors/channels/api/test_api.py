"""Both directions with the library of the specification, over HTTP."""

import json
from datetime import UTC, datetime

import pytest
import standardwebhooks
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.channels.api.connector import Settings, connect
from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundMessage,
    Rejected,
    SenderId,
    WebhookRequest,
)
from connectors.errors import Malformed, SettingsInvalid, Unauthentic
from connectors.kit.egress import EgressClient
from connectors.setting_fields import parse_settings

SECRET = "whsec_cGFybGV5LWV4YW1wbGUtc2VjcmV0LTAxMjM="


def channel(http=None, **settings):
    return connect(
        Account(
            inbox_id=InboxId("i1"),
            channel="api",
            name="Shop",
            address="shop",
            hook_url="https://parley.example/hooks/api/i1",
            settings=Settings(**settings),
        ),
        http,
    )


def request(body, headers=None, at=None, query=None):
    return WebhookRequest(
        method="POST",
        url="https://parley.example/hooks/api/i1",
        headers={"content-type": "application/json"} | (headers or {}),
        query=query or {},
        body=body,
        received_at=at or datetime.now(UTC),
    )


def test_what_the_library_signs_is_accepted():
    now = datetime.now(UTC)
    body = json.dumps({"sender": {"id": 7}, "text": "Größe 40? 你好"})
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": standardwebhooks.Webhook(SECRET).sign("msg_1", now, body),
    }
    receiver = channel(signing_secret=SECRET)
    assert receiver.verify(request(body.encode(), headers)) is True
    with pytest.raises(Unauthentic):
        receiver.verify(request(body.encode() + b" ", headers))
    [event] = receiver.parse(request(body.encode(), headers)).events
    assert (event.dedupe_id, event.senders[0].canonical) == ("msg_1", "api:i1/7")


@pytest.mark.parametrize(
    ("settings", "headers", "query"),
    [
        ({}, {}, {}),
        ({"signing_secret": SECRET}, {}, {}),
        ({"token": "right"}, {"authorization": "Bearer wrong"}, {}),
        ({"token": "right"}, {"authorization": "right"}, {}),
        ({"token": "right"}, {}, {"token": "wrong"}),
        ({"allow_unsigned": True, "token": "right"}, {"x-api-key": "wrong"}, {}),
        ({"signing_secret": SECRET, "allow_unsigned": True}, {"webhook-signature": "v1,x"}, {}),
    ],
)
def test_who_does_not_prove_it_is_refused(settings, headers, query):
    with pytest.raises(Unauthentic):
        channel(**settings).verify(request(b"{}", headers, query=query))


def test_the_same_content_within_a_minute_is_the_same_message():
    at = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    later = at.replace(minute=14)
    body = b'{"sender": {"id": "c"}, "text": "Hi"}'
    ids = [
        channel().parse(request(body, at=moment)).events[0].dedupe_id
        for moment in (at, at.replace(second=50), later)
    ]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"[1, {}]",
        b"7",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"sender": {"id": []}, "text": "x"}',
        b'{"sender": "c", "text": "x", "occurred_at": "yesterday"}',
        b'{"sender": "c", "text": "x", "occurred_at": 1e300}',
        b'{"sender": "c", "text": "x", "attachments": [{"name": "no url"}]}',
        b'{"type": "explode", "sender": "c"}',
        b'{"type": "receipt", "id": "m", "state": "lost"}',
        b'{"type": "receipt", "state": "read"}',
    ],
)
def test_bad_content_is_malformed_or_listed_never_an_error(body):
    try:
        parsed = channel().parse(request(body))
    except Malformed:
        return
    assert not parsed.events


def test_a_wrong_secret_is_named_when_it_is_saved():
    with pytest.raises(SettingsInvalid, match="not base64"):
        parse_settings(Settings, {"signing_secret": "whsec_not base64!"})


def message(**fields):
    values = {
        "id": "out-1",
        "recipient": SenderId(family="api", value="c-9", scope="i1"),
        "thread_key": "order-77",
        "text": "On its way.",
        "created_at": datetime.now(UTC),
    }
    return OutboundMessage(**(values | fields))


async def test_replies_verify_with_the_library_at_the_other_end():
    seen = []

    async def callback(req):
        seen.append(standardwebhooks.Webhook(SECRET).verify(await req.read(), dict(req.headers)))
        return web.json_response({"id": 55})

    app = web.Application()
    app.router.add_post("/callback", callback)
    async with TestServer(app, host="127.0.0.1") as server, EgressClient(["127.0.0.1"]) as http:
        sender = channel(
            http, signing_secret=SECRET, callback_url=str(server.make_url("/callback"))
        )
        assert await sender.send(message()) == Accepted(native_ids=("55",))
        assert (await sender.check()).ok is True
    assert seen[0]["data"]["recipient"]["address"] == "api:i1/c-9"
    assert seen[0]["data"]["text"] == "On its way."
    assert seen[1] == {"type": "ping"}


async def test_without_a_callback_nothing_can_be_sent():
    assert isinstance(await channel().send(message()), Rejected)
    assert (await channel().check()).ok is None


async def test_a_callback_inside_our_network_is_refused_for_good():
    async with EgressClient() as http:
        sender = channel(http, signing_secret=SECRET, callback_url="http://169.254.169.254/latest")
        outcome = await sender.send(message())
    assert isinstance(outcome, Rejected)
    assert outcome.code == "address_refused"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e300, -1e12]
)
def test_a_time_that_is_none_spoils_only_its_own_item(moment):
    items = [
        {"id": "a", "sender": {"id": 7}, "text": "good"},
        {"id": "b", "sender": {"id": 7}, "text": "odd", "occurred_at": moment},
    ]
    parsed = channel().parse(request(json.dumps(items).encode()))
    assert [event.text for event in parsed.events] == ["good"]
    assert [item.index for item in parsed.bad] == [1]
