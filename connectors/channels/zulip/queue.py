"""The event queue as a pull (https://zulip.com/api/real-time-events).

The cursor is the queue, the last event kept of it, and the newest message: a queue that nobody
asked for ten minutes is gone, and what was said meanwhile is asked for by that message.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from connectors.channels.zulip.payload import Numbered, Page
from connectors.contract import Pulled
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE, decode_json

T = TypeVar("T")
TYPES = ["message", "update_message", "delete_message", "reaction", "typing"]
PAGE = 500
HELD_S = 120.0  # the server answers with a heartbeat at the latest after 90 seconds
UNAUTHORIZED = 401
NOTHING = b'{"events":[]}'


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    queue: str
    event: int
    message: int


class _Registered(msgspec.Struct, frozen=True, kw_only=True):
    queue_id: str
    last_event_id: int
    max_message_id: int = 0


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    code: str = ""
    msg: str = ""


class _QueueGone(Exception):
    """The server has thrown it away."""


class Queue:
    """One bot's."""

    def __init__(self, http: Http, base_url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v1"
        self._headers = headers
        self._ahead: tuple[str, bytes] | None = None
        self._cursor = ""

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """What is there; the first time of all only the place."""
        place = _place(cursor)
        while True:
            if place is None:
                place = await self._register(0)
                yield Pulled(body=NOTHING, cursor=self._keep(place))
            try:
                body = await self._events(place)
            except _QueueGone:
                fresh = await self._register(place.message)
                async for missed, newest in self._missed(place.message):
                    kept = msgspec.structs.replace(place, message=newest)
                    yield Pulled(body=missed, cursor=self._keep(kept))
                    fresh = msgspec.structs.replace(fresh, message=newest)
                place = fresh
                yield Pulled(body=NOTHING, cursor=self._keep(place))
                continue
            numbers = _numbers(body)
            self._keep(place)
            if not numbers:
                return
            place = _moved(place, numbers)
            if any(one.type != "heartbeat" for one in numbers):
                yield Pulled(body=body, cursor=self._keep(place))

    def _keep(self, place: _Place) -> str:
        self._cursor = msgspec.json.encode(place).decode()
        return self._cursor

    async def wait(self, seconds: float) -> None:
        """Ask and hold the line; what comes is kept for the next pull."""
        place = _place(self._cursor)
        if place is None:
            return
        try:
            self._ahead = (self._cursor, await self._ask(place, hold=True))
        except _QueueGone:
            self._ahead = None

    async def _events(self, place: _Place) -> bytes:
        ahead, self._ahead = self._ahead, None
        if ahead and _place(ahead[0]) == place:
            return ahead[1]
        return await self._ask(place, hold=False)

    async def _ask(self, place: _Place, *, hold: bool) -> bytes:
        query = {
            "queue_id": place.queue,
            "last_event_id": place.event,
            "dont_block": "false" if hold else "true",
        }
        return (await self._call("GET", f"/events?{urlencode(query)}")).body

    async def _register(self, message: int) -> _Place:
        asked = {
            "event_types": msgspec.json.encode(TYPES).decode(),
            "fetch_event_types": '["message"]',
            "apply_markdown": "false",
            "client_capabilities": '{"bulk_message_deletion":true}',
        }
        reply = await self._call("POST", "/register", urlencode(asked).encode())
        made = decode_json(reply.body, _Registered, "a registered queue")
        newest = message or made.max_message_id
        return _Place(queue=made.queue_id, event=made.last_event_id, message=newest)

    async def _missed(self, since: int) -> AsyncIterator[tuple[bytes, int]]:
        while True:
            query: dict[str, Any] = {
                "anchor": since,
                "include_anchor": "false",
                "num_before": 0,
                "num_after": PAGE,
                "apply_markdown": "false",
            }
            body = (await self._call("GET", f"/messages?{urlencode(query)}")).body
            found = _ids(decode_json(body, Page, "messages").messages)
            newest = max(found, default=since)
            if newest <= since:
                return
            yield msgspec.json.encode({"messages": msgspec.json.decode(body)["messages"]}), newest
            since = newest

    async def _call(self, method: str, path: str, body: bytes = b"") -> HttpReply:
        try:
            reply = await self._http.request(
                method,
                f"{self._url}{path}",
                headers={**self._headers, "content-type": "application/x-www-form-urlencoded"},
                body=body,
                timeout_s=HELD_S,
            )
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        if reply.ok:
            return reply
        said = reply.read(_Said) or _Said()
        if said.code == "BAD_EVENT_QUEUE_ID":
            raise _QueueGone
        if reply.status == UNAUTHORIZED:
            raise CredentialsRefused("Zulip refuses the bot's key")
        words = f"answered {reply.status} {said.msg}"[:300]
        raise FetchFailed(words, retry=True, status=reply.status)


def _place(cursor: str) -> _Place | None:
    try:
        return msgspec.json.decode(cursor, type=_Place)
    except UNREADABLE:
        return None


def _numbers(body: bytes) -> list[Numbered]:
    return [_number(raw) for raw in decode_json(body, Page, "events").events]


def _ids(raws: list[msgspec.Raw]) -> list[int]:
    return [one.id for one in map(_number, raws)]


def _number(raw: msgspec.Raw) -> Numbered:
    try:
        return msgspec.json.decode(raw, type=Numbered)
    except UNREADABLE:
        return Numbered()


def _moved(place: _Place, numbers: list[Numbered]) -> _Place:
    messages = [one.message.id for one in numbers if one.message]
    return msgspec.structs.replace(
        place,
        event=max(place.event, *(one.id for one in numbers)),
        message=max(place.message, *messages) if messages else place.message,
    )
