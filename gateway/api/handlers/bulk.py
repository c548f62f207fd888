"""Jobs that change many tickets: begun, watched, cancelled by who asked for them."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from connectors.contract import InboxId
from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import bulk as b
from gateway.errors import Refused
from normalizer.model import TicketId
from storage.ids import truncate
from ticketing.amendments import TicketChange
from ticketing.bulk import model
from ticketing.bulk.handlers import BulkJobs

RECENT = 20
OWN = ("add_tags", "remove_tags", "snooze_until", "wake", "follow")


class BulkApi:
    """Thin; a job is its asker's alone."""

    def __init__(self, jobs: BulkJobs) -> None:
        self._jobs = jobs

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "beginBulk": self.begin,
            "listBulk": self.list,
            "getBulk": self.get,
            "getBulkReport": self.report,
            "cancelBulk": self.cancel,
        }

    async def begin(self, call: Call[b.NewBulk, None]) -> Result:
        """The job, which waits for a worker."""
        job = await self._jobs.begin(
            call.viewer, _selection(call.body.selection), _wish(call.body.change), call.now
        )
        call.note("bulk", job.id, after=call.body)
        return shown(job)

    async def list(self, call: Call[None, None]) -> Result:
        """Mine."""
        found = await self._jobs.recent(call.viewer, RECENT)
        return b.BulkJobs(items=[shown(one) for one in found])

    async def get(self, call: Call[None, None]) -> Result:
        """One of mine."""
        return shown(await self._jobs.get(call.viewer, call.params["id"]))

    async def report(self, call: Call[None, b.ReportQuery]) -> Result:
        """A page of what became of the tickets."""
        query = call.query
        outcome = None if query.outcome is UNSET else query.outcome
        found = await self._jobs.report(
            call.viewer, call.params["id"], _place(query.cursor), outcome, query.limit + 1
        )
        more = len(found) > query.limit
        return b.BulkReport(
            items=[_result(one) for one in found[: query.limit]],
            next_cursor=found[query.limit].id.rpartition("|")[2] if more else None,
        )

    async def cancel(self, call: Call[None, None]) -> Result:
        """What is changed stays changed."""
        return shown(await self._jobs.cancel(call.viewer, call.params["id"], call.now))


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > len("99999999"):
        raise Refused(422, "invalid", "is no cursor of this report", field="cursor")
    return int(cursor)


def _selection(body: b.BulkSelection) -> Sequence[TicketId] | model.Listed:
    if body.ids is not UNSET:
        if any(one is not UNSET for one in (body.view, body.inbox_id, body.q, body.scope)):
            raise Refused(422, "invalid", "either ids, or a list", field="selection")
        return [TicketId(id) for id in body.ids]
    if body.view is UNSET and body.q is UNSET:
        raise Refused(422, "invalid", "choose ids, a view or a search", field="selection")
    return model.Listed(
        view="open" if body.view is UNSET else body.view,
        inbox_id=None if body.inbox_id is UNSET else InboxId(body.inbox_id),
        q="" if body.q is UNSET else body.q,
        scope="all" if body.scope is UNSET else body.scope,
    )


def _wish(body: b.BulkChange) -> model.Wish:
    given = msgspec.to_builtins(body)
    own = {name: given.pop(name) for name in OWN if name in given}
    until = body.snooze_until
    return model.Wish(
        change=msgspec.convert(given, TicketChange),
        add_tags=tuple(own.get("add_tags", ())),
        remove_tags=tuple(own.get("remove_tags", ())),
        snooze_until=until if until is UNSET or until is None else truncate(until),
        wake=bool(own.get("wake")),
        follow=body.follow,
    )


def shown(job: model.Job) -> b.BulkJob:
    """As its asker sees it."""
    return b.BulkJob(
        id=job.id,
        state=job.state,
        total=job.total,
        done=job.done,
        counts=b.BulkCounts(
            changed=job.counts.changed,
            unchanged=job.counts.unchanged,
            refused=job.counts.refused,
            not_visible=job.counts.not_visible,
        ),
        reason=job.reason,
        created_at=views.time(job.created_at),
        updated_at=views.time(job.updated_at),
    )


def _result(found: model.Result) -> b.BulkResult:
    return b.BulkResult(
        ticket_id=found.ticket_id,
        number=found.number or None,
        outcome=found.outcome,
        field=found.field or None,
        reason=found.reason,
    )
