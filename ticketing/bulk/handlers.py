"""Commands and queries of jobs: their asker's alone. The work itself is the runner's."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import TicketId
from storage.ids import new_id
from ticketing.bulk.model import (
    KEPT,
    MOST_IDS,
    OPEN,
    Job,
    JobId,
    Listed,
    Outcome,
    Result,
    Wish,
    leaves,
)
from ticketing.bulk.policy import checked
from ticketing.bulk.store import BulkStore
from ticketing.errors import Forbidden, Invalid, NotFound, Refused
from ticketing.permissions import Viewer, allowed

MOST_AT_ONCE = 5  # jobs of one agent


class BulkJobs:
    """``ring`` wakes the runner."""

    def __init__(self, store: BulkStore, ring: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._ring = ring

    async def begin(
        self, viewer: Viewer, selection: Sequence[TicketId] | Listed, wish: Wish, now: datetime
    ) -> Job:
        """A job that waits for the runner. Raises Forbidden, Invalid, Refused."""
        if not allowed(viewer, "bulk"):
            raise Forbidden("bulk")
        wish = checked(wish)
        if await self._store.open_of(viewer.agent_id) >= MOST_AT_ONCE:
            raise Refused(f"{MOST_AT_ONCE} of your jobs are running: wait, or cancel one")
        ids = [] if isinstance(selection, Listed) else list(dict.fromkeys(selection))
        listed = selection if isinstance(selection, Listed) else None
        if listed is None and not 0 < len(ids) <= MOST_IDS:
            raise Invalid("selection.ids", f"between 1 and {MOST_IDS} tickets")
        job = Job(
            id=JobId(new_id(now)),
            agent_id=viewer.agent_id,
            origin=viewer.origin,
            wish=wish,
            listed=listed,
            list_id=new_id(now),
            state="gathering" if listed else "running",
            waits=True,
            total=len(ids),
            created_at=now,
            updated_at=now,
            expires_at=now + KEPT,
        )
        await self._store.create(job, leaves(job, ids))
        await self._ring()
        return job

    async def get(self, viewer: Viewer, id: str) -> Job:
        """Raises NotFound."""
        found = await self._store.job(JobId(id))
        if found is None or found.agent_id != viewer.agent_id:
            raise NotFound("job", id)
        return found

    async def recent(self, viewer: Viewer, limit: int) -> list[Job]:
        """Newest first."""
        return await self._store.recent(viewer.agent_id, limit)

    async def report(
        self, viewer: Viewer, id: str, after: int, outcome: Outcome | None, limit: int
    ) -> list[Result]:
        """What became of the tickets, in the order they were gone through."""
        job = await self.get(viewer, id)
        return await self._store.results(job.id, after, outcome, limit)

    async def cancel(self, viewer: Viewer, id: str, now: datetime) -> Job:
        """What is changed stays changed; nothing more is. Also when it is at its end."""
        before = await self.get(viewer, id)
        while before.state in OPEN:
            after = replace(before, state="cancelled", waits=False, updated_at=now)
            if await self._store.end(before, after):
                return after
            before = await self.get(viewer, id)
        return before
