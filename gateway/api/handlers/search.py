"""Search, and what may be typed into it."""

from collections.abc import Mapping

from gateway.api import requests as r
from gateway.api import ticket_views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import search as sr
from gateway.people import People
from ticketing.catalogue.reading import Catalogues
from ticketing.search.finding import Search
from ticketing.search.suggesting import Suggesting


class SearchApi:
    """Both answer from what the viewer sees alone."""

    def __init__(
        self, *, search: Search, suggesting: Suggesting, people: People, catalogues: Catalogues
    ) -> None:
        self._search = search
        self._suggesting = suggesting
        self._people = people
        self._catalogues = catalogues

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"search": self.search, "suggestSearch": self.suggest}

    async def search(self, call: Call[None, r.SearchQuery]) -> Result:
        """A page of hits, and what was understood."""
        query = call.query
        found = await self._search.find(
            call.viewer,
            query.q,
            scope=query.scope,
            cursor=query.cursor or None,
            limit=query.limit,
            now=call.now,
        )
        agents, catalogue = await self._people.all(), await self._catalogues.current()
        return sr.SearchPage(
            items=[ticket_views.hit(one, agents, catalogue) for one in found.items],
            next_cursor=found.next_cursor,
            understood=[
                sr.Understood(
                    kind=one.kind,
                    text=one.text,
                    op=one.op,
                    value=one.value,
                    negated=one.negated,
                    note=one.note,
                )
                for one in found.understood
            ],
            complete=found.complete,
        )

    async def suggest(self, call: Call[None, sr.SuggestQuery]) -> Result:
        """Operators, or values of the one that is typed."""
        found = await self._suggesting.find(call.viewer, call.query.q, call.now)
        return sr.Suggestions(
            items=[
                sr.Suggestion(op=one.op, value=one.value, label=one.label, insert=one.insert)
                for one in found
            ]
        )
