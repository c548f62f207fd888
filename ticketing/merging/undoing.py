"""Merging within a ``World``, and taking it back. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import ConversationId, TicketId
from ticketing.errors import Refused
from ticketing.ingest.tickets import reopened
from ticketing.merging.clocks import answerable, emptied, resumed
from ticketing.merging.fields import DERIVED, altered, parted
from ticketing.merging.joining import joined
from ticketing.merging.model import MAX_CONVERSATIONS, MAX_MOVED, Merge, Seen, Side, Size, Undone
from ticketing.merging.world import World
from ticketing.model import Ticket


def merge(world: World, record: Merge, now: datetime) -> Merge:
    """Everything of the record's source goes over to its target; the record with its images."""
    source, target = world.tickets[record.source_id], world.tickets[record.target_id]
    gone, grown = joined(source, target, now, record.choices)
    moving, staying = world.of(source.id), world.of(target.id)
    size = world.size(moving)
    if size.total > MAX_MOVED or len(moving) + len(staying) > MAX_CONVERSATIONS:
        raise Refused(
            f"#{source.number} is too large to be moved (at most {MAX_MOVED} messages): "
            f"merge #{target.number} into it instead"
        )
    seen = world.join_marks(source.id, target.id, now)
    done = replace(
        record,
        source_before=source,
        source_after=gone,
        target_before=target,
        target_after=grown,
        source_size=size,
        target_size=world.size(staying),
        seen=seen,
    )
    world.put(gone, grown)
    world.move(moving, target.id)
    world.records[done.id] = done
    world.moved[done.id] = moving
    return done


def dependents(record: Merge, later: Iterable[Merge]) -> list[Merge]:
    """Which later ones have to be taken back first, and done again; the earliest first."""
    touched: set[TicketId] = {record.source_id, record.target_id}
    found: list[Merge] = []
    for one in sorted(later, key=lambda one: (one.at, one.id)):
        if one.id != record.id and not touched.isdisjoint((one.source_id, one.target_id)):
            touched |= {one.source_id, one.target_id}
            found.append(one)
    return found


def take_back(world: World, record: Merge, later: Sequence[Merge], now: datetime) -> Undone:
    """The record undone, what was merged after it merged as before. Raises Refused with the way
    out where that cannot be.
    """
    for one in later:
        _check_rests(record, one)
    redone: list[Merge] = []
    for one in reversed(later):
        kept = _part(world, one, now).kept
        redone.append(replace(one, choices=_unchanged(one, kept)))
    undone = _unsplit(world, record, now) if record.kind == "split" else _part(world, record, now)
    world.records[record.id] = undone.merge
    for one in reversed(redone):
        merge(world, one, now)
    return replace(
        undone, source=world.tickets[record.source_id], target=world.tickets[record.target_id]
    )


def _check_rests(record: Merge, later: Merge) -> None:
    """Raises Refused for what rests on the record and could not be done again after it."""
    new, old = later.source_before.number, later.target_before.number
    if later.kind == "split":
        raise Refused(f"#{new} was split off #{old} afterwards: undo that first")
    if record.kind == "split" and record.source_id in {later.source_id, later.target_id}:
        raise Refused(f"#{new} was merged into #{old} afterwards: undo that first")


def _unchanged(record: Merge, kept: Collection[str]) -> dict[str, Side]:
    """Choices that nobody has overridden since."""
    return {name: side for name, side in record.choices.items() if name not in kept}


def _part(world: World, record: Merge, now: datetime) -> Undone:
    """The source gets back its conversations, and each side what is its own."""
    source, target = world.tickets[record.source_id], world.tickets[record.target_id]
    moved, together = world.moved[record.id], world.of(target.id)
    if source.merged_into != target.id or not moved <= together:
        raise Refused(f"#{source.number} is no longer in #{target.number} as it was merged")
    troubled = target.delivery_trouble != record.target_after.delivery_trouble
    left, kept = parted(record.target_before, record.target_after, target)
    left = _heard(
        world, left, record.target_before, record.target_size, together - moved, troubled=troubled
    )
    back, _ = parted(record.source_before, record.source_after, source)
    back = _heard(world, back, record.source_before, record.source_size, moved, troubled=troubled)
    awake = answerable(back, world.news(moved, record.source_size), now)
    left, awake = _at_rest(left, record.target_before), _at_rest(awake, record.source_before)
    if target.private and not record.target_after.private:
        # since then: what it was for may stand on either side
        left, awake = replace(left, private=True), replace(awake, private=True)
    _unread(world, record, awake, left)
    world.put(awake, left)
    world.move(moved, source.id)
    return Undone(
        merge=replace(record, undone_at=now),
        source=awake,
        target=left,
        kept=kept,
        reopened=awake.open and not back.open,
    )


def _waits_since(record: Merge, new: Ticket) -> bool:
    """Whether somebody waits in what was split off, who did not when the old one was ended."""
    before = None if record.target_before.open else record.source_after.waiting_since
    return new.open and new.waiting_since is not None and new.waiting_since != before


def _at_rest(ticket: Ticket, image: Ticket) -> Ticket:
    """Nobody waits in a ticket that was ended since; one that was ended before is as it was, also
    where a word that was said earlier came after its end.
    """
    ended = image.open and not ticket.open
    return replace(ticket, waiting_since=None) if ended else ticket


def _heard(
    world: World,
    ticket: Ticket,
    image: Ticket,
    then: Size,
    ids: frozenset[ConversationId],
    *,
    troubled: bool,
) -> Ticket:
    """The ticket with what messages make of it: as in its image, and what came since."""
    derived = {name: getattr(image, name) for name in DERIVED}
    heard = resumed(
        replace(ticket, **derived),
        then,
        world.tallies(ids),
        world.news(ids, then),
        troubled=troubled,
    )
    added = [one for one in world.inboxes(ids) if one not in heard.inbox_ids]
    return replace(heard, inbox_ids=(*heard.inbox_ids, *added)) if added else heard


def _unread(world: World, record: Merge, source: Ticket, target: Ticket) -> None:
    """Whoever has not looked since has read what they had; whoever has, all up to then."""
    moved = world.moved[record.id]
    rest = world.of(target.id) - moved
    known = {one.agent_id: one for one in record.seen}
    for agent in world.agents:
        mark, seen = world.mark(agent, target.id), known.get(agent, Seen(agent_id=agent))
        if mark is None:
            continue
        if mark.in_count == seen.source + seen.target:
            world.read(agent, source.id, seen.source, mark.at)
            world.read(agent, target.id, seen.target, mark.at)
            continue
        sides = ((source, moved, record.source_size), (target, rest, record.target_size))
        for ticket, ids, then in sides:
            unread = world.unread_since(ids, then, mark.at)
            world.read(agent, ticket.id, max(0, ticket.in_count - unread), mark.at)


def _unsplit(world: World, record: Merge, now: datetime) -> Undone:
    """What was split off goes back; its ticket keeps its number, and points there."""
    new, old = world.tickets[record.source_id], world.tickets[record.target_id]
    if new.merged_into is not None or old.merged_into is not None:
        raise Refused(f"#{new.number} or #{old.number} was merged since: undo that first")
    back = world.of(new.id)
    both = back | world.of(old.id)
    known = (record.source_after.delivery_trouble, record.target_after.delivery_trouble)
    troubled = (new.delivery_trouble, old.delivery_trouble) != known
    whole, kept = parted(record.target_before, record.target_after, old)
    whole = _heard(world, whole, record.target_before, record.target_size, both, troubled=troubled)
    if not whole.open and _waits_since(record, new):
        whole = reopened(whole, now)
    whole = replace(_at_rest(whole, record.target_before), private=whole.private or new.private)
    world.put(emptied(new, old, now), whole)
    world.move(back, old.id)
    world.fold(record)
    world.join_marks(new.id, old.id, now)
    return Undone(
        merge=replace(record, undone_at=now),
        source=world.tickets[new.id],
        target=whole,
        kept=(*kept, *(f"#{new.number}: {name}" for name in altered(record.source_after, new))),
    )
