"""The work of a list: slices of lines into contacts, and back; by whoever holds the job's lease."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import ContactId
from storage.blobs import Blobs
from storage.errors import BlobMissing
from storage.events import Actor, Event
from storage.ids import derived_id, utc_now
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Invalid
from ticketing.model import Contact
from ticketing.people.amendments import moved_on
from ticketing.people.attributes import Definitions
from ticketing.people.differences import differences
from ticketing.people.directory import PeopleDirectory
from ticketing.people.domains import joins
from ticketing.people.lists.consents import check_moments
from ticketing.people.lists.model import (
    GONE,
    Counts,
    Import,
    ImportId,
    LineError,
    Slice,
    State,
    fingerprint,
)
from ticketing.people.lists.policy import Read as ReadAddress
from ticketing.people.lists.policy import Wish, created, updated, wish_of
from ticketing.people.lists.source import Read, Source
from ticketing.people.lists.store import MOST_ERRORS, ListStore, error_id, slice_id
from ticketing.people.model import Organisation, OrganisationId
from ticketing.people.store import PeopleStore
from ticketing.tokens import fold
from ticketing.transactions import Transactions

AT_ONCE = 50
HasTime = Callable[[], bool]


class Draft:
    """The people of a slice as they become: later lines see what earlier ones made."""

    def __init__(self, job: Import, known: dict[str, Contact]) -> None:
        self.job = job
        self.by_key = known
        self.before: dict[ContactId, Contact] = {}
        self.after: dict[ContactId, Contact] = {}
        self.organisations: dict[str, str] = {}
        self.errors: list[LineError] = []
        self.counts: dict[str, int] = {}

    def count(self, name: str) -> None:
        """One more."""
        self.counts[name] = self.counts.get(name, 0) + 1

    def holder(self, wish: Wish) -> Contact | None:
        """Who has one of these addresses; Invalid when they are two people's."""
        holders = {
            held.id: held for one in wish.senders if (held := self.by_key.get(one.canonical))
        }
        if len(holders) > 1:
            raise Invalid("line", "its addresses belong to several contacts: merge those first")
        return next((self.after.get(id, held) for id, held in holders.items()), None)

    def put(self, contact: Contact, before: Contact | None) -> None:
        """A new or changed person."""
        if before is not None and contact.id not in self.after:
            self.before[contact.id] = before
        self.after[contact.id] = contact
        self.by_key.update(dict.fromkeys(contact.point_keys, contact))


class ListRunner:
    """Goes on where the last slice ended, whoever did that."""

    def __init__(
        self,
        *,
        store: ListStore,
        people: PeopleStore,
        source: Source,
        directory: PeopleDirectory,
        transactions: Transactions,
        address: ReadAddress,
    ) -> None:
        self._store = store
        self._people = people
        self._source = source
        self._directory = directory
        self._transactions = transactions
        self._address = address

    async def work(self, id: ImportId, has_time: HasTime) -> None:
        """Until it is done or cancelled, or there is no more time."""
        job = await self._store.imports.get(id)
        if job is None or job.state != "running":
            return
        waiting: list[Read] = []
        skip = done = job.counts.lines
        try:
            async for one in self._source.records(job.sha256, job.encoding, job.delimiter):
                if skip:
                    skip -= 1
                    continue
                waiting.append(one)
                if len(waiting) >= AT_ONCE:
                    going = await self._slice(job.id, done, waiting, "running")
                    done += len(waiting)
                    waiting = []
                    if not going or not has_time():
                        return
        except BlobMissing:
            await self._end(job, GONE)
            return
        await self._slice(job.id, done, waiting, "done")

    async def _end(self, job: Import, problem: str) -> None:
        changes = {"state": "cancelled", "problem": problem, "updated_at": utc_now()}
        await self._store.imports.update({"_id": job.id, "state": "running"}, {"$set": changes})

    async def _slice(self, id: ImportId, done: int, lines: Sequence[Read], then: State) -> bool:
        """The lines behind ``done``. False when the job does not go on, or somebody else was here:
        a lease that lapsed.
        """
        definitions = await self._directory.attributes("contact")
        domains = await self._directory.domains()
        now = utc_now()

        async def work(session: Session, events: list[Event]) -> bool:
            job = await self._store.imports.get(id, session)
            if job is None or job.state != "running" or job.counts.lines != done:
                return False
            draft = await self._drafted(session, job, lines, definitions, now)
            if not job.dry_run:
                joined = {key: joins(one, domains) for key, one in draft.after.items()}
                draft.after = joined
                await self._write(session, events, draft, now)
            await self._store.add_errors(_kept(job, draft.errors), session)
            await self._advance(session, job, draft, lines, then, now)
            return then == "running"

        return await self._transactions.run(work)

    async def _drafted(
        self,
        session: Session,
        job: Import,
        lines: Sequence[Read],
        definitions: Definitions,
        now: datetime,
    ) -> Draft:
        wishes: list[tuple[int, Wish]] = []
        errors: list[LineError] = []
        for line in lines:
            try:
                wishes.append((line.record.line, self._wish(job, line, definitions, now)))
            except Invalid as error:
                errors.append(_error(job, line.record.line, error))
        keys = [sender.canonical for _, wish in wishes for sender in wish.senders]
        draft = Draft(job, await self._people.by_points(list(dict.fromkeys(keys)), session))
        draft.errors = errors
        for number, wish in wishes:
            try:
                await self._enter(session, draft, number, wish, definitions, now)
            except Invalid as error:
                draft.errors.append(_error(job, number, error))
        return draft

    def _wish(self, job: Import, line: Read, definitions: Definitions, now: datetime) -> Wish:
        if line.record.problem:
            raise Invalid("line", line.record.problem)
        wish = wish_of(line.record.cells, job.mapping, definitions, self._address)
        check_moments(wish.consents, now)
        return wish

    async def _enter(  # noqa: PLR0917  the parts of one line
        self,
        session: Session,
        draft: Draft,
        number: int,
        wish: Wish,
        definitions: Definitions,
        now: datetime,
    ) -> None:
        job, held = draft.job, draft.holder(wish)
        if wish.organisation:
            id = await self._organisation(session, draft, wish.organisation, now)
            wish = replace(wish, change=replace(wish.change, organisation_id=id))
        if held is None:
            new_id = ContactId(derived_id("contact", job.id, str(number)))
            made = created(new_id, wish, definitions, now, verified=job.verified)
            draft.put(made, None)
            draft.count("created")
            return
        after = updated(held, wish, definitions, verified=job.verified)
        if after == held:
            draft.count("unchanged")
            return
        fresh = held.id not in draft.after
        draft.put(moved_on(after, now) if fresh else after, held)
        draft.count("updated" if fresh else "unchanged")

    async def _organisation(self, session: Session, draft: Draft, name: str, now: datetime) -> str:
        """By name; made where there is none."""
        key = " ".join(fold(name).split())
        if key not in draft.organisations:
            id = OrganisationId(derived_id("organisation-named", key))
            known = (await self._directory.names()).get(key)
            found = known or await self._people.organisations.get(id, session)
            if found is None and not draft.job.dry_run:
                await self._people.organisations.insert(
                    Organisation(id=id, version=1, name=name[:200], created_at=now, updated_at=now),
                    session=session,
                )
            draft.organisations[key] = known or id
        return draft.organisations[key]

    async def _write(
        self, session: Session, events: list[Event], draft: Draft, now: datetime
    ) -> None:
        """Changed people before new ones, who might take an address that those gave away."""
        changed = [draft.after[id] for id in draft.before]
        new = [one for id, one in draft.after.items() if id not in draft.before]
        await self._people.contacts.replace_many(changed, session=session)
        await self._people.contacts.insert_many(new, session=session)
        for one in changed:
            old = draft.before[one.id]
            if (old.name, old.organisation_id) != (one.name, one.organisation_id):
                await self._people.show_as(one, session)
        actor = Actor(kind="agent", id=draft.job.by, name=draft.job.by_name)
        cause = f"{draft.job.id} {draft.job.slices}"
        for one in draft.after.values():
            before = draft.before.get(one.id)
            kind = "contact.changed" if before else "contact.created"
            changes = differences(before, one)
            events.append(
                facts.about(kind, one.id, cause=cause, actor=actor, at=now, changes=changes)
            )
        done = Slice(
            id=slice_id(draft.job.id, draft.job.slices),
            created=tuple(one.id for one in new),
            before=tuple(draft.before.values()),
            prints={id: fingerprint(one) for id, one in draft.after.items()},
        )
        await self._store.slices.replace_many([done], session=session)

    async def _advance(  # noqa: PLR0917  the parts of one slice
        self,
        session: Session,
        job: Import,
        draft: Draft,
        lines: Sequence[Read],
        then: State,
        now: datetime,
    ) -> None:
        gained = {**draft.counts, "lines": len(lines), "failed": len(draft.errors)}
        counts = {
            name: getattr(job.counts, name) + gained.get(name, 0)
            for name in Counts.__struct_fields__
        }
        further = replace(
            job,
            counts=Counts(**counts),
            read_bytes=job.size if then == "done" else lines[-1].read_bytes,
            slices=job.slices + 1,
            state=then,
            updated_at=now,
        )
        await self._store.imports.replace_many([further], session=session)


async def spare_files(store: ListStore, blobs: Blobs) -> None:
    """Before the collector runs: what a job still reads stays, however long nobody worked."""
    await blobs.refresh(None, [job.sha256 for job in await store.busy()])


def _error(job: Import, line: int, error: Invalid) -> LineError:
    column = error.field
    if column in job.mapping:
        column = job.columns[job.mapping.index(column)]
    return LineError(id=error_id(job.id, line), line=line, column=column, reason=error.reason)


def _kept(job: Import, errors: Sequence[LineError]) -> Sequence[LineError]:
    return errors[: max(0, MOST_ERRORS - job.counts.failed)]
