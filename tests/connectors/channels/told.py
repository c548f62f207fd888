"""A stand-in for a provider that notes what it is told, by us and by the provider's own SDK."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.contract import Account, InboxId, OutboundMessage, WebhookRequest
from connectors.events import SenderId

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
TEXT = "It ships today"


class Heard:
    """Answers everything alike; ``requests`` are (path, authorization, content)."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.url = ""
        self._answer = answer

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        form = "json" not in request.content_type
        content = dict(await request.post()) if form else json.loads(body)
        self.requests.append((request.path, request.headers["authorization"], content))
        return web.json_response(self._answer)


@asynccontextmanager
async def hearing(answer: Mapping[str, Any]) -> AsyncIterator[Heard]:
    """It listens while the block runs."""
    heard = Heard(answer)
    app = web.Application()
    app.router.add_post("/{path:.*}", heard.hear)
    async with TestServer(app, host="127.0.0.1") as server:
        heard.url = str(server.make_url("")).rstrip("/")
        yield heard


def account(channel: str, settings: Any, address: str) -> Account:
    """An inbox of the channel."""
    return Account(
        inbox_id=InboxId("inbox"),
        channel=channel,
        name="",
        address=address,
        hook_url="",
        settings=settings,
    )


def reply(family: str, to: str, thread_key: str) -> OutboundMessage:
    """``TEXT`` to somebody."""
    return OutboundMessage(
        id="message-1",
        thread_key=thread_key,
        recipient=SenderId(family=family, value=to),
        text=TEXT,
        created_at=NOW,
    )


def request(headers: Mapping[str, str], body: bytes, received_at: datetime = NOW) -> WebhookRequest:
    """A webhook as the edge hands it on."""
    return WebhookRequest(
        method="POST",
        url="https://parley.example/hooks/x/inbox",
        headers={"content-type": "application/json", **headers},
        query={},
        body=body,
        received_at=received_at,
    )
