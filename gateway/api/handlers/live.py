"""The WebSocket /api/v1/live: frames out, resume, presence and pings in."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import WSMsgType, web

from gateway.answering import Answering
from gateway.api import frames, views
from gateway.api.call import Call, Handler, Result
from gateway.api.endpoint import ENCODER, Endpoints
from gateway.errors import Refused
from gateway.realtime import Client, Hub
from gateway.tasks import cancelled
from normalizer.model import AgentId
from storage.ids import utc_now

# Browsers ping every 20 seconds.
SILENT_S = 60.0
FRAME_MAX = 4_096
RECHECK_S = 60.0
GOING_AWAY = 1001
POLICY = 1008


Unread = Callable[[AgentId], Awaitable[int]]


class LiveApi:
    """One socket per browser window; ``close`` ends all of them for a shutdown."""

    def __init__(
        self, hub: Hub, endpoints: Endpoints, unread: Unread, answering: Answering
    ) -> None:
        self._answering = answering
        self._hub = hub
        self._endpoints = endpoints
        self._unread = unread
        self._sockets: set[web.WebSocketResponse] = set()

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"live": self.live}

    async def close(self) -> None:
        """Tell every browser to come back."""
        await asyncio.gather(
            *(socket.close(code=GOING_AWAY) for socket in list(self._sockets)),
            return_exceptions=True,
        )

    async def live(self, call: Call[None, None]) -> Result:
        """Runs as long as the socket."""
        socket = web.WebSocketResponse(max_msg_size=FRAME_MAX, receive_timeout=SILENT_S)
        if not socket.can_prepare(call.request).ok:
            raise Refused(426, "upgrade-required", "this address speaks WebSocket")
        await socket.prepare(call.request)
        self._sockets.add(socket)
        client = Client(secrets.token_hex(8), call.viewer)
        try:
            with self._hub.joined(client):
                await self._serve(socket, client, call.request)
        finally:
            self._sockets.discard(socket)
            await self._hub.look(client, "", "viewing")
        return socket

    async def _serve(
        self, socket: web.WebSocketResponse, client: Client, request: web.Request
    ) -> None:
        unread = await self._unread(client.viewer.agent_id)
        hello = frames.Hello(seq=self._hub.seq, server_time=views.time(utc_now()), unread=unread)
        await socket.send_str(ENCODER.encode(hello).decode())
        tasks = [
            asyncio.create_task(self._write(socket, client)),
            asyncio.create_task(self._hub.counts(client)),
            asyncio.create_task(self._recheck(socket, client, request)),
        ]
        try:
            await self._read(socket, client)
        except TimeoutError:
            await socket.close(code=GOING_AWAY)
        finally:
            await cancelled(tasks)

    async def _write(self, socket: web.WebSocketResponse, client: Client) -> None:
        while True:
            frame = await client.queue.get()
            await socket.send_str(ENCODER.encode(frame).decode())

    async def _read(self, socket: web.WebSocketResponse, client: Client) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = frames.CLIENT_FRAMES.decode(message.data)
            except msgspec.DecodeError:
                await socket.close(code=POLICY, message=b"not a frame")
                return
            await self._act(client, frame)

    async def _act(self, client: Client, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Resume(seq=seq):
                await self._hub.resume(client, seq)
            case frames.Presence(ticket_id=ticket_id, mode=mode):
                await self._hub.look(client, ticket_id or "", mode)
            case frames.Answering(conversation_id=conversation_id):
                self._answering.note(client.viewer, conversation_id)
            case frames.Ping():
                client.push(frames.Pong())

    async def _recheck(
        self, socket: web.WebSocketResponse, client: Client, request: web.Request
    ) -> None:
        """A session that ended elsewhere, or fewer inboxes, must not go on listening."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._endpoints.people_changed(), RECHECK_S)
            identity = await self._endpoints.identify(request)
            if identity is None or not identity.may("tickets:read"):
                await socket.close(code=POLICY, message=b"log in again")
                return
            origin = self._endpoints.origin(request, identity)
            viewer = msgspec.structs.replace(identity.viewer, origin=origin)
            await self._hub.revise(client, viewer)
