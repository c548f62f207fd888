"""Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode): keep, then answer."""

import msgspec

from connectors.contract import Sink
from connectors.errors import FetchFailed
from connectors.http import Http, LineBroken
from connectors.kit.decoding import decode_json

SILENCE_S = 120.0  # Slack pings every few seconds


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Where to connect."""

    ok: bool = False
    url: str = ""
    error: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One envelope; ``payload`` is what a webhook would bring."""

    type: str = ""
    envelope_id: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"{}")


async def run_socket(http: Http, url: str, app_token: str, sink: Sink) -> None:
    """Until Slack asks us to come again. Raises NotSent, LineBroken, FetchFailed."""
    opened = await _open(http, url, app_token)
    async with http.socket(opened.url) as socket:
        while True:
            raw = await socket.receive(SILENCE_S)
            if raw is None:
                raise LineBroken(f"nothing for {SILENCE_S:g} seconds")
            frame = decode_json(raw, Frame, "a frame of Slack's socket")
            if frame.type == "disconnect":
                return
            if not frame.envelope_id:
                continue
            await sink(_body(frame))
            await socket.send(msgspec.json.encode({"envelope_id": frame.envelope_id}).decode())


async def _open(http: Http, url: str, app_token: str) -> Opened:
    reply = await http.request("POST", url, headers={"authorization": f"Bearer {app_token}"})
    opened = reply.read(Opened)
    if opened is None or not opened.ok:
        words = opened.error if opened else f"answered {reply.status}"
        raise FetchFailed(f"Socket Mode is refused: {words}", retry=True, status=reply.status)
    return opened


def _body(frame: Frame) -> bytes:
    """A command's payload does not say that it is one."""
    if frame.type != "slash_commands":
        return bytes(frame.payload)
    fields = decode_json(bytes(frame.payload), dict[str, object], "a command")
    return msgspec.json.encode({**fields, "type": "command"})
