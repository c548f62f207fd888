"""The tickets of a list or a search, page by page: what the agent sees is what the job takes."""

from collections.abc import AsyncIterator
from datetime import datetime

from normalizer.model import TicketId
from ticketing.bulk.model import Listed
from ticketing.permissions import Viewer
from ticketing.reading.lists import ListQuery, Lists
from ticketing.search.finding import Search

PAGE = 100


class ListSelection:
    """Through the same queries as the lists of the interface."""

    def __init__(self, lists: Lists, search: Search) -> None:
        self._lists = lists
        self._search = search

    def ids(self, viewer: Viewer, listed: Listed, now: datetime) -> AsyncIterator[list[TicketId]]:
        """Newest first; none twice."""
        if listed.q:
            return self._found(viewer, listed, now)
        return self._listed(viewer, listed, now)

    async def _listed(
        self, viewer: Viewer, listed: Listed, now: datetime
    ) -> AsyncIterator[list[TicketId]]:
        """By creation, which nothing changes: whatever moves meanwhile is met once."""
        cursor: str | None = None
        while True:
            wanted = ListQuery(
                view=listed.view,
                inbox_id=listed.inbox_id,
                sort="created",
                cursor=cursor,
                limit=PAGE,
            )
            page = await self._lists.page(viewer, wanted, now)
            yield [ticket.id for ticket in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _found(
        self, viewer: Viewer, listed: Listed, now: datetime
    ) -> AsyncIterator[list[TicketId]]:
        """A search ends after a bounded number of tickets, so those met are remembered."""
        met: set[TicketId] = set()
        cursor: str | None = None
        while True:
            page = await self._search.find(
                viewer, listed.q, scope=listed.scope, cursor=cursor, limit=PAGE, now=now
            )
            fresh = [hit.row.ticket.id for hit in page.items if hit.row.ticket.id not in met]
            met.update(fresh)
            yield fresh
            cursor = page.next_cursor
            if cursor is None:
                return
