"""What the gateway journals for its chat page."""

from datetime import UTC, datetime

import msgspec
import pytest

from connectors.channels.webchat.connector import Settings, connect
from connectors.channels.webchat.payload import ChatFile, Said, Visitor
from connectors.contract import Account, InboxId, WebhookRequest
from connectors.errors import Unauthentic

CHAT = connect(
    Account(
        inbox_id=InboxId("i1"),
        channel="webchat",
        name="Chat",
        address="chat",
        hook_url="https://parley.example/hooks/webchat/i1",
        settings=Settings(),
    ),
    None,
)


def request(item):
    return WebhookRequest(
        method="POST",
        url="",
        headers={},
        query={},
        body=msgspec.json.encode(item),
        received_at=datetime(2026, 9, 21, tzinfo=UTC),
    )


def test_what_the_gateway_encodes_is_read():
    said = Said(
        client_msg_id="c",
        visitor=Visitor(id="v"),
        text="Hi",
        attachments=(ChatFile(url="https://parley.example/u/1", media_type="image/png"),),
    )
    [event] = CHAT.parse(request(said)).events
    assert (event.text, event.thread_key, event.attachments[0].kind) == ("Hi", "v", "image")


def test_the_same_client_id_of_two_visitors_is_two_messages():
    ids = {
        CHAT.parse(request(Said(client_msg_id="c", visitor=Visitor(id=id), text="Hi")))
        .events[0]
        .dedupe_id
        for id in ("v", "w")
    }
    assert len(ids) == 2


def test_an_address_that_was_only_typed_identifies_nobody():
    claimed = Visitor(id="v", email="Lena@Example.com", phone="+4930901820")
    [event] = CHAT.parse(request(Said(client_msg_id="c", visitor=claimed, text="Hi"))).events
    assert [one.canonical for one in event.senders] == ["webchat:i1/v"]
    proven = msgspec.structs.replace(claimed, proven=True)
    [event] = CHAT.parse(request(Said(client_msg_id="c", visitor=proven, text="Hi"))).events
    assert [one.canonical for one in event.senders] == [
        "webchat:i1/v",
        "mailto:lena@example.com",
        "tel:+4930901820",
    ]


def test_nobody_comes_by_the_hook_address():
    with pytest.raises(Unauthentic):
        CHAT.verify(request(Said(client_msg_id="c", visitor=Visitor(id="v"), text="Hi")))
