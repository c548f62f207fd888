"""Lists of contacts over their commands."""

from collections.abc import AsyncIterator, Mapping

from aiohttp import web
from msgspec.structs import asdict

from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import contact_lists as c
from gateway.api.views import time
from gateway.errors import Refused
from storage.blobs import Blobs
from storage.ids import new_id
from ticketing.people.lists.export import Export
from ticketing.people.lists.handlers import Imports, Start, Upload
from ticketing.people.lists.model import Import

PIECE = 65_536
MAX_BYTES = 500_000_000


class ContactListsApi:
    """Files are streamed both ways."""

    def __init__(self, imports: Imports, export: Export, blobs: Blobs) -> None:
        self._imports = imports
        self._export = export
        self._blobs = blobs

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listContactImports": self.jobs,
            "createContactImport": self.create,
            "getContactImport": self.get,
            "startContactImport": self.start,
            "cancelContactImport": self.cancel,
            "undoContactImport": self.undo,
            "listContactImportErrors": self.errors,
            "exportContacts": self.export,
        }

    async def jobs(self, call: Call[None, None]) -> Result:
        """Newest first."""
        found = await self._imports.jobs(call.viewer)
        return c.ContactImportList(items=[_shown(one) for one in found])

    async def create(self, call: Call[None, c.ImportQuery]) -> Result:
        """Looked at only; 422 for what is no list."""
        self._imports.check(call.viewer)
        blob = await self._blobs.put(_capped(call.request))
        upload = Upload(
            name=call.query.name, sha256=blob.sha256, size=blob.size, key=new_id(call.now)
        )
        return _shown(await self._imports.create(call.viewer, upload, call.now))

    async def get(self, call: Call[None, None]) -> Result:
        """How far it came."""
        return _shown(await self._imports.get(call.viewer, call.params["id"]))

    async def start(self, call: Call[c.ImportStart, None]) -> Result:
        """A worker goes on with it."""
        wanted = call.body
        start = Start(
            mapping=tuple(wanted.mapping),
            dry_run=wanted.dry_run,
            verified=wanted.verified,
            encoding=wanted.encoding,
        )
        return _shown(await self._imports.start(call.viewer, call.params["id"], start, call.now))

    async def cancel(self, call: Call[None, None]) -> Result:
        """What was read by now stays."""
        return _shown(await self._imports.cancel(call.viewer, call.params["id"], call.now))

    async def undo(self, call: Call[None, None]) -> Result:
        """A worker takes it back."""
        return _shown(await self._imports.undo(call.viewer, call.params["id"], call.now))

    async def errors(self, call: Call[None, c.ErrorQuery]) -> Result:
        """By line."""
        limit = call.query.limit
        found = await self._imports.errors(
            call.viewer, call.params["id"], call.query.after, limit + 1
        )
        return c.ImportErrors(
            items=[
                c.ImportLineError(line=one.line, column=one.column, reason=one.reason)
                for one in found[:limit]
            ],
            next_after=found[limit - 1].line if len(found) > limit else None,
        )

    async def export(self, call: Call[None, None]) -> Result:
        """As long as it takes; a client that hangs up ends it."""
        lines = self._export.lines(call.viewer)
        first = await anext(lines)
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": 'attachment; filename="contacts.csv"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(call.request)
        await response.write(first.encode())
        waiting: list[str] = []
        async for line in lines:
            waiting.append(line)
            if len(waiting) >= 100:  # noqa: PLR2004  a write costs more than a line
                await response.write("".join(waiting).encode())
                waiting = []
        await response.write("".join(waiting).encode())
        await response.write_eof()
        return response


async def _capped(request: web.Request) -> AsyncIterator[bytes]:
    total = 0
    async for piece in request.content.iter_chunked(PIECE):
        total += len(piece)
        if total > MAX_BYTES:
            raise Refused(413, "too-large", f"at most {MAX_BYTES} bytes")
        yield piece


def _shown(job: Import) -> c.ContactImport:
    return c.ContactImport(
        id=job.id,
        name=job.name,
        size=job.size,
        encoding=job.encoding,
        delimiter=job.delimiter,
        columns=list(job.columns),
        sample=[list(row) for row in job.sample],
        mapping=list(job.mapping),
        dry_run=job.dry_run,
        verified=job.verified,
        state=job.state,
        counts=c.ImportCounts(**asdict(job.counts)),
        progress=job.read_bytes / job.size if job.size else 0.0,
        problem=job.problem,
        by=job.by,
        by_name=job.by_name,
        created_at=time(job.created_at),
        updated_at=time(job.updated_at),
    )
