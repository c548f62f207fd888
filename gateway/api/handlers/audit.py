"""Reading and exporting the audit."""

from collections.abc import Mapping

from aiohttp import web

from gateway.api.call import Call, Handler, Result
from gateway.api.endpoint import ENCODER
from gateway.api.schemas import audit as a
from gateway.api.schemas.tickets import Change
from gateway.api.views import maybe_time, time
from gateway.errors import Refused
from ticketing.audit.checking import exported
from ticketing.audit.model import START, Entry
from ticketing.audit.reading import AuditQuery, AuditReading
from ticketing.audit.store import AuditStore
from ticketing.errors import Forbidden
from ticketing.permissions import Viewer, allowed, sees_everything
from ticketing.reading.windows import FLOOR


class AuditApi:
    """For who may audit; everybody else is refused."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store
        self._reading = AuditReading(store)

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"listAudit": self.list, "getAuditHead": self.head, "exportAudit": self.export}

    async def list(self, call: Call[None, a.AuditQuery]) -> Result:
        """A page."""
        wanted = AuditQuery(
            actor_id=call.query.actor_id or "",
            subject_id=call.query.subject_id or "",
            kind=call.query.kind or "",
            until=call.query.until or None,
            cursor=call.query.cursor or None,
            limit=call.query.limit,
        )
        found = await self._reading.page(call.viewer, wanted, call.now)
        return a.AuditPage(
            items=[_entry(one) for one in found.items], next_cursor=found.next_cursor
        )

    async def head(self, call: Call[None, None]) -> Result:
        """Kept elsewhere it proves later that nothing was cut off."""
        _require(call.viewer)
        found = await self._store.head()
        return a.AuditHead(
            seq=found.seq if found else 0,
            sum=found.sum if found else START,
            sealed_at=maybe_time(found.sealed_at if found else None),
        )

    async def export(self, call: Call[None, a.ExportQuery]) -> Result:
        """Streamed: memory holds one block. ``parley audit verify FILE`` proves it."""
        _require(call.viewer)
        if not sees_everything(call.viewer):
            raise Forbidden("export what your role does not let you see; the list shows the rest")
        since, until = call.query.since or FLOOR, call.query.until or call.now
        if since.tzinfo is None or until.tzinfo is None or since >= until:
            raise Refused(422, "invalid", "is before since, or has no time zone", field="until")
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/jsonl",
                "Content-Disposition": 'attachment; filename="audit.jsonl"',
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(call.request)
        async for line in exported(self._store, since, until):
            await response.write(ENCODER.encode(line) + b"\n")
        await response.write_eof()
        return response


def _require(viewer: Viewer) -> None:
    if not allowed(viewer, "audit.read"):
        raise Forbidden("audit.read")


def _entry(found: Entry) -> a.AuditEntry:
    return a.AuditEntry(
        id=found.id,
        kind=found.kind,
        subject=a.AuditSubject(
            kind=found.subject.kind, id=found.subject.id, name=found.subject.name
        ),
        actor=a.AuditActor(
            kind=found.actor.kind,
            id=found.actor.id,
            name=found.actor.name,
            ip=found.actor.ip,
            via=found.actor.via,
            request_id=found.actor.request_id,
        ),
        at=time(found.at),
        changes=[
            Change(field=one.field, before=one.before, after=one.after) for one in found.changes
        ],
        why=found.why,
    )
