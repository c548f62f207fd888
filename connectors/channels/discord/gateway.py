"""Discord's Gateway (https://discord.com/developers/docs/events/gateway): keep, then go on.

A line that breaks is resumed: Discord sends again what came meanwhile.
"""

import asyncio
import random

import msgspec

from connectors.channels.discord.payload import Dispatch
from connectors.contract import Sink
from connectors.errors import FetchFailed
from connectors.http import Http, LineBroken, Socket
from connectors.kit.decoding import decode_json

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, HEARD = 0, 1, 2, 6, 7, 9, 10, 11
# servers' members and messages, reactions, direct messages and theirs, what messages say
INTENTS = 1 << 0 | 1 << 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 15
KEPT = {
    *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"),
    *("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"),
    *("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE"),
}
HELLO_WITHIN_S = 20.0


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""


class _Hello(msgspec.Struct, frozen=True, kw_only=True):
    heartbeat_interval: float = 41_250.0


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str
    resume_gateway_url: str = ""


class Gateway:
    """One bot's line; it remembers where it was."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._sequence: int | None = None
        self._session = ""
        self._resume_url = ""
        self._unheard = 0

    async def run(self, sink: Sink) -> None:
        """Until Discord asks us to come again. Raises NotSent, LineBroken, FetchFailed."""
        url = self._resume_url or await self._address()
        async with self._http.socket(f"{url}?v=10&encoding=json") as socket:
            hello = await self._next(socket, HELLO_WITHIN_S)
            beat = decode_json(bytes(hello.d), _Hello, "a hello").heartbeat_interval / 1000
            self._unheard = 0
            await self._introduce(socket)
            beating = asyncio.create_task(self._beat(socket, beat))
            try:
                await self._listen(socket, sink, beat)
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)

    async def _address(self) -> str:
        reply = await self._http.request(
            "GET",
            f"{self._base_url}/gateway/bot",
            headers={"authorization": f"Bot {self._token}"},
        )
        found = reply.read(_Found)
        if not reply.ok or found is None or not found.url:
            raise FetchFailed(
                f"the Gateway is refused: answered {reply.status}", retry=True, status=reply.status
            )
        return found.url

    async def _introduce(self, socket: Socket) -> None:
        if self._session:
            resumed = {"token": self._token, "session_id": self._session, "seq": self._sequence}
            await self._say(socket, RESUME, resumed)
            return
        properties = {"os": "linux", "browser": "parley", "device": "parley"}
        introduced = {"token": self._token, "intents": INTENTS, "properties": properties}
        await self._say(socket, IDENTIFY, introduced)

    async def _listen(self, socket: Socket, sink: Sink, beat: float) -> None:
        while True:
            frame = await self._next(socket, beat * 3)
            if frame.op == DISPATCH:
                await self._dispatched(frame, sink)
            elif frame.op == HEARD:
                self._unheard = 0
            elif frame.op == HEARTBEAT:
                await self._say(socket, HEARTBEAT, self._sequence)
            elif frame.op == RECONNECT:
                return
            elif frame.op == INVALID:
                self._forget(resumable=bytes(frame.d) == b"true")
                return

    async def _dispatched(self, frame: Dispatch, sink: Sink) -> None:
        """The number moves on only once the event is kept."""
        if frame.t == "READY":
            ready = decode_json(bytes(frame.d), _Ready, "a ready")
            self._session, self._resume_url = ready.session_id, ready.resume_gateway_url
        elif frame.t in KEPT:
            await sink(msgspec.json.encode({"t": frame.t, "d": frame.d}))
        self._sequence = frame.s if frame.s is not None else self._sequence

    def _forget(self, *, resumable: bool) -> None:
        if not resumable:
            self._session, self._resume_url, self._sequence = "", "", None

    async def _beat(self, socket: Socket, seconds: float) -> None:
        """A beat that is not answered before the next means a dead line: it is left to break."""
        await asyncio.sleep(seconds * random.random())  # noqa: S311 - as the Gateway asks
        while self._unheard < 2:  # noqa: PLR2004 - one may be under way
            self._unheard += 1
            await self._say(socket, HEARTBEAT, self._sequence)
            await asyncio.sleep(seconds)

    async def _next(self, socket: Socket, within_s: float) -> Dispatch:
        raw = await socket.receive(within_s)
        if raw is None:
            raise LineBroken(f"nothing for {within_s:.0f} seconds")
        return decode_json(raw, Dispatch, "a frame of the Gateway")

    async def _say(self, socket: Socket, op: int, data: object) -> None:
        await socket.send(msgspec.json.encode({"op": op, "d": data}).decode())
