"""DingTalk's stream: a WebSocket that we open, for robots without a public address.

https://open.dingtalk.com/document/direction/stream-mode-protocol-access-description
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.contract import Sink
from connectors.errors import FetchFailed
from connectors.http import Http, LineBroken, Socket
from connectors.kit.decoding import decode_json

BOT_TOPIC = "/v1.0/im/bot/messages/get"
SILENCE_S = 120.0


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Where to connect, and the ticket for it."""

    endpoint: str
    ticket: str


class Frame(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One message of the stream; ``data`` is JSON inside a string."""

    type: str = ""
    headers: dict[str, str] = {}
    data: str = ""


async def run_stream(http: Http, base_url: str, client: tuple[str, str], sink: Sink) -> None:
    """Until DingTalk asks us to come again. Raises NotSent, LineBroken, FetchFailed."""
    opened = await _open(http, base_url, client)
    async with http.socket(f"{opened.endpoint}?ticket={opened.ticket}") as socket:
        while True:
            raw = await socket.receive(SILENCE_S)
            if raw is None:
                raise LineBroken(f"nothing for {SILENCE_S:g} seconds")
            frame = decode_json(raw, Frame, "a frame of the stream")
            if not await _answered(frame, socket, sink):
                return


async def _open(http: Http, base_url: str, client: tuple[str, str]) -> Opened:
    asked = {
        "clientId": client[0],
        "clientSecret": client[1],
        "subscriptions": [{"type": "CALLBACK", "topic": BOT_TOPIC}],
        "ua": "parley",
    }
    reply = await http.request(
        "POST",
        f"{base_url}/v1.0/gateway/connections/open",
        headers={"content-type": "application/json"},
        body=msgspec.json.encode(asked),
    )
    opened = reply.read(Opened)
    if not reply.ok or opened is None:
        words = reply.body[:200].decode("utf-8", "replace")
        raise FetchFailed(f"the stream is refused: {words}", retry=True, status=reply.status)
    return opened


async def _answered(frame: Frame, socket: Socket, sink: Sink) -> bool:
    """A message is answered only once it is kept: an unanswered one comes again."""
    topic = frame.headers.get("topic", "")
    if frame.type == "SYSTEM" and topic == "disconnect":
        return False
    if frame.type == "CALLBACK" and topic == BOT_TOPIC:
        await sink(frame.data.encode())
    data = frame.data if topic == "ping" else '{"response": null}'
    await socket.send(msgspec.json.encode(_answer(frame.headers, data)).decode())
    return True


def _answer(headers: Mapping[str, str], data: str) -> dict[str, Any]:
    return {
        "code": 200,
        "headers": {
            "messageId": headers.get("messageId", ""),
            "contentType": "application/json",
        },
        "message": "OK",
        "data": data,
    }
