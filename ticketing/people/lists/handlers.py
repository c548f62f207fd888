"""Lists that come in: made, looked at, run in slices of a worker, and taken back.

A slice is one transaction: its contacts, their events, what was wrong in it, and how far the job
came. Whoever goes on after a crash begins where the last slice ended.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from storage.blobs import Blobs
from storage.events import Change, Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Forbidden, NotFound, Refused
from ticketing.people.directory import PeopleDirectory
from ticketing.people.lists.model import BUSY, GONE, Counts, Import, ImportId, LineError, State
from ticketing.people.lists.policy import check_mapping, guessed
from ticketing.people.lists.source import Source, known_codec
from ticketing.people.lists.store import ListStore
from ticketing.permissions import Viewer, allowed
from ticketing.transactions import Transactions

Ring = Callable[[ImportId], Awaitable[object]]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was uploaded; ``key`` is the caller's idempotency key."""

    name: str
    sha256: str
    size: int
    key: str


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How to read it; ``encoding`` "" is the one that was found out."""

    mapping: tuple[str, ...]
    dry_run: bool
    verified: bool = False
    encoding: str = ""


class Imports:
    """What an administrator does with lists; ``ring`` wakes a worker."""

    def __init__(
        self,
        *,
        store: ListStore,
        source: Source,
        blobs: Blobs,
        directory: PeopleDirectory,
        transactions: Transactions,
        ring: Ring,
    ) -> None:
        self._store = store
        self._source = source
        self._blobs = blobs
        self._directory = directory
        self._transactions = transactions
        self._ring = ring

    def check(self, viewer: Viewer) -> None:
        """Before anything is uploaded. Raises Forbidden."""
        _may(viewer)

    async def create(self, viewer: Viewer, upload: Upload, now: datetime) -> Import:
        """Looked at, and nothing more; Invalid for what is no list."""
        _may(viewer)
        look = await self._source.look(upload.sha256)
        id = ImportId(derived_id("contact-import", viewer.agent_id, upload.key))
        made = Import(
            id=id,
            name=upload.name,
            sha256=upload.sha256,
            size=upload.size,
            encoding=look.encoding,
            delimiter=look.delimiter,
            columns=look.columns,
            sample=look.sample,
            mapping=guessed(look.columns),
            by=viewer.agent_id,
            by_name=viewer.name,
            created_at=now,
            updated_at=now,
        )

        async def work(session: Session, events: list[Event]) -> Import:
            known = await self._store.imports.get(id, session)
            if known is not None:
                return known
            await self._store.imports.insert(made, session=session)
            events.append(_told("import.created", made, viewer, now))
            return made

        return await self._transactions.run(work)

    async def start(self, viewer: Viewer, id: str, start: Start, now: datetime) -> Import:
        """Dry first, if wished; then in earnest, once."""
        _may(viewer)
        definitions = await self._directory.attributes("contact")
        found = await self.get(viewer, id)
        check_mapping(start.mapping, found.columns, definitions)
        encoding = known_codec(start.encoding) if start.encoding else found.encoding

        async def work(session: Session, events: list[Event]) -> Import:
            job = await self._job(id, session)
            _check_may_start(job)
            running = replace(
                job,
                mapping=start.mapping,
                dry_run=start.dry_run,
                verified=start.verified,
                encoding=encoding,
                state="running",
                counts=Counts(),
                read_bytes=0,
                slices=0,
                problem="",
                updated_at=now,
            )
            # refreshed, not kept: the file may be somebody's attachment, and is nobody's afterwards
            if not await self._blobs.refresh(session, [job.sha256]):
                raise Refused(GONE)
            await self._store.forget_errors(job.id, session)
            await self._store.imports.replace_many([running], session=session)
            events.append(_told("import.started", running, viewer, now))
            return running

        running = await self._transactions.run(work)
        await self._ring(running.id)
        return running

    async def cancel(self, viewer: Viewer, id: str, now: datetime) -> Import:
        """What was read by now stays; ``undo`` takes it back."""
        return await self._turn(viewer, id, "cancelled", now)

    async def undo(self, viewer: Viewer, id: str, now: datetime) -> Import:
        """Contacts that it made and nobody used since go, those that it changed are as before."""
        undoing = await self._turn(viewer, id, "undoing", now)
        await self._ring(undoing.id)
        return undoing

    async def get(self, viewer: Viewer, id: str) -> Import:
        """One job."""
        _may(viewer)
        return await self._job(id)

    async def jobs(self, viewer: Viewer) -> Sequence[Import]:
        """Newest first."""
        _may(viewer)
        return sorted(await self._store.latest(), key=lambda one: one.created_at, reverse=True)

    async def errors(self, viewer: Viewer, id: str, after: int, limit: int) -> list[LineError]:
        """What was wrong, by line."""
        return await self._store.errors((await self.get(viewer, id)).id, after, limit)

    async def _job(self, id: str, session: Session | None = None) -> Import:
        found = await self._store.imports.get(id, session)
        if found is None:
            raise NotFound("import", id)
        return found

    async def _turn(self, viewer: Viewer, id: str, state: State, now: datetime) -> Import:
        _may(viewer)

        async def work(session: Session, events: list[Event]) -> Import:
            job = await self._job(id, session)
            if job.state == state:
                return job
            check = _CHECKS[state]
            if not check(job):
                raise Refused(f"a list that is {job.state} cannot be {state}")
            turned = replace(job, state=state, updated_at=now)
            await self._store.imports.replace_many([turned], session=session)
            events.append(_told(f"import.{state}", turned, viewer, now))
            return turned

        return await self._transactions.run(work)


_CHECKS: dict[State, Callable[[Import], bool]] = {
    "cancelled": lambda job: job.state == "running",
    "undoing": lambda job: job.state in {"done", "cancelled"} and not job.dry_run,
}


def _check_may_start(job: Import) -> None:
    if job.state in BUSY:
        raise Refused("it is at work")
    if job.state == "undone" or (job.state != "new" and not job.dry_run):
        raise Refused("it was read in earnest already: upload the list again")


def _may(viewer: Viewer) -> None:
    if not allowed(viewer, "import_contacts"):
        raise Forbidden("import_contacts")


def _told(kind: str, job: Import, viewer: Viewer, now: datetime) -> Event:
    changes = (
        Change(field="name", after=job.name),
        Change(field="dry_run", after=str(job.dry_run).lower()),
    )
    return facts.about(
        kind,
        job.id,
        cause=now.isoformat(),
        actor=facts.of_viewer(viewer),
        at=now,
        changes=changes,
    )
