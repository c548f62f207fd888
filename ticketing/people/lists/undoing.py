"""A list taken back: who was made by it and never used goes, who was changed is as before."""

from datetime import datetime

from msgspec.structs import replace

from storage.events import Actor, Event
from storage.ids import utc_now
from storage.mongo import Session
from ticketing import facts
from ticketing.model import Contact
from ticketing.people.lists.model import Counts, Import, ImportId, Slice, fingerprint
from ticketing.people.lists.running import HasTime
from ticketing.people.lists.store import ListStore, slice_id
from ticketing.people.store import PeopleStore
from ticketing.transactions import Transactions


class ListUndo:
    """A slice is one transaction; whoever goes on after a crash begins with the next."""

    def __init__(self, store: ListStore, people: PeopleStore, transactions: Transactions) -> None:
        self._store = store
        self._people = people
        self._transactions = transactions

    async def work(self, id: ImportId, has_time: HasTime) -> None:
        """The latest slice first, until none is left, or no more time."""
        while await self._slice(id) and has_time():
            pass

    async def _slice(self, id: ImportId) -> bool:
        """The latest that is left; False when there is none."""
        now = utc_now()

        async def work(session: Session, events: list[Event]) -> bool:
            job = await self._store.imports.get(id, session)
            if job is None or job.state != "undoing":
                return False
            number = job.slices - 1
            done = await self._store.slices.get(slice_id(id, number), session)
            counts = job.counts
            if done is not None:
                counts = await self._take_back(session, events, job, done, now)
                await self._store.slices.delete({"_id": done.id}, session=session)
            left = number > 0
            further = replace(
                job,
                counts=counts,
                slices=max(0, number),
                state="undoing" if left else "undone",
                updated_at=now,
            )
            await self._store.imports.replace_many([further], session=session)
            return left

        return await self._transactions.run(work)

    async def _take_back(
        self, session: Session, events: list[Event], job: Import, done: Slice, now: datetime
    ) -> Counts:
        found = await self._people.contacts.by_ids(done.created, session=session)
        unused = [one for one in found.values() if await self._is_unused(session, one, done)]
        for one in unused:
            await self._people.contacts.delete({"_id": one.id}, session=session)
        current = await self._people.contacts.by_ids([b.id for b in done.before], session=session)
        back = [
            replace(old, version=held.version + 1, updated_at=now)
            for old in done.before
            if (held := current.get(old.id)) and fingerprint(held) == done.prints.get(old.id)
        ]
        await self._people.contacts.replace_many(back, session=session)
        for one in back:
            held = current[one.id]
            if (held.name, held.organisation_id) != (one.name, one.organisation_id):
                await self._people.show_as(one, session)
        actor = Actor(kind="agent", id=job.by, name=job.by_name)
        events += [
            facts.about(kind, one.id, cause=f"undo {job.id}", actor=actor, at=now)
            for kind, people in (("contact.removed", unused), ("contact.restored", back))
            for one in people
        ]
        kept = len(found) - len(unused) + len(done.before) - len(back)
        counts = job.counts
        return replace(
            counts,
            removed=counts.removed + len(unused),
            restored=counts.restored + len(back),
            kept=counts.kept + kept,
        )

    async def _is_unused(self, session: Session, contact: Contact, done: Slice) -> bool:
        """Nobody changed, wrote to, noted or merged it since it was made."""
        if fingerprint(contact) != done.prints.get(contact.id):
            return False
        told = await self._people.conversations_of(contact.id, 1, session)
        tickets = await self._people.tickets_of([contact.id], 1, session)
        noted = await self._people.notes.find_one({"contact_id": contact.id}, session=session)
        return not told and not tickets and noted is None
