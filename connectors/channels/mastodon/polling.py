"""Notifications as a pull (https://docs.joinmastodon.org/methods/notifications/)."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote, urlencode

import msgspec

from connectors.channels.mastodon.payload import Notification, Status
from connectors.contract import Pulled
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE, decode_json

TYPES = ("mention", "favourite", "reblog", "update")
PAGE = 40
ROOTS = "roots"
UNAUTHORIZED = 401
FROM_NOW = "0"


class _Numbered(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class _Context(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above a post, the first one first."""

    ancestors: list[_Numbered] = []


class Polling:
    """One account's."""

    def __init__(self, http: Http, base_url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v1"
        self._headers = headers

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """Pages right after the cursor, the oldest first; the first time of all only the place."""
        if not cursor:
            body = await self._page({"limit": 1})
            newest = _ids(body)
            yield Pulled(body=b"[]", cursor=newest[0] if newest else FROM_NOW)
            return
        while True:
            body = await self._page({"limit": PAGE, "min_id": cursor})
            ids = _ids(body)
            if not ids:
                return
            cursor = max(ids, key=_order)
            yield Pulled(body=body, cursor=cursor, headers=await self._notes(body))

    async def _page(self, query: Mapping[str, object]) -> bytes:
        pairs = [("types[]", one) for one in TYPES] + [(n, str(v)) for n, v in query.items()]
        return _good(await self._get(f"/notifications?{urlencode(pairs)}")).body

    async def _notes(self, body: bytes) -> Mapping[str, str]:
        """Under which first post each answer stands: it names only the one that it answers."""
        roots: dict[str, str] = {}
        for raw in decode_json(body, list[msgspec.Raw], "notifications"):
            status = _mention(raw)
            if status is not None and status.in_reply_to_id:
                roots[status.id] = await self._root(status)
        return {ROOTS: msgspec.json.encode(roots).decode()} if roots else {}

    async def _root(self, status: Status) -> str:
        reply = await self._get(f"/statuses/{quote(status.id, safe='')}/context")
        found = reply.read(_Context) if reply.ok else None
        if found is None and reply.status // 100 == 5:  # noqa: PLR2004 - it may come later
            raise FetchFailed(f"a context answered {reply.status}", retry=True)
        return found.ancestors[0].id if found and found.ancestors else status.in_reply_to_id or ""

    async def _get(self, path: str) -> HttpReply:
        try:
            return await self._http.request("GET", f"{self._url}{path}", headers=self._headers)
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error


def _good(reply: HttpReply) -> HttpReply:
    if reply.ok:
        return reply
    if reply.status == UNAUTHORIZED:
        raise CredentialsRefused("the server refuses the access token")
    raise FetchFailed(f"answered {reply.status}", retry=True, status=reply.status)


def _mention(raw: msgspec.Raw) -> Status | None:
    try:
        told = msgspec.json.decode(raw, type=Notification)
    except UNREADABLE:
        return None
    return told.status if told.type in {"mention", "update"} else None


def _ids(body: bytes) -> list[str]:
    return [one.id for one in decode_json(body, list[_Numbered], "notifications")]


def _order(id: str) -> tuple[int, str]:
    """Numbers as text, without leading zeros."""
    return len(id), id
