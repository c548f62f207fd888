"""Every provider's request over the real way out to a local server: whole, and in pieces."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web

from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundFile,
    OutboundMessage,
    SenderId,
)
from connectors.kit.egress import EgressClient
from connectors.placeholders import fill
from connectors.registry import Registry

REGISTRY = Registry.load()
JSON_CHANNELS = (
    "email_amazon_ses",
    "email_brevo",
    "email_mailjet",
    "email_mandrill",
    "email_postmark",
    "email_resend",
    "email_sendgrid",
    "email_sparkpost",
)
ANSWERS = {"email_mandrill": [{"email": "eva@far.example", "status": "sent"}]}
SIZE = 12_000_000


class Far:
    """Keeps what came, and how it came."""

    def __init__(self) -> None:
        self.length: int | None = None
        self.announced: int | None = None
        self.document: dict = {}
        self.answer: object = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.announced, self.length = request.content_length, len(body)
        self.document = json.loads(body) if request.content_type == "application/json" else {}
        return web.json_response(self.answer)


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    found = Far()
    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/{path:.*}", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = site.name
    yield found
    await runner.cleanup()


async def zeros() -> AsyncIterator[bytes]:
    for _ in range(SIZE // 100_000):
        yield bytes(100_000)


def message() -> OutboundMessage:
    file = OutboundFile(name="a.bin", media_type="application/x-a", size=SIZE, open=zeros)
    return OutboundMessage(
        id="m9",
        recipient=SenderId(family="mailto", value="eva@far.example"),
        thread_key="t",
        text="größer 木",
        created_at=datetime(2026, 11, 18, tzinfo=UTC),
        subject="Zelt",
        attachments=(file,),
    )


def settings(channel: str, url: str) -> dict[str, str]:
    return {"endpoint" if channel == "email_amazon_ses" else "base_url": url}


@pytest.mark.parametrize("channel", [*JSON_CHANNELS, "email_mailgun"])
async def test_a_large_file_goes_out_whole_and_in_pieces(far, channel):
    far.answer = ANSWERS.get(channel, {"id": "x"})
    account = Account(
        inbox_id=InboxId("i"),
        channel=channel,
        name="Halden",
        address="support@halden.example",
        hook_url="",
        settings=fill(REGISTRY.settings_type(channel), settings(channel, far.url)).values,
    )
    async with EgressClient(["127.0.0.1"]) as http:
        outcome = await REGISTRY.connect(account, http).send(message())
    assert isinstance(outcome, Accepted), outcome
    assert far.length is not None
    assert far.length > SIZE
    if channel in JSON_CHANNELS:
        assert far.announced == far.length, "a length is announced, not chunks"
        assert base64.b64encode(bytes(57)) in _texts(channel, far.document)


def _texts(channel: str, document: dict) -> bytes:
    """Where the file must be; SES gets the mail in base64, and in it the file once more."""
    if channel == "email_amazon_ses":
        return base64.b64decode(document["Content"]["Raw"]["Data"])
    return json.dumps(document).encode()
