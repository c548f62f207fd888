"""Whatever comes in, a channel says Unauthentic or Malformed and never anything else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Account, InboxId, WebhookReceiver, WebhookRequest
from connectors.errors import Malformed, Unauthentic
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp

REGISTRY = Registry.load()
WORDS = """message update_id chat id from sender text type visitor date events data photo
    MessageSid From occurred_at attachments state client_msg_id message_ids callback_query"""
NAMES = st.sampled_from(WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())
KINDS = st.sampled_from(
    [
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "\x00",
    ]
)


def receivers():
    found = []
    for manifest in REGISTRY.manifests():
        settings = fill(REGISTRY.settings_type(manifest.id), {}).values
        account = Account(
            inbox_id=InboxId("i"),
            channel=manifest.id,
            name="",
            address="",
            hook_url="",
            settings=settings,
        )
        connector = REGISTRY.connect(account, StandInHttp())
        if isinstance(connector, WebhookReceiver):
            found.append(pytest.param(connector, id=manifest.id))
    return found


def attempt_all(receiver, request):
    for step in (receiver.verify, receiver.handshake, receiver.parse, receiver.ack):
        try:
            step(request)
        except (Unauthentic, Malformed):
            continue


def hostile(body, kind, headers):
    return WebhookRequest(
        method="POST",
        url="https://localhost/hooks/x/i?token=1",
        headers={**headers, "content-type": kind},
        query={"token": "1"},
        body=body,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("receiver", receivers())
@given(body=BODIES, kind=KINDS, headers=st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_only_our_own_errors(receiver, body, kind, headers):
    attempt_all(receiver, hostile(body, kind, headers))


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n'


@pytest.mark.parametrize("receiver", receivers())
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"update_id": 1, "message": {"message_id": 1, "date": 1e18, "chat": {"id": 1}}}', ""),
        (b'{"update_id": 1, "message": {"message_id": 1, "date": 99999999999999, "chat": {"id": 1}'
         b', "text": "x"}}', ""),
        (b'{"sender": "c", "text": "x", "occurred_at": 99999999999999999999}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"update_id": 1, "sender": "c", "text": "x", "new": ' + b"[" * 100_000, ""),
        (b'{"update_id": 1, "new": ' + b'{"a":' * 100_000, "application/json"),
        (b'{"text": "\\ud800", "sender": "\\ud800"}', "application/json"),
        (PART + b"Content-Type: text/plain; charset=klingon\r\n\r\nx\r\n--x--",
         "multipart/form-data; boundary=x"),
        (PART + b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
         "multipart/form-data; boundary=x"),
        (b"MessageSid=%ff%fe&From=%00&Body=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b"MessageSid=S&MessageStatus=%C4%B0", "application/x-www-form-urlencoded"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_what_broke_others(receiver, body, kind):
    headers = {
        "x-twilio-signature": "\udcff",
        "x-telegram-bot-api-secret-token": "\udcff",
        "authorization": "Bearer \udcff",
        "webhook-id": "m",
        "webhook-signature": "v1,\udcff",
        "webhook-timestamp": "1",
    }
    attempt_all(receiver, hostile(body, kind, headers))
