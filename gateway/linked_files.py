"""/files/{token}: files of replies, for providers that fetch them by a signed link."""

import re
from urllib.parse import quote

from aiohttp import web

from gateway.errors import Refused
from normalizer.model import File, Message
from outbound.errors import LinkExpired, LinkForged
from outbound.file_links import PATH, FileLinks
from outbound.store import OutboundStore
from storage.blobs import Blobs
from storage.ids import utc_now

# A browser that is led here never runs what it gets; providers need the true type.
TRUE_TYPE = re.compile(
    r"(?:image/(?!svg)|audio/|video/)[\w.+-]+|application/pdf|text/(?:plain|csv|vcard|calendar)"
)
UNKNOWN_TYPE = "application/octet-stream"


class LinkedFiles:
    """The token is the login: it was made for one file of one message, and expires."""

    def __init__(self, *, links: FileLinks, store: OutboundStore, blobs: Blobs) -> None:
        self._links = links
        self._store = store
        self._blobs = blobs

    def routes(self) -> list[web.RouteDef]:
        """GET, and HEAD."""
        return [web.get(f"{PATH}{{token}}", self.send)]

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Streamed. 404 for what nobody signed or is gone, 410 after the link's time."""
        file = await self._file(request.match_info["token"])
        response = web.StreamResponse(headers=_headers(file))
        response.content_length = file.size
        pieces = self._blobs.open(file.sha256)
        first = await anext(pieces, b"")
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
        return response

    async def _file(self, token: str) -> File:
        try:
            linked = self._links.opened(token, utc_now())
        except LinkForged as error:
            raise Refused(404, "not-found", "there is no such file") from error
        except LinkExpired as error:
            raise Refused(410, "expired", "this link is no longer open") from error
        message = await self._store.message(linked.message_id)
        files = message.files if message is not None and _still_out(message) else ()
        found = next((one for one in files if one.id == linked.file_id), None)
        if found is None or found.state != "stored":
            raise Refused(404, "not-found", "there is no such file")
        return found


def _still_out(message: Message) -> bool:
    taken_back = message.delivery is None or message.delivery.state == "cancelled"
    return not (taken_back or message.erased or message.deleted_at)


def _headers(file: File) -> dict[str, str]:
    name = quote(file.name or "file", safe="")
    known = TRUE_TYPE.fullmatch(file.media_type)
    return {
        "Content-Type": file.media_type if known else UNKNOWN_TYPE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
