"""A message's files: whole or, for players that seek, in ranges (RFC 9110 section 14)."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from gateway.api.call import Call, Handler, Result
from gateway.errors import Refused
from gateway.pictures.thumbnails import Thumbnails
from gateway.store import EdgeStore, Upload
from normalizer.model import File
from storage.blobs import Blobs
from storage.collection import Collection
from ticketing.catalogue.model import FieldFile
from ticketing.reading.tickets import TicketReading
from ticketing.redaction import readable

# Shown or played by the browser itself; everything else is only ever saved.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PLAYED = re.compile(r"(?:audio|video)/[\w.+-]+")
POLICY = "default-src 'none'; sandbox"
PRIVATE = "private, max-age=3600"
PICTURES = frozenset({"image", "sticker"})
THUMBNAIL_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": PRIVATE,
    "X-Content-Type-Options": "nosniff",
}


class FilesApi:
    """Every file goes through the viewer of its message; an upload is its agent's alone."""

    def __init__(
        self,
        reading: TicketReading,
        store: EdgeStore,
        blobs: Blobs,
        thumbnails: Thumbnails,
        fields: Collection[FieldFile],
    ) -> None:
        self._fields = fields
        self._reading = reading
        self._store = store
        self._blobs = blobs
        self._thumbnails = thumbnails

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "getFile": self.get,
            "getThumbnail": self.thumbnail,
            "getUpload": self.upload,
            "getFieldFile": self.of_field,
        }

    async def get(self, call: Call[None, None]) -> Result:
        """Streamed; 206 for one range, 416 for one that begins behind the end."""
        return await self._sent(call.request, await self._file(call))

    async def thumbnail(self, call: Call[None, None]) -> Result:
        """At most 480 pixels a side; 404 for what cannot be made smaller."""
        found = await self._file(call)
        data = await self._thumbnails.of(found.sha256, call.now) if found.kind in PICTURES else b""
        if not data:
            raise Refused(404, "not-found", "there is no small picture of this file")
        return web.Response(body=data, content_type="image/webp", headers=THUMBNAIL_HEADERS)

    async def _file(self, call: Call[None, None]) -> File:
        message = await self._reading.message(call.viewer, call.params["id"])
        found = next((one for one in message.files if one.id == call.params["file_id"]), None)
        if found is None or found.state != "stored":
            raise Refused(404, "not-found", "this file is not stored")
        return found

    async def upload(self, call: Call[None, None]) -> Result:
        """A file that waits for its reply, for whoever put it up."""
        found = await self._store.uploads_of(call.agent.id, [call.params["id"]])
        if not found:
            raise Refused(404, "not-found", "there is no such upload of yours")
        return await self._sent(call.request, found[0])

    async def of_field(self, call: Call[None, None]) -> Result:
        """What a ticket's field holds, for who may read the field."""
        field = call.params["field_id"]
        ticket = await self._reading.ticket(call.viewer, call.params["id"])
        value = ticket.fields.get(field) if readable(call.viewer, f"fields.{field}") else None
        found = await self._fields.get(str(value)) if value else None
        if found is None or found.ticket_id != ticket.id:
            raise Refused(404, "not-found", "the field holds no file")
        return await self._sent(call.request, found)

    async def _sent(
        self, request: web.Request, found: File | Upload | FieldFile
    ) -> web.StreamResponse:
        span = span_of(request.headers.get("Range", ""), found.size)
        start, end = span or (0, found.size)
        pieces = self._blobs.open(found.sha256, start)
        first = await anext(pieces, b"")  # what is missing is told before the answer begins
        response = web.StreamResponse(status=206 if span else 200, headers=headers_of(found))
        response.content_length = end - start
        if span:
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
        await response.prepare(request)
        left = end - start
        await response.write(first[:left])
        left -= len(first)
        while left > 0 and (piece := await anext(pieces, b"")):
            await response.write(piece[:left])
            left -= len(piece)
        await response.write_eof()
        return response


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """The one range of a Range header as [start, end); None where the whole is to be given.

    Several ranges and other units are answered with the whole, as RFC 9110 allows.
    """
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise Refused(416, "range", f"the file has only {size} bytes")
    return start, end


def headers_of(found: File | Upload | FieldFile) -> dict[str, str]:
    """With the true type only for what a browser may show or play."""
    shown = found.media_type in SHOWN or PLAYED.fullmatch(found.media_type) is not None
    name = quote(found.name or "file", safe="")
    return {
        "Content-Type": found.media_type if shown else "application/octet-stream",
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
        "Content-Security-Policy": POLICY,
        "Cache-Control": PRIVATE,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }
