"""Queries of notifications: a list is one document."""

from collections.abc import Callable, Iterable

from normalizer.model import AgentId
from storage.mongo import Session
from ticketing.model import Ticket
from ticketing.notifications.model import Board
from ticketing.store import Collections, settle


class BoardStore:
    """By agent."""

    def __init__(self, collections: Collections) -> None:
        self._mongo = collections.mongo
        self._tickets = collections.tickets
        self._boards = self._mongo.collection("notifications", Board)

    async def board(self, agent_id: AgentId) -> Board:
        """An empty one where nothing was ever told."""
        return await self._boards.get(agent_id) or Board(id=agent_id)

    async def alter(self, alterations: dict[AgentId, Callable[[Board], Board]]) -> list[Board]:
        """Those that differ afterwards, saved."""

        async def work(session: Session) -> list[Board]:
            known = await self._boards.by_ids(alterations, session=session)
            before = {id: known.get(id) or Board(id=id) for id in alterations}
            after = [alter(before[id]) for id, alter in alterations.items()]
            changed = [board for board in after if board is not before[board.id]]
            await self._boards.replace_many(changed, session=session)
            return changed

        return await settle(self._mongo, work)

    async def tickets(self, ids: Iterable[str]) -> dict[str, Ticket]:
        """By id."""
        return await self._tickets.by_ids(ids)
