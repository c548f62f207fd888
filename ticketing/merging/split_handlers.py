"""Splitting a ticket, and looking at what it would do: one transaction each."""

from datetime import datetime

from normalizer.model import Message, TicketId
from storage.events import Change, Event
from storage.ids import new_id
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Invalid, NotFound, Refused, Stale
from ticketing.ingest.numbers import NumberPool
from ticketing.merging.handlers import Runs, after_all
from ticketing.merging.model import MAX_SPLIT, Cut, Merge, MergeId, Split, SplitWish, WasSplit
from ticketing.merging.splitting import cuts_of, from_on, new_ticket, piece_of, remaining
from ticketing.merging.store import MergeStore
from ticketing.merging.world import World
from ticketing.model import Contact, Ticket
from ticketing.permissions import Viewer, require, sees_inbox

UNNUMBERED = 0


class Splitting:
    """Commands of agents; undoing is ``Merging.undo``."""

    def __init__(self, store: MergeStore, transactions: Runs, numbers: NumberPool) -> None:
        self._store = store
        self._transactions = transactions
        self._numbers = numbers

    async def preview(self, viewer: Viewer, wish: SplitWish, now: datetime) -> Split:
        """Raises what ``split`` would; the new ticket has no number."""
        id = TicketId(new_id(now))

        async def work(session: Session, _events: list[Event]) -> Split:
            split, _ = await self._planned(
                session, viewer, wish, id=id, number=UNNUMBERED, now=now, marks=False
            )
            return split

        return await self._transactions.run(work)

    async def split(self, viewer: Viewer, wish: SplitWish, now: datetime) -> WasSplit:
        """The new ticket with the chosen messages. Raises Stale, Refused, Invalid."""
        id, merge_id = TicketId(new_id(now)), MergeId(f"{new_id(now)}-00")
        (number,) = await self._numbers.take(1)

        async def work(session: Session, events: list[Event]) -> WasSplit:
            split, world = await self._planned(session, viewer, wish, id=id, number=number, now=now)
            old = world.tickets[TicketId(wish.ticket_id)]
            at = await after_all(self._store, [old.id], now, session)
            record = Merge(
                id=merge_id,
                kind="split",
                at=at,
                actor_id=viewer.agent_id,
                actor_name=viewer.name,
                source_id=id,
                target_id=old.id,
                source_before=split.new,
                source_after=split.new,
                target_before=old,
                target_after=split.old,
                source_size=world.size(()),
                target_size=world.size(world.of(old.id)),
                pieces=tuple(piece_of(cut, merge_id) for cut in split.cuts if not cut.whole),
            )
            world.put(split.new, split.old)
            world.move((cut.conversation.id for cut in split.cuts if cut.whole), id)
            chosen = (one for cut in split.cuts for one in cut.messages)
            world.part_marks(old, split.new, chosen)
            world.records[record.id] = record
            saved = await self._store.save_split(record, split.cuts, world, session)
            kept = {one.id: one for one in saved}
            events += _told(kept[id], kept[old.id], viewer, now)
            return WasSplit(merge=record, new=kept[id], old=kept[old.id])

        return await self._transactions.run(work)

    async def _planned(
        self,
        session: Session,
        viewer: Viewer,
        wish: SplitWish,
        *,
        id: TicketId,
        number: int,
        now: datetime,
        marks: bool = True,
    ) -> tuple[Split, World]:
        world = await self._store.world([TicketId(wish.ticket_id)], session, marks=marks)
        old = _allowed(viewer, wish, world)
        chosen = await self._chosen(viewer, wish, session)
        ids = {one.conversation_id for one in chosen}
        conversations = await self._store.conversations(ids, session)
        cuts = cuts_of(old, chosen, conversations, world.tally_of(old.id))
        new = new_ticket(
            id,
            old,
            cuts,
            number=number,
            subject=wish.subject,
            contact=await self._contact(cuts, session),
        )
        gone = {one.id for one in chosen}
        left = [one for one in await self._store.last(old.id, session) if one.id not in gone]
        whole = {cut.conversation.id for cut in cuts if cut.whole}
        places = [one for one in await self._store.places(old.id, session) if one.id not in whole]
        rest = remaining(old, cuts, left, places=places, now=now)
        return Split(new=new, old=rest, cuts=cuts), world

    async def _chosen(self, viewer: Viewer, wish: SplitWish, session: Session) -> list[Message]:
        """Raises Invalid also for messages that the viewer does not see."""
        if bool(wish.message_ids) == bool(wish.conversation_id):
            raise Invalid("message_ids", "give either messages or a conversation")
        found = await self._store.chosen(wish, session)
        if wish.conversation_id:
            found = from_on(found, wish.from_message_id)
        if len(found) > MAX_SPLIT:
            raise Refused(f"at most {MAX_SPLIT} messages at once: split off fewer")
        hidden = any(not sees_inbox(viewer, one.inbox_id) for one in found)
        if hidden or len(found) < len(set(wish.message_ids)):
            raise Invalid("message_ids", "choose messages of this ticket")
        return found

    async def _contact(self, cuts: tuple[Cut, ...], session: Session) -> Contact:
        """Whose the first of the chosen conversations is."""
        id = cuts[0].conversation.contact_id
        found = await self._store.contact(id, session)
        if found is None:
            raise NotFound("contact", id)
        return found


def _allowed(viewer: Viewer, wish: SplitWish, world: World) -> Ticket:
    old = require(viewer, "join", world.tickets.get(TicketId(wish.ticket_id)), wish.ticket_id)
    if wish.version is not None and wish.version != old.version:
        raise Stale(old.version)
    if old.merged_into is not None:
        raise Refused("it was merged into another ticket: split that one")
    return old


def _told(new: Ticket, old: Ticket, viewer: Viewer, now: datetime) -> list[Event]:
    actor = facts.of_viewer(viewer)
    went = Change(field="split", after=f"#{new.number}")
    came = Change(field="split", before=f"#{old.number}")
    return [
        facts.fact("ticket.created", new, cause=old.id, actor=actor, at=now, changes=[came]),
        facts.fact("ticket.split", old, cause=new.id, actor=actor, at=now, changes=[went]),
    ]
