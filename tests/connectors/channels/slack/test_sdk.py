"""Slack's own SDK as the other side: a stand-in hears the same of us, and what it signs we take."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from connectors.channels.slack import connector as slack
from connectors.errors import Unauthentic
from connectors.kit.egress import EgressClient
from tests.connectors.channels.told import TEXT, account, hearing, reply, request


@pytest.fixture
async def stand_in():
    async with hearing({"ok": True, "channel": "C1", "ts": "1790000000.000100"}) as heard:
        yield heard


@pytest.fixture
async def http():
    client = EgressClient(("127.0.0.1",))
    yield client
    await client.close()


async def test_slack_hears_of_us_what_its_own_client_says(stand_in, http):
    settings = slack.Settings(bot_token="xoxb-1", signing_secret="s", base_url=stand_in.url)
    ours = slack.connect(account("slack", settings, "U1"), http)
    await ours.send(reply("slack", "U2", "C1:1790000000.000000"))
    client = WebClient(token="xoxb-1", base_url=f"{stand_in.url}/api/")
    say = client.chat_postMessage
    asked = {"channel": "C1", "thread_ts": "1790000000.000000", "text": TEXT}
    await asyncio.to_thread(lambda: say(**asked))
    (path, token, content), theirs = stand_in.requests
    assert (path, token) == theirs[:2]
    assert {name: content[name] for name in asked} == {name: theirs[2][name] for name in asked}


def test_what_slack_signs_is_taken_and_nothing_else():
    body, stamp = b'{"type":"event_callback"}', str(int(time.time()))
    signature = SignatureVerifier("secret").generate_signature(timestamp=stamp, body=body)
    settings = slack.Settings(bot_token="xoxb-1", signing_secret="secret")
    ours = slack.connect(account("slack", settings, "U1"), None)
    headers = {"x-slack-signature": signature, "x-slack-request-timestamp": stamp}
    now = datetime.now(UTC)
    assert ours.verify(request(headers, body, now))
    with pytest.raises(Unauthentic):
        ours.verify(request(headers, body + b" ", now))
