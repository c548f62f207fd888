"""The WebSocket as a pull (https://developers.mattermost.com/api-documentation/#/#websocket).

The server keeps nothing for us while we are away, so the cursor is the time of the newest post
that was kept, and whatever a line missed is asked for by REST once the next one is open.
"""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from connectors.channels.mattermost.payload import Post, Told
from connectors.contract import Pulled
from connectors.errors import CredentialsRefused, FetchFailed, Malformed
from connectors.http import Http, LineBroken, Socket
from connectors.kit.decoding import decode_json

T = TypeVar("T")
HELLO_WITHIN_S = 20.0
KEPT = {
    *("posted", "post_edited", "post_deleted", "reaction_added", "reaction_removed"),
    *("user_added", "user_removed", "typing"),
}
UNAUTHORIZED = 401


class _Channel(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    type: str = ""
    last_post_at: int = 0


class _Posts(msgspec.Struct, frozen=True, kw_only=True):
    """``order`` is newest first."""

    order: list[str] = []
    posts: dict[str, msgspec.Raw] = {}


class Line:
    """One bot's."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v4"
        self._headers = {"authorization": f"Bearer {token}"}
        self._open = AsyncExitStack()
        self._socket: Socket | None = None
        self._frames: deque[bytes] = deque()

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """What the last line missed, then what this one heard; the first time only the place."""
        newest = int(cursor) if cursor.isdecimal() else 0
        if self._socket is None:
            await self._connect()
            if not cursor:
                channels = await self._channels()
                newest = max((one.last_post_at for one in channels), default=0)
                yield Pulled(body=b"{}", cursor=str(newest))
            async for body, at in self._missed(newest):
                newest = max(newest, at)
                yield Pulled(body=body, cursor=cursor or str(newest))
            if newest and str(newest) != cursor:
                yield Pulled(body=b"{}", cursor=str(newest))
        while self._frames:
            frame = self._frames[0]
            newest = max(newest, _posted_at(frame))
            yield Pulled(body=frame, cursor=str(newest))
            self._frames.popleft()

    async def wait(self, seconds: float) -> None:
        """Until something is heard. Raises LineBroken: the next pull opens another line."""
        if self._socket is None:
            return
        try:
            frame = await self._socket.receive(seconds)
        except LineBroken:
            await self.close()
            raise
        if frame and decode_json(frame, Told, "a frame of Mattermost").event in KEPT:
            self._frames.append(frame)

    async def close(self) -> None:
        """Frames that were heard stay until they are kept."""
        self._socket = None
        await self._open.aclose()

    async def _connect(self) -> None:
        url = self._url.replace("http", "ws", 1)
        async with AsyncExitStack() as stack:
            line = self._http.socket(f"{url}/websocket", headers=self._headers)
            socket = await stack.enter_async_context(line)
            hello = await socket.receive(HELLO_WITHIN_S)
            if hello is None or decode_json(hello, Told, "a hello").event != "hello":
                raise LineBroken("Mattermost does not say hello")
            self._open = stack.pop_all()
        self._socket = socket

    async def _channels(self) -> list[_Channel]:
        return await self._get("/users/me/channels", list[_Channel])

    async def _missed(self, since: int) -> AsyncIterator[tuple[bytes, int]]:
        """Posts since then, as the line would have told them, with their times."""
        if not since:
            return
        stirred = [one for one in await self._channels() if one.last_post_at > since]
        for channel in stirred:
            path = f"/channels/{channel.id}/posts?{urlencode({'since': since})}"
            found = await self._get(path, _Posts)
            for id in reversed(found.order):
                raw = bytes(found.posts.get(id, msgspec.Raw(b"{}")))
                created = _created(raw)
                if created > since or not created:
                    data = {"post": raw.decode(), "channel_type": channel.type}
                    yield msgspec.json.encode({"event": "posted", "data": data}), created

    async def _get(self, path: str, kind: type[T]) -> T:
        reply = await self._http.request("GET", f"{self._url}{path}", headers=self._headers)
        if reply.status == UNAUTHORIZED:
            await self.close()
            raise CredentialsRefused("Mattermost refuses the token")
        found = reply.read(kind)
        if not reply.ok or found is None:
            await self.close()
            raise FetchFailed(f"answered {reply.status}", retry=True, status=reply.status)
        return found


def _posted_at(frame: bytes) -> int:
    """0 where it cannot be read: that is said once the frame is kept."""
    try:
        told = decode_json(frame, Told, "a frame of Mattermost")
    except Malformed:
        return 0
    return _created(told.data.post.encode()) if told.event == "posted" else 0


def _created(post: bytes) -> int:
    try:
        return decode_json(post, Post, "a post").create_at
    except Malformed:
        return 0
