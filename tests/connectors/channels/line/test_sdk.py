"""LINE's own SDK as the other side: a stand-in hears the same of us, and both read alike."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

import pytest

from connectors.channels.line import connector as line
from connectors.errors import Unauthentic
from connectors.kit.egress import EgressClient
from tests.connectors.channels.told import TEXT, account, hearing, reply, request
from tests.peers.environment import python_with

pytestmark = pytest.mark.peer
SIDE = Path(__file__).with_name("sdk_side.py")
SECRET = "channel-secret"


async def sdk(*arguments, given=""):
    """What the SDK prints."""
    process = await asyncio.create_subprocess_exec(
        python_with("line-bot-sdk"),
        SIDE,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(given.encode())
    assert process.returncode == 0
    return out.decode()


def ours(url="https://api.line.me", http=None):
    settings = line.Settings(channel_secret=SECRET, access_token="token", base_url=url)
    return line.connect(account("line", settings, "@halden"), http)


def webhook(*texts):
    """(body, signature) of texts by somebody, with every field that LINE promises."""
    events = [
        {
            "type": "message",
            "mode": "active",
            "timestamp": 1790000000000 + number,
            "source": {"type": "user", "userId": "Umira"},
            "webhookEventId": f"01EV{number}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": f"rt{number}",
            "message": {"id": f"500{number}", "type": "text", "text": text, "quoteToken": "q"},
        }
        for number, text in enumerate(texts)
    ]
    body = json.dumps({"destination": "Uhalden", "events": events}, ensure_ascii=False)
    digest = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
    return body, b64encode(digest).decode()


async def test_line_hears_of_us_what_its_own_client_says():
    async with (
        hearing({"sentMessages": [{"id": "1"}]}) as stand_in,
        EgressClient(("127.0.0.1",)) as http,
    ):
        await ours(stand_in.url, http).send(reply("line", "Umira", "Umira"))
        await sdk("push", stand_in.url, "token", "Umira", TEXT)
        (path, token, content), (their_path, their_token, theirs) = stand_in.requests
    assert (path, token) == (their_path, their_token)
    assert content["to"] == theirs["to"]
    (said,), (their_words,) = content["messages"], theirs["messages"]
    assert said.items() <= their_words.items()


async def test_what_line_signs_both_read_alike():
    body, signature = webhook("テントはいつ届きますか", "Two \U0001f600 lines\nof it")
    asked = request({"x-line-signature": signature}, body.encode())
    assert ours().verify(asked)
    events = ours().parse(asked).events
    seen = json.loads(await sdk("parse", SECRET, signature, given=body))
    assert [(one["id"], one["sender"], one["text"], one["at"]) for one in seen] == [
        (one.native_id, one.senders[0].value, one.text, round(one.occurred_at.timestamp() * 1000))
        for one in events
    ]
    assert len(seen) == 2


async def test_what_line_did_not_sign_neither_takes():
    body, signature = webhook("Yes")
    other = body.replace("Umira", "Ujun")
    assert json.loads(await sdk("parse", SECRET, signature, given=other)) is None
    with pytest.raises(Unauthentic):
        ours().verify(request({"x-line-signature": signature}, other.encode()))
