"""What cases cannot show: whom the account's credentials are shown to, and what is spoken."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from connectors.contract import Account, InboxId, WebhookRequest
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp

HOOK = "https://parley.example/hooks/twilio_voice/inbox"


def number(replies=(), **settings):
    http = StandInHttp(replies)
    registry = Registry.load()
    account = Account(
        inbox_id=InboxId("inbox"),
        channel="twilio_voice",
        name="",
        address="+14155550100",
        hook_url=HOOK,
        settings=registry.parse_settings(
            "twilio_voice", {"account_sid": "AC1", "auth_token": "12345", **settings}
        ),
    )
    return registry.connect(account, http), http


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1.mp3", True),
        ("https://api.twilio.com.evil.example/RE1.mp3", False),
        ("https://evil.example/?api.twilio.com", False),
        ("http://api.twilio.com/RE1.mp3", False),
    ],
)
async def test_credentials_are_shown_to_twilio_only(url, shown):
    connector, http = number([CannedReply(body="bytes")])
    assert b"".join([piece async for piece in await connector.fetch(url)]) == b"bytes"
    assert ("authorization" in http.requests[0].headers) == shown


def test_a_greeting_cannot_become_an_instruction():
    connector, _ = number(greeting='</Say><Dial>+1900</Dial> "& more', language='en"/><Dial>')
    request = WebhookRequest(
        method="POST",
        url=HOOK,
        headers={"content-type": "application/x-www-form-urlencoded"},
        query={},
        body=b"CallSid=CA1&CallStatus=ringing&From=%22%2F%3E%3CDial%3E&To=%2B14155550100",
        received_at=datetime(2026, 9, 21, tzinfo=UTC),
    )
    response = ElementTree.fromstring(connector.ack(request).body)  # noqa: S314 - ours
    assert [verb.tag for verb in response] == ["Say", "Record", "Hangup"]
    assert response[0].text == '</Say><Dial>+1900</Dial> "& more'
