"""What a wish makes of one ticket, beside what a change of it does anyway. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import UNSET
from msgspec.structs import replace

from normalizer.model import TicketId
from ticketing.amendments import TicketChange
from ticketing.bulk.model import Wish
from ticketing.errors import Invalid
from ticketing.links.model import MAX_DEPTH
from ticketing.model import Ticket
from ticketing.permissions import Viewer
from ticketing.work.followers import followed, unfollowed
from ticketing.work.snooze import awake, snoozed

FIRST_PAUSE = timedelta(seconds=5)
SLOWER = 2  # times as long a pause after each try: a dead worker's transaction is held for a minute


def pause_after(tries: int) -> timedelta:
    """After so many failures in a row."""
    return FIRST_PAUSE * float(SLOWER ** (tries - 1))


def children_first(ids: Sequence[TicketId], found: Mapping[TicketId, Ticket]) -> list[int]:
    """In which order places of a slice are gone through: parents wait for their children, which
    may be in it too.
    """
    return sorted(range(len(ids)), key=lambda place: -_above(ids[place], found))


def _above(id: TicketId, found: Mapping[TicketId, Ticket]) -> int:
    """How many generations of its parents are among these."""
    count, ticket = 0, found.get(id)
    while ticket and ticket.parent_id and ticket.parent_id in found and count < MAX_DEPTH:
        count, ticket = count + 1, found[ticket.parent_id]
    return count


def checked(wish: Wish) -> Wish:
    """Raises Invalid for a wish that asks for nothing, or for two things at once."""
    if wish.change.version is not None:
        raise Invalid("change.version", "many tickets have many versions: leave it out")
    if (wish.add_tags or wish.remove_tags) and wish.change.tags is not UNSET:
        raise Invalid("change.tags", "either the tags, or what to add and remove")
    if wish.wake and wish.snooze_until is not UNSET:
        raise Invalid("change.wake", "either wake, or snooze")
    if wish == Wish(change=TicketChange()):
        raise Invalid("change", "says nothing that is to change")
    return wish


def change_for(ticket: Ticket, wish: Wish) -> TicketChange:
    """The change as it is for this ticket: tags are added to its own."""
    if not (wish.add_tags or wish.remove_tags):
        return wish.change
    gone = {" ".join(tag.split()) for tag in wish.remove_tags}
    kept = (tag for tag in ticket.tags if tag not in gone)
    return replace(wish.change, tags=tuple(dict.fromkeys((*kept, *wish.add_tags))))


def worked_fields(wish: Wish) -> list[str]:
    """What ``worked_on`` is asked to change, as rules name it."""
    sleep = wish.wake or wish.snooze_until is not UNSET
    asked = {"followers": wish.follow is not UNSET, "snoozed_until": sleep}
    return [name for name, is_asked in asked.items() if is_asked]


def worked_on(ticket: Ticket, wish: Wish, viewer: Viewer, now: datetime) -> Ticket:
    """Followed, asleep or awake as is wished; the same ticket when nothing differs."""
    after = ticket
    if wish.follow is not UNSET:
        after = (followed if wish.follow else unfollowed)(after, [viewer.agent_id])
    if wish.wake:
        after = awake(after)
    if wish.snooze_until is not UNSET:
        after = snoozed(after, wish.snooze_until, viewer.agent_id, now)
    return after
