"""What histories say of merges, splits and their taking back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from normalizer.model import TicketId
from storage.events import Change, Event
from ticketing import facts
from ticketing.merging.model import Merge
from ticketing.merging.world import World
from ticketing.model import Ticket
from ticketing.permissions import Viewer


def told(
    records: Sequence[Merge],
    world: World,
    saved: Mapping[TicketId, Ticket],
    viewer: Viewer,
    now: datetime,
) -> list[Event]:
    """Each side hears of each merge; the target also of fields that changed."""
    actor = facts.of_viewer(viewer)
    events = []
    for one in records:
        before, after = world.before[one.source_id], saved[one.source_id]
        changes = facts.differences(before, after)
        events.append(
            facts.fact("ticket.merged", after, cause=one.id, actor=actor, at=now, changes=changes)
        )
        target = saved[one.target_id]
        changes = (*facts.took_in(after), *facts.differences(one.target_before, one.target_after))
        events.append(
            facts.fact("ticket.joined", target, cause=one.id, actor=actor, at=now, changes=changes)
        )
    return events


def untold(
    record: Merge,
    world: World,
    saved: Mapping[TicketId, Ticket],
    viewer: Viewer,
    now: datetime,
) -> list[Event]:
    """Both sides hear that they are two again; what was done anew meanwhile, that it changed."""
    named: dict[TicketId, tuple[str, tuple[Change, ...]]] = {
        record.source_id: ("ticket.unmerged", ()),
        record.target_id: (
            "ticket.unjoined",
            (Change(field="joined", before=f"#{record.source_before.number}"),),
        ),
    }
    if record.kind == "split":
        took = facts.took_in(record.source_before)
        named = {
            record.source_id: ("ticket.unsplit", ()),
            record.target_id: ("ticket.joined", took),
        }
    events = []
    for id, after in saved.items():
        kind, changes = named.get(id, ("ticket.changed", ()))
        changes = (*changes, *facts.differences(world.before[id], after))
        events.append(
            facts.fact(
                kind,
                after,
                cause=f"{record.id}:undone",
                actor=facts.of_viewer(viewer),
                at=now,
                changes=changes,
            )
        )
    return events
