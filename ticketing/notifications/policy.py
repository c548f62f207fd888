"""Whom an event concerns, and what their list is after it. Pure.

Nobody is told of what they did themselves.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from normalizer.model import AgentId
from storage.events import Event
from storage.ids import derived_id
from ticketing.facts import AUDIENCE, NAMED, WOKE, WRITER, is_unheard
from ticketing.notifications.model import MOST, MOST_CAUSES, Board, Kind, Notification

TROUBLE = frozenset({"failed", "uncertain"})
# the changes of a ticket that are news to who follows it
TELLING = frozenset({"status", "state", "assignee_id", "team_id", "priority", "merged_into"})
Told = tuple[AgentId, Notification]


def told_by(event: Event) -> list[Told]:
    """Each agent once: what concerns them most."""
    if is_unheard(event):
        return []
    found: dict[AgentId, Notification] = {}
    for kind, concerned in CONCERNED.items():
        for agent_id in concerned(event):
            if agent_id and agent_id != event.actor.id:
                found.setdefault(agent_id, _of(event, kind))
    return list(found.items())


def _of(event: Event, kind: Kind) -> Notification:
    return Notification(
        id=derived_id("notification", event.id, kind),
        kind=kind,
        ticket_id=event.ticket_id,
        inbox_id=event.inbox_id if event.message_id else "",
        message_id=event.message_id or "",
        actor_name=event.actor.name if event.actor.kind != "system" else "",
        reason=_after(event, "reason"),
        at=event.at,
        causes=(event.id,),
    )


def _after(event: Event, field: str) -> str:
    return next((one.after or "" for one in event.changes if one.field == field), "")


def _ids(event: Event, field: str) -> Iterator[AgentId]:
    return (AgentId(id) for id in _after(event, field).split(",") if id)


def _mentioned(event: Event) -> Iterable[AgentId]:
    return _ids(event, NAMED)


def _assigned(event: Event) -> Iterable[AgentId]:
    return _ids(event, "assignee_id")


def _woken(event: Event) -> Iterable[AgentId]:
    return _ids(event, WOKE)


def _unsent(event: Event) -> Iterable[AgentId]:
    """It was scheduled, and is cancelled or failed."""
    was = next((one.before for one in event.changes if one.field == "delivery"), None)
    return _ids(event, WRITER) if was == "scheduled" else ()


def _failed(event: Event) -> Iterable[AgentId]:
    return _ids(event, WRITER) if _after(event, "delivery") in TROUBLE else ()


def _following(event: Event) -> Iterable[AgentId]:
    if event.kind == "ticket.changed" and not any(one.field in TELLING for one in event.changes):
        return ()
    return _ids(event, AUDIENCE)


CONCERNED: dict[Kind, Callable[[Event], Iterable[AgentId]]] = {
    "mention": _mentioned,
    "assigned": _assigned,
    "woke": _woken,
    "not_sent": _unsent,
    "send_failed": _failed,
    "news": _following,
}


def posted(board: Board, new: Sequence[Notification]) -> Board:
    """The list with these too; the same one when it has them all."""
    items = list(board.items)
    for one in new:
        if not any(one.causes[0] in item.causes for item in items):
            items = [_joined(items, one), *(item for item in items if not _joins(item, one))]
    return board if tuple(items) == board.items else replace(board, items=tuple(items[:MOST]))


def _joins(item: Notification, new: Notification) -> bool:
    """Unread news of one ticket stand as one."""
    same = item.kind == new.kind == "news" and item.ticket_id == new.ticket_id
    return same and not item.read


def _joined(items: Iterable[Notification], new: Notification) -> Notification:
    known = next((item for item in items if _joins(item, new)), None)
    if known is None:
        return new
    causes = (*new.causes, *known.causes)[:MOST_CAUSES]
    return replace(new, count=known.count + 1, causes=causes)


def read(board: Board, ids: Collection[str] | None) -> Board:
    """These are read, or all; the same list when they were."""
    return _marked(board, lambda item: ids is None or item.id in ids)


def ticket_read(board: Board, ticket_id: str) -> Board:
    """Who looks at a ticket has read what is said of it."""
    return _marked(board, lambda item: item.ticket_id == ticket_id)


def _marked(board: Board, is_read: Callable[[Notification], bool]) -> Board:
    if not any(is_read(item) and not item.read for item in board.items):
        return board
    items = tuple(replace(item, read=item.read or is_read(item)) for item in board.items)
    return replace(board, items=items)


def without(board: Board, ids: Collection[str]) -> Board:
    """The list without what may no longer be seen."""
    kept = tuple(item for item in board.items if item.id not in ids)
    return board if kept == board.items else replace(board, items=kept)
