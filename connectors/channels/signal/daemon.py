"""The daemon's HTTP door: JSON-RPC in one way, server-sent events in the other.

The daemon tells Signal that it has a message before we have it, so the line is held open for as
long as it lasts and what comes is kept before the next is read.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from connectors.channels.signal.inbound import GROUP, SELF
from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    Sink,
)
from connectors.errors import FetchFailed
from connectors.events import scoped_id
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 2000
JSON = {"content-type": "application/json"}
SILENCE_S = 60.0  # the daemon says something every 15 seconds
LONGEST_S, MOST_BYTES = 24 * 3600.0, 1 << 32
FRAME_MOST = 8 * 1024 * 1024
IO_ERROR, UNTRUSTED_KEY, RATE_LIMIT = -3, -4, -5
SUCCESS = "SUCCESS"
REASONS = {
    "UNREGISTERED_FAILURE": "there is no Signal account of this number",
    "IDENTITY_FAILURE": "the person's safety number has changed: trust it with signal-cli",
}


class _Result(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    type: str = ""
    retry_after_seconds: float | None = None


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    timestamp: int = 0
    results: list[_Result] = []


class _Failed(msgspec.Struct, frozen=True, kw_only=True):
    response: _Sent = _Sent()


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: int = 0
    message: str = ""
    data: _Failed | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    result: msgspec.Raw = msgspec.Raw()
    error: _Error | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    data: str


class Daemon:
    """One number's."""

    def __init__(self, http: Http, base_url: str, number: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v1"
        self._number = number

    async def run(self, sink: Sink) -> None:
        """Until the line breaks. Raises FetchFailed, LineBroken."""
        url = f"{self._url}/events?{urlencode({'account': self._number})}"
        pieces = self._http.stream(
            url,
            headers={"accept": "text/event-stream"},
            max_bytes=MOST_BYTES,
            timeout_s=LONGEST_S,
        )
        waiting = b""
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    piece = await anext(pieces, None)
            except TimeoutError as error:
                raise LineBroken(f"nothing for {SILENCE_S:g} seconds") from error
            if piece is None:
                return
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                if line.startswith(b"data:"):
                    await sink(line.removeprefix(b"data:").strip())
            if len(waiting) > FRAME_MOST:
                raise LineBroken("a line of the events has no end")

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Words in parts; files travel with the first, a piece at a time."""
        links = [file.url for file in message.attachments if file.url and not file.size]
        files = [file for file in message.attachments if file.size]
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT) if text else [""]
        pieces = [
            self._piece(message, number, one, files if number == 0 else [])
            for number, one in enumerate(texts)
        ]
        return await send_pieces(pieces)

    def _piece(
        self, message: OutboundMessage, number: int, text: str, files: list[OutboundFile]
    ) -> Piece:
        params: dict[str, Any] = {"account": self._number, "message": text, **_place(message)}
        if number == 0:
            params |= self._quote(message.reply_to)

        async def ask() -> SendOutcome:
            body = _request("send", params, f"{message.id}.{number}")
            return _outcome(await self._post(_with_files(body, files) if files else body))

        name = files[0].name if files and not text else "a part of the text"
        return Piece(name=name, send=lambda: attempt(ask))

    def _quote(self, reply_to: str) -> dict[str, Any]:
        author, _, stamp = reply_to.rpartition("#")
        if not author or not stamp.isdecimal():
            return {}
        whose = self._number if author == SELF else author
        return {"quoteTimestamp": int(stamp), "quoteAuthor": whose, "quoteMessage": ""}

    @property
    def number(self) -> str:
        """Ours."""
        return self._number

    async def call(self, method: str, params: Mapping[str, Any], id: str) -> SendOutcome:
        """One call of our number's."""
        return _outcome(await self._post(_request(method, {"account": self._number, **params}, id)))

    async def fetch(self, method: str, params: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """A file that the daemon keeps. Raises FetchFailed."""
        try:
            reply = await self._post(_request(method, {"account": self._number, **params}, "file"))
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        answer = reply.read(_Answer)
        if not reply.ok or answer is None or answer.error is not None:
            words = answer.error.message if answer and answer.error else f"{reply.status}"
            raise FetchFailed(f"signal-cli has no such file: {words}"[:300], retry=not reply.ok)
        try:
            yield base64.b64decode(msgspec.json.decode(answer.result, type=_File).data)
        except (*UNREADABLE, ValueError) as error:
            raise FetchFailed("signal-cli gives no file", retry=False) from error

    async def check(self) -> Health:
        """Whether the daemon is there."""
        reply = await self._http.request("GET", f"{self._url}/check", timeout_s=8)
        if reply.ok:
            return Health(ok=True, detail="signal-cli answers")
        advice = "Start signal-cli as the instructions of this channel say."
        return Health(ok=False, detail=f"signal-cli answered {reply.status}", advice=advice)

    async def _post(self, body: Body) -> HttpReply:
        return await self._http.request(
            "POST", f"{self._url}/rpc", headers=JSON, body=body, timeout_s=55
        )


def _place(message: OutboundMessage) -> dict[str, Any]:
    if message.thread_key.startswith(GROUP):
        return {"groupId": message.thread_key.removeprefix(GROUP)}
    return {"recipient": [message.thread_key or message.recipient.value]}


def _request(method: str, params: Mapping[str, Any], id: str) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id, "method": method, "params": params})


async def _with_files(body: bytes, files: list[OutboundFile]) -> AsyncIterator[bytes]:
    """``attachments`` as data URIs (RFC 2397) at the end of ``params``."""
    yield body.removesuffix(b"}}") + b',"attachments":['
    for number, file in enumerate(files):
        name = file.name.replace(";", "_").replace(",", "_")
        head = msgspec.json.encode(f"data:{file.media_type};filename={name};base64,")
        yield (b"," if number else b"") + head[:-1]
        async for piece in _base64(file.open()):
            yield piece
        yield b'"'
    yield b"]}}"


async def _base64(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in pieces:
        rest += piece
        whole = len(rest) // 3 * 3
        yield base64.b64encode(rest[:whole])
        rest = rest[whole:]
    yield base64.b64encode(rest)


def _outcome(reply: HttpReply) -> SendOutcome:
    """Errors come with status 200."""
    answer = reply.read(_Answer)
    if answer is None or (answer.error is None and not reply.ok):
        return of_reply(reply) if not reply.ok else OutcomeUnknown(reason="not a JSON-RPC answer")
    if answer.error is not None:
        return _refused(answer.error)
    try:
        sent = msgspec.json.decode(answer.result, type=_Sent)
    except UNREADABLE:
        sent = _Sent()
    if not sent.timestamp:
        return OutcomeUnknown(reason="no timestamp in the answer")
    failed = tuple(REASONS.get(one.type, one.type) for one in sent.results if one.type != SUCCESS)
    return Accepted(native_ids=(scoped_id(SELF, str(sent.timestamp)),), failed=failed)


def _refused(error: _Error) -> SendOutcome:
    results = error.data.response.results if error.data else []
    waits = [one.retry_after_seconds for one in results if one.retry_after_seconds is not None]
    types = {one.type for one in results}
    if error.code == RATE_LIMIT or "RATE_LIMIT_FAILURE" in types:
        return RetryLater(reason=error.message, after_s=max(waits, default=None))
    for type, reason in REASONS.items():
        if type in types:
            return Rejected(reason=reason, code=type)
    if "Authorization failed" in error.message or "is not registered" in error.message:
        return ReauthNeeded(reason=error.message)
    if error.code == IO_ERROR or "NETWORK_FAILURE" in types:
        return OutcomeUnknown(reason=error.message)
    return Rejected(reason=error.message, code=str(error.code))
