"""Commands: merge two contacts, take it back, and bring after what came meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import ContactId
from storage.events import Actor, Change, Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Forbidden, NotFound, Refused
from ticketing.model import Contact, Conversation, Ticket
from ticketing.people.amendments import check_current
from ticketing.people.differences import differences
from ticketing.people.merging.model import (
    ContactMerge,
    MergeId,
    Moved,
    MovedTicket,
    Preview,
    Unmerged,
)
from ticketing.people.merging.policy import conflicts, merged, unmerged
from ticketing.people.merging.store import MOST_MOVED, MergeStore, pages
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, allowed, sees, sees_inbox
from ticketing.redaction import readable
from ticketing.transactions import Transactions


class ContactMerging:
    """Only who sees everything of both may merge them: the target tells what the source told."""

    def __init__(self, store: MergeStore, visible: Visible, transactions: Transactions) -> None:
        self._store = store
        self._visible = visible
        self._transactions = transactions

    async def preview(
        self, viewer: Viewer, target_id: str, source_id: str, now: datetime
    ) -> Preview:
        """What would go over, and what of both cannot stay."""
        source, target = await self._both(viewer, source_id, target_id, None)
        _, after = merged(source, target, now)
        return Preview(
            source=source,
            target=target,
            after=after,
            tickets=len(await self._store.tickets_of(source.id)),
            conversations=len(await self._store.conversations_of(source.id)),
            notes=len(await self._store.notes_of(source.id)),
            conflicts=tuple(
                one for one in conflicts(source, target) if readable(viewer, one.field)
            ),
        )

    async def merge(
        self,
        viewer: Viewer,
        target_id: str,
        source_id: str,
        now: datetime,
        *,
        versions: tuple[int | None, int | None] = (None, None),
    ) -> ContactMerge:
        """The source's points, conversations, tickets and notes are the target's. ``versions`` are
        the target's and the source's that were seen. A repeated call gives the first one's.
        """

        async def work(session: Session, events: list[Event]) -> ContactMerge:
            source, target = await self._both(viewer, source_id, target_id, session)
            if source.merged_into == target.id:
                known = await self._store.standing(source.id, session)
                if known is not None:
                    return known
            check_current(target, versions[0])
            check_current(source, versions[1])
            return await self._merge(session, events, source, target, viewer, now)

        return await self._transactions.run(work)

    async def undo(self, viewer: Viewer, merge_id: str, now: datetime) -> Unmerged:
        """Both are as they were; what came to the source's addresses since is the source's."""

        async def work(session: Session, events: list[Event]) -> Unmerged:
            merge = await self._store.merges.get(merge_id, session)
            if merge is None:
                raise NotFound("merge", merge_id)
            source, target = await self._both(viewer, merge.source_id, merge.target_id, session)
            _check_standing(merge, source, target)
            apart = unmerged(merge, source, target, now)
            await self._save(session, apart.target, apart.source)
            await self._give_back(session, events, merge, viewer, now)
            for one in (apart.target, apart.source):
                await self._store.show_as(one, session)
            undone = replace(merge, undone_at=now)
            await self._store.merges.replace_many([undone], session=session)
            cause, actor = f"undo {merge.id}", facts.of_viewer(viewer)
            events += _told("contact.unmerged", cause, actor, now, (target, apart.target))
            events += _told("contact.unmerged", cause, actor, now, (source, apart.source))
            return apart

        return await self._transactions.run(work)

    async def merges(self, viewer: Viewer, id: str) -> list[ContactMerge]:
        """Of whom a contact is made, the latest first."""
        contact = await self._visible.contact(viewer, id)
        return await self._store.merges_of(contact.id)

    async def bring_after(self, merge: ContactMerge) -> int:
        """What was begun for the source while it was merged goes over too; how much."""

        async def work(session: Session, events: list[Event]) -> int:
            known = await self._store.merges.get(merge.id, session)
            target = await self._store.contacts.get(merge.target_id, session)
            if known is None or known.undone_at is not None or target is None:
                return 0
            number = len(await self._store.moves_of(merge.id, session))
            actor = facts.SYSTEM
            count = await self._move(session, events, known, target, number, actor)
            if count:
                await self._store.show_as(target, session)
            return count

        return await self._transactions.run(work)

    async def bring_all_after(self, since: datetime) -> int:
        """Of every merge since then."""
        return sum([await self.bring_after(one) for one in await self._store.since(since)])

    async def _merge(  # noqa: PLR0917  the parts of one change
        self,
        session: Session,
        events: list[Event],
        source: Contact,
        target: Contact,
        viewer: Viewer,
        now: datetime,
    ) -> ContactMerge:
        emptied, grown = merged(source, target, now)
        merge = ContactMerge(
            id=MergeId(derived_id("contact-merge", source.id, str(source.version))),
            source_id=source.id,
            target_id=target.id,
            source=source,
            before=target,
            after=grown,
            by=viewer.agent_id,
            by_name=viewer.name,
            at=now,
        )
        await self._save(session, emptied, grown)
        await self._store.merges.replace_many([merge], session=session)
        actor = facts.of_viewer(viewer)
        await self._move(session, events, merge, grown, 0, actor)
        await self._store.show_as(grown, session)
        events += _told("contact.merged", merge.id, actor, now, (source, emptied))
        events += _told("contact.merged", merge.id, actor, now, (target, grown))
        return merge

    async def _save(self, session: Session, *contacts: Contact) -> None:
        """In this order: who gives addresses away comes before who takes them."""
        for contact in contacts:
            await self._store.contacts.replace_many([contact], session=session)

    async def _move(  # noqa: PLR0917  the parts of one change
        self,
        session: Session,
        events: list[Event],
        merge: ContactMerge,
        target: Contact,
        number: int,
        actor: Actor,
    ) -> int:
        tickets = await self._store.tickets_of(merge.source_id, session)
        conversations = await self._store.conversations_of(merge.source_id, session)
        notes = await self._store.notes_of(merge.source_id, session)
        count = len(tickets) + len(conversations) + len(notes)
        if max(len(tickets), len(conversations), len(notes)) > MOST_MOVED:
            raise Refused(f"more than {MOST_MOVED} tickets, conversations or notes would go over")
        were = [MovedTicket(id=one.id, name=one.contact_name) for one in tickets]
        moves = list(pages(merge.id, number, were, conversations, notes))
        await self._store.note_moves(moves, session)
        for page in moves:
            named = [replace(one, name=target.name) for one in page.tickets]
            page_to = replace(page, tickets=tuple(named))
            await self._store.hand_over(page_to, merge.source_id, target.id, session)
        cause = f"{merge.id} {number}"
        events += [_person(one, target.id, cause, actor, merge.at) for one in tickets]
        return count

    async def _give_back(
        self,
        session: Session,
        events: list[Event],
        merge: ContactMerge,
        viewer: Viewer,
        now: datetime,
    ) -> None:
        moves = await self._store.moves_of(merge.id, session)
        later = await self._since(session, merge, moves)
        known = {one.id: one for one in await self._store.tickets_of(merge.target_id, session)}
        for page in (*moves, *later):
            await self._store.hand_over(page, merge.target_id, merge.source_id, session)
            events += [
                _person(known[one.id], merge.source_id, f"undo {merge.id}",
                        facts.of_viewer(viewer), now)
                for one in page.tickets
                if one.id in known
            ]  # fmt: skip

    async def _since(
        self, session: Session, merge: ContactMerge, moves: Sequence[Moved]
    ) -> list[Moved]:
        """Conversations that the source's addresses began since; tickets of none but those."""
        keys = frozenset(merge.source.point_keys) - frozenset(merge.before.point_keys)
        theirs = {id for page in moves for id in page.conversations}
        found = await self._store.conversations_of(merge.target_id, session)
        begun = [
            one
            for one in found
            if one.recipient in keys and one.created_at >= merge.at and one.id not in theirs
        ]
        theirs |= {one.id for one in begun}
        tickets: list[MovedTicket] = []
        for ticket_id in dict.fromkeys(one.ticket_id for one in begun):
            within = await self._store.within(ticket_id, session)
            if all(one.id in theirs for one in within):
                tickets.append(MovedTicket(id=ticket_id, name=merge.source.name))
        return list(pages(merge.id, 0, tickets, begun, ()))

    async def _both(
        self, viewer: Viewer, source_id: str, target_id: str, session: Session | None
    ) -> tuple[Contact, Contact]:
        if not allowed(viewer, "people"):
            raise Forbidden("people")
        source = await self._visible.contact(viewer, source_id, session)
        target = await self._visible.contact(viewer, target_id, session)
        for one in (source, target):
            await self._check_all_seen(viewer, one.id, session)
        return source, target

    async def _check_all_seen(self, viewer: Viewer, id: ContactId, session: Session | None) -> None:
        tickets: Sequence[Ticket] = await self._store.tickets_of(id, session)
        told: Sequence[Conversation] = await self._store.conversations_of(id, session)
        whole = all(sees(viewer, one) for one in tickets)
        if not whole or not all(sees_inbox(viewer, one.inbox_id) for one in told):
            raise Refused("some of their tickets are not yours to see: ask somebody who sees all")


def _check_standing(merge: ContactMerge, source: Contact, target: Contact) -> None:
    if merge.undone_at is not None:
        raise Refused("it was taken back already")
    if target.merged_into is not None:
        raise Refused(f"{target.name} was merged into another contact since: undo that first")
    if source.merged_into != target.id:
        raise Refused("they are not merged any more")


def _told(
    kind: str, cause: str, actor: Actor, now: datetime, change: tuple[Contact, Contact]
) -> list[Event]:
    before, after = change
    changes = differences(before, after)
    return [facts.about(kind, after.id, cause=cause, actor=actor, at=now, changes=changes)]


def _person(ticket: Ticket, to: ContactId, cause: str, actor: Actor, at: datetime) -> Event:
    change = Change(field="contact_id", before=ticket.contact_id, after=to)
    return facts.fact("ticket.changed", ticket, cause=cause, actor=actor, at=at, changes=(change,))
