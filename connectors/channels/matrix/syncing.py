"""/sync as a pull: the cursor is ``next_batch``, invitations are accepted on the way."""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from connectors.channels.matrix.inbound import UNREACTED, peek
from connectors.channels.matrix.payload import Content, Page, Room
from connectors.contract import Pulled
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE, decode_json

log = logging.getLogger(__name__)

Accepting = Literal["everybody", "own_server", "nobody"]
API = "/_matrix/client/v3"
PAGE = 100
MOST_GAP_PAGES = 50
JOIN_TRIES = 3
MOST_REACTIONS = 5_000
TOO_MANY = 429
SERVER_BROKEN = 500
TYPES = [
    *("m.room.message", "m.sticker", "m.room.encrypted", "m.reaction", "m.room.redaction"),
    *("m.room.member", "m.call.invite", "m.call.answer", "m.call.hangup"),
]
FILTER: dict[str, Any] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": PAGE, "types": TYPES},
        "state": {"types": ["m.room.member"], "lazy_load_members": True},
        "ephemeral": {"types": ["m.receipt", "m.typing"]},
        "account_data": {"types": []},
    },
}
NO_HISTORY: dict[str, Any] = {
    **FILTER,
    "room": {**FILTER["room"], "timeline": {"limit": 1, "types": ["m.room.member"]}},
}


class _Older(msgspec.Struct, frozen=True, kw_only=True):
    """A page of /messages, newest first; no ``end`` when there is no more."""

    chunk: list[msgspec.Raw] = []
    end: str = ""


class Syncing:
    """One user's line."""

    def __init__(self, http: Http, base_url: str, token: str, accepting: Accepting) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}
        self._accepting = accepting
        self._ahead: tuple[str, bytes] | None = None
        self._cursor = ""
        self._tries: dict[str, int] = {}
        self._reactions: OrderedDict[str, str] = OrderedDict()

    async def pull(self, cursor: str, own_id: str) -> AsyncIterator[Pulled]:
        """Pages until there is nothing new. The first time of all only the place is kept: what
        was said before the inbox was made is not news.
        """
        while True:
            self._cursor = cursor
            body = await self._page(cursor)
            page = decode_json(body, Page, "an answer of /sync")
            await self._accept(page, own_id)
            if not cursor:
                yield Pulled(body=b'{"rooms":{}}', cursor=page.next_batch)
            elif page.rooms.join or page.rooms.leave:
                async for item in self._missed(page, cursor):
                    yield item
                yield Pulled(body=body, cursor=page.next_batch, headers=self._notes(page))
            if page.next_batch == cursor or not (
                page.rooms.join or page.rooms.leave or page.rooms.invite
            ):
                return
            cursor = page.next_batch

    async def wait(self, seconds: float) -> None:
        """Ask and hold the line; what comes is kept for the next pull."""
        cursor = self._cursor
        body = await self._sync(cursor, hold_s=min(seconds, 30.0))
        self._ahead = (cursor, body)

    async def _page(self, cursor: str) -> bytes:
        ahead, self._ahead = self._ahead, None
        return ahead[1] if ahead and ahead[0] == cursor else await self._sync(cursor, hold_s=0)

    async def _sync(self, cursor: str, hold_s: float) -> bytes:
        chosen = FILTER if cursor else NO_HISTORY
        query = {"filter": msgspec.json.encode(chosen).decode(), "timeout": int(hold_s * 1000)}
        query |= {"since": cursor} if cursor else {}
        reply = await self._call("GET", f"/sync?{urlencode(query)}", timeout_s=hold_s + 60)
        return _good(reply, "/sync").body

    async def _missed(self, page: Page, cursor: str) -> AsyncIterator[Pulled]:
        """What the timelines left out, oldest first; repeats are dropped by their ids."""
        for room_id, room in {**page.rooms.join, **page.rooms.leave}.items():
            if not room.timeline.limited or not room.timeline.prev_batch:
                continue
            pages = await self._older(room_id, room.timeline.prev_batch, cursor)
            for chunk in reversed(pages):
                events = list(reversed(chunk))
                told = {"join": {room_id: {"timeline": {"events": events}}}}
                yield Pulled(body=msgspec.json.encode({"rooms": told}), cursor=cursor)

    async def _older(self, room_id: str, start: str, until: str) -> list[list[msgspec.Raw]]:
        pages: list[list[msgspec.Raw]] = []
        chosen = msgspec.json.encode({"types": TYPES}).decode()
        while start and len(pages) < MOST_GAP_PAGES:
            query = {"dir": "b", "from": start, "to": until, "limit": PAGE, "filter": chosen}
            path = f"/rooms/{quote(room_id, safe='')}/messages?{urlencode(query)}"
            found = _good(await self._call("GET", path), "/messages").read(_Older)
            if found is None or not found.chunk:
                break
            pages.append(found.chunk)
            start = found.end
        return pages

    async def _accept(self, page: Page, own_id: str) -> None:
        for room_id, raw in page.rooms.invite.items():
            known = _server(_inviter(raw, own_id)) == _server(own_id)
            if self._accepting == "everybody" or (self._accepting == "own_server" and known):
                await self._join(room_id)

    async def _join(self, room_id: str) -> None:
        """Three tries; then the invitation is left alone, so that it holds up nobody else."""
        words = ""
        try:
            path = f"/join/{quote(room_id, safe='')}"
            reply = await self._call("POST", path, body=b"{}", timeout_s=60)
            if reply.ok:
                self._tries.pop(room_id, None)
                return
            words = f"answered {reply.status}"
            again = reply.status == TOO_MANY or reply.status >= SERVER_BROKEN
        except FetchFailed as error:
            words, again = str(error), True
        tries = self._tries[room_id] = self._tries.get(room_id, 0) + 1
        if again and tries < JOIN_TRIES:
            raise FetchFailed(f"an invitation cannot be accepted: {words}", retry=True)
        self._tries.pop(room_id, None)
        log.warning("an invitation to a Matrix room cannot be accepted: %s", words)

    def _notes(self, page: Page) -> Mapping[str, str]:
        """Which messages the reactions that are redacted now were on: the redaction does not say,
        and what it leaves of the reaction neither.
        """
        gone: dict[str, str] = {}
        for room in page.rooms.join.values():
            gone |= self._watch(room)
        return {UNREACTED: msgspec.json.encode(gone).decode()} if gone else {}

    def _watch(self, room: Room) -> dict[str, str]:
        gone: dict[str, str] = {}
        for event in filter(None, map(peek, room.timeline.events)):
            if event.type not in {"m.reaction", "m.room.redaction"}:
                continue
            content = _content(event.content)
            if event.type == "m.reaction" and content.relates:
                self._reactions[event.event_id] = content.relates.event_id
            elif (target := event.redacts or content.redacts) in self._reactions:
                gone[target] = self._reactions[target]
        while len(self._reactions) > MOST_REACTIONS:
            self._reactions.popitem(last=False)
        return gone

    async def _call(
        self, method: str, path: str, body: bytes = b"", timeout_s: float = 30.0
    ) -> HttpReply:
        try:
            return await self._http.request(
                method,
                f"{self._url}{API}{path}",
                headers={**self._headers, "content-type": "application/json"},
                body=body,
                timeout_s=timeout_s,
            )
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error


def _good(reply: HttpReply, what: str) -> HttpReply:
    if reply.ok:
        return reply
    if reply.status == 401:  # noqa: PLR2004 - M_UNKNOWN_TOKEN
        raise CredentialsRefused("the homeserver refuses the access token")
    raise FetchFailed(f"{what} answered {reply.status}", retry=True, status=reply.status)


def _content(raw: msgspec.Raw) -> Content:
    try:
        return msgspec.json.decode(raw, type=Content)
    except UNREADABLE:
        return Content()


class _Invited(msgspec.Struct, frozen=True, kw_only=True):
    class State(msgspec.Struct, frozen=True, kw_only=True):
        events: list[msgspec.Raw] = []

    invite_state: State = State()


def _inviter(raw: msgspec.Raw, own_id: str) -> str:
    try:
        states = msgspec.json.decode(raw, type=_Invited).invite_state.events
    except UNREADABLE:
        return ""
    members = (event for event in map(peek, states) if event and event.type == "m.room.member")
    return next((event.sender for event in members if event.state_key == own_id), "")


def _server(user_id: str) -> str:
    return user_id.partition(":")[2]
