"""Notifications and the log of chats as a pull.

Notifications have no "since": they are read from the newest back to the last that was kept.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from connectors.channels.bluesky.session import TO_CHAT, Session, owner_of
from connectors.contract import Pulled
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE, decode_json

T = TypeVar("T")
PAGE, MOST_PAGES, MOST_LOGS = 50, 100, 1000
OWN = "own"
UNAUTHORIZED = 401


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """``seen`` is when the newest kept notification was indexed, ``uris`` all of that moment;
    ``log`` is the chats' own cursor.
    """

    seen: str = ""
    uris: tuple[str, ...] = ()
    log: str = ""


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    notifications: list[msgspec.Raw] = []
    cursor: str = ""


class _Logged(msgspec.Struct, frozen=True, kw_only=True):
    logs: list[msgspec.Raw] = []
    cursor: str = ""


class _Dated(msgspec.Struct, frozen=True, kw_only=True):
    uri: str = ""
    indexed_at: str = msgspec.field(default="", name="indexedAt")


class Polling:
    """One account's."""

    def __init__(self, session: Session, *, chats: bool) -> None:
        self._session = session
        self._chats = chats

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """What is new; the first time of all only the place."""
        place = _place(cursor)
        if place is None:
            yield Pulled(body=b"{}", cursor=_kept(await self._first()))
            return
        own = {OWN: owner_of(await self._session.token())}
        fresh = await self._notifications(place)
        for at in range(0, len(fresh), PAGE):
            chunk = fresh[at : at + PAGE]
            place = _moved(place, [dated for _, dated in chunk])
            body = msgspec.json.encode({"notifications": [raw for raw, _ in chunk]})
            yield Pulled(body=body, cursor=_kept(place), headers=own)
        while self._chats:
            logged = await self._log(place.log)
            if not logged.cursor or logged.cursor == place.log:
                return
            place = msgspec.structs.replace(place, log=logged.cursor)
            body = msgspec.json.encode({"logs": logged.logs})
            yield Pulled(body=body, cursor=_kept(place), headers=own)

    async def _first(self) -> Place:
        """Where the newest notification and the end of the log are."""
        newest = [_dated(raw) for raw in (await self._list("", 1)).notifications]
        place = _moved(Place(), newest)
        for _ in range(MOST_LOGS if self._chats else 0):
            logged = await self._log(place.log)
            if not logged.cursor or logged.cursor == place.log:
                break
            place = msgspec.structs.replace(place, log=logged.cursor)
        return place

    async def _notifications(self, place: Place) -> list[tuple[msgspec.Raw, _Dated]]:
        """All after ``place``, the oldest first."""
        found: list[tuple[msgspec.Raw, _Dated]] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._list(cursor, PAGE)
            pairs = [(raw, _dated(raw)) for raw in page.notifications]
            found += [
                (raw, one)
                for raw, one in pairs
                if one.indexed_at >= place.seen and one.uri not in place.uris
            ]
            cursor = page.cursor
            if not cursor or not pairs or pairs[-1][1].indexed_at < place.seen:
                break
        return found[::-1]

    async def _list(self, cursor: str, limit: int) -> _Listed:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        return await self._get(
            f"app.bsky.notification.listNotifications?{urlencode(query)}", _Listed
        )

    async def _log(self, cursor: str) -> _Logged:
        query = urlencode({"cursor": cursor}) if cursor else ""
        return await self._get(f"chat.bsky.convo.getLog?{query}".rstrip("?"), _Logged, TO_CHAT)

    async def _get(self, path: str, kind: type[T], headers: Mapping[str, str] | None = None) -> T:
        try:
            reply = await self._session.call("GET", path, headers=headers or {})
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        if reply.ok:
            return decode_json(reply.body, kind, "an answer of Bluesky")
        words = f"{path.partition('?')[0]} answered {reply.status}"
        if reply.status == UNAUTHORIZED:
            raise CredentialsRefused(words)
        raise FetchFailed(words, retry=True, status=reply.status)


def _place(cursor: str) -> Place | None:
    try:
        return msgspec.json.decode(cursor, type=Place)
    except UNREADABLE:
        return None


def _kept(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def _dated(raw: msgspec.Raw) -> _Dated:
    try:
        return msgspec.json.decode(raw, type=_Dated)
    except UNREADABLE:
        return _Dated()


def _moved(place: Place, dated: list[_Dated]) -> Place:
    seen = max([place.seen, *(one.indexed_at for one in dated)])
    uris = {one.uri for one in dated if one.indexed_at == seen}
    kept: Any = place.uris if seen == place.seen else ()
    return msgspec.structs.replace(place, seen=seen, uris=(*kept, *sorted(uris - set(kept))))
