"""The tickets of a list or a search, page by page: what the agent sees is what the job takes."""

from datetime import datetime

from ticketing.bulk.model import Listed, Page
from ticketing.errors import Refused
from ticketing.permissions import Viewer
from ticketing.reading.lists import ListQuery, Lists
from ticketing.search.finding import Search

PAGE = 100


class ListSelection:
    """Through the same queries as the lists of the interface."""

    def __init__(self, lists: Lists, search: Search) -> None:
        self._lists = lists
        self._search = search

    async def page(self, viewer: Viewer, listed: Listed, cursor: str | None, now: datetime) -> Page:
        """Newest first. A search may find a ticket on several pages."""
        if listed.q:
            return await self._found(viewer, listed, cursor, now)
        return await self._listed(viewer, listed, cursor, now)

    async def _listed(
        self, viewer: Viewer, listed: Listed, cursor: str | None, now: datetime
    ) -> Page:
        """By creation, which nothing changes: whatever moves meanwhile is met once."""
        wanted = ListQuery(
            view=listed.view, inbox_id=listed.inbox_id, sort="created", cursor=cursor, limit=PAGE
        )
        page = await self._lists.page(viewer, wanted, now)
        return Page(ids=tuple(one.id for one in page.items), next_cursor=page.next_cursor)

    async def _found(
        self, viewer: Viewer, listed: Listed, cursor: str | None, now: datetime
    ) -> Page:
        page = await self._search.find(
            viewer, listed.q, scope=listed.scope, cursor=cursor, limit=PAGE, now=now
        )
        if not page.complete:
            raise Refused("the search is still being built and would miss tickets: try again later")
        ids = tuple(hit.row.ticket.id for hit in page.items)
        return Page(ids=ids, next_cursor=page.next_cursor)
