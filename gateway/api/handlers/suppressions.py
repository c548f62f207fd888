"""Addresses that are not written to: the list, and who is taken off it."""

from collections.abc import Mapping

from gateway.api import requests as r
from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import mail as m
from outbound.suppression.handlers import Suppressions


class SuppressionApi:
    """The list is an administrator's; agents may lift what bounced (see the handlers)."""

    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listSuppressions": self.list,
            "addSuppression": self.add,
            "liftSuppression": self.lift,
        }

    async def list(self, call: Call[None, r.PageQuery]) -> Result:
        """Newest first."""
        limit = call.query.limit
        found = await self._suppressions.page(call.query.cursor, limit + 1)
        page = found[:limit]
        return m.SuppressionPage(
            items=[views.suppression(one) for one in page],
            next_cursor=page[-1].id if len(found) > limit else None,
        )

    async def add(self, call: Call[r.NewSuppression, None]) -> Result:
        """By hand."""
        wanted = call.body
        made = await self._suppressions.add(
            wanted.address, kind="added", reason=wanted.reason, days=wanted.days, now=call.now
        )
        return views.suppression(made)

    async def lift(self, call: Call[None, None]) -> Result:
        """Mail goes there again."""
        await self._suppressions.lift(call.viewer, call.params["id"])
        return None
