"""Lists of notifications: a consumer of events fills them, their owners read and clear them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId
from storage.events import Event
from ticketing.model import Ticket
from ticketing.notifications.model import Board, Notification
from ticketing.notifications.policy import posted, read, ticket_read, told_by, without
from ticketing.notifications.store import BoardStore
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.reading.partial import PartialTickets

ViewerOf = Callable[[AgentId], Awaitable[Viewer | None]]
Tell = Callable[[AgentId, int], Awaitable[None]]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent may see of their list, with the tickets that it speaks of."""

    items: tuple[Notification, ...]
    tickets: dict[str, Ticket]
    unread: int


class Notifications:
    """``partial`` tells tickets as a viewer may see them, ``viewer_of`` says what an agent may see
    now, ``tell`` hears how many are unread.
    """

    def __init__(
        self, store: BoardStore, partial: PartialTickets, viewer_of: ViewerOf, tell: Tell
    ) -> None:
        self._store = store
        self._partial = partial
        self._viewer_of = viewer_of
        self._tell = tell

    async def handle(self, events: Sequence[Event]) -> None:
        """The consumer: most events concern nobody, and cost nothing here."""
        told: dict[AgentId, list[Notification]] = {}
        for event in events:
            for agent_id, one in told_by(event):
                told.setdefault(agent_id, []).append(one)
        if told:
            await self._post(told)

    async def _post(self, told: dict[AgentId, list[Notification]]) -> None:
        tickets = await self._store.tickets(
            one.ticket_id for items in told.values() for one in items
        )
        posts: dict[AgentId, Callable[[Board], Board]] = {}
        for agent_id, items in told.items():
            viewer = await self._viewer_of(agent_id)
            seen = [one for one in items if _sees(viewer, tickets, one)]
            if seen:
                posts[agent_id] = partial(posted, new=seen)
        if posts:
            await self._save(posts)

    async def shown(self, viewer: Viewer) -> Shown:
        """Newest first; what the agent may no longer see goes for good."""
        board = await self._store.board(viewer.agent_id)
        tickets = await self._store.tickets(item.ticket_id for item in board.items)
        hidden = {item.id for item in board.items if not _sees(viewer, tickets, item)}
        if hidden:
            await self._save({viewer.agent_id: partial(without, ids=hidden)})
            board = without(board, hidden)
        told = dict.fromkeys(item.ticket_id for item in board.items)
        seen = await self._partial.shown(viewer, [tickets[id] for id in told])
        return Shown(items=board.items, tickets={one.id: one for one in seen}, unread=board.unread)

    async def unread(self, agent_id: AgentId) -> int:
        """How many."""
        return (await self._store.board(agent_id)).unread

    async def read(self, agent_id: AgentId, ids: Collection[str] | None) -> int:
        """These, or all; how many are unread now."""
        await self._save({agent_id: partial(read, ids=ids)})
        return await self.unread(agent_id)

    async def read_ticket(self, agent_id: AgentId, ticket_id: str) -> None:
        """What is said of this ticket."""
        board = await self._store.board(agent_id)
        if ticket_read(board, ticket_id) is not board:
            await self._save({agent_id: partial(ticket_read, ticket_id=ticket_id)})

    async def _save(self, alterations: dict[AgentId, Callable[[Board], Board]]) -> None:
        for board in await self._store.alter(alterations):
            await self._tell(board.id, board.unread)


def _sees(viewer: Viewer | None, tickets: Mapping[str, Ticket], one: Notification) -> bool:
    ticket = tickets.get(one.ticket_id)
    if viewer is None or ticket is None or not sees(viewer, ticket):
        return False
    return not one.inbox_id or sees_inbox(viewer, InboxId(one.inbox_id))
