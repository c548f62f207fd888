"""Assets over their commands and queries."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api import ticket_views, views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import assets as a
from gateway.people import People
from storage.events import EventLog
from ticketing.assets.handlers import Assets
from ticketing.assets.model import Asset, AssetChange, AssetQuery
from ticketing.catalogue.reading import Catalogues
from ticketing.reading.tickets import TicketReading
from ticketing.reading.windows import Cursor, page_of, read_cursor
from ticketing.redaction import shown


class AssetsApi:
    """Thin."""

    def __init__(
        self,
        *,
        assets: Assets,
        reading: TicketReading,
        events: EventLog,
        people: People,
        catalogues: Catalogues,
    ) -> None:
        self._assets = assets
        self._reading = reading
        self._events = events
        self._people = people
        self._catalogues = catalogues

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listAssets": self.list,
            "createAsset": self.create,
            "getAsset": self.get,
            "changeAsset": self.change,
            "deleteAsset": self.delete,
            "listAssetTickets": self.tickets,
            "assetHistory": self.history,
            "listTicketAssets": self.of_ticket,
        }

    async def list(self, call: Call[None, a.AssetQuery]) -> Result:
        """A page."""
        asked = call.query
        query = AssetQuery(
            q=asked.q,
            contact_id="" if asked.contact_id is UNSET else asked.contact_id,
            organisation_id="" if asked.organisation_id is UNSET else asked.organisation_id,
            cursor=asked.cursor,
            limit=asked.limit,
        )
        found, cursor = await self._assets.page(call.viewer, query, call.now)
        return a.AssetPage(items=[_shown(one) for one in found], next_cursor=cursor)

    async def create(self, call: Call[a.NewAsset, None]) -> Result:
        """The asset."""
        wish = msgspec.convert(msgspec.to_builtins(call.body), AssetChange)
        return _shown(await self._assets.create(call.viewer, wish, call.key, call.now))

    async def get(self, call: Call[None, None]) -> Result:
        """The asset."""
        return _shown(await self._assets.one(call.viewer, call.params["id"]))

    async def change(self, call: Call[a.AssetChange, None]) -> Result:
        """The asset after it."""
        wish = msgspec.convert(msgspec.to_builtins(call.body), AssetChange)
        return _shown(await self._assets.change(call.viewer, call.params["id"], wish, call.now))

    async def delete(self, call: Call[None, a.AssetRemoval]) -> Result:
        """Its tickets go over."""
        await self._assets.delete(call.viewer, call.params["id"], call.query.replace_with, call.now)
        return None

    async def tickets(self, call: Call[None, None]) -> Result:
        """Those that the viewer sees."""
        found = await self._assets.tickets(call.viewer, call.params["id"])
        rows = await self._reading.rows(call.viewer, found)
        agents, catalogue = await self._people.all(), await self._catalogues.current()
        return a.AssetTickets(items=[ticket_views.row(one, agents, catalogue) for one in rows])

    async def history(self, call: Call[None, r.PageQuery]) -> Result:
        """Who changed what of it."""
        asset = await self._assets.one(call.viewer, call.params["id"])
        cursor = read_cursor(call.query.cursor or None)
        before = cursor.moment if cursor else None
        found = await self._events.for_ticket(asset.id, before, call.query.limit + 1)
        page = page_of(found, call.query.limit, lambda one: Cursor(moment=one.at, id=one.id))
        agents = await self._people.all()
        return s.EventPage(
            items=[ticket_views.event(one, agents) for one in page.items],
            next_cursor=page.next_cursor,
        )

    async def of_ticket(self, call: Call[None, None]) -> Result:
        """Those of its assets that the viewer sees."""
        ticket = await self._reading.ticket(call.viewer, call.params["id"])
        found = await self._assets.of_ticket(call.viewer, shown(call.viewer, ticket))
        return a.AssetPage(items=[_shown(one) for one in found], next_cursor=None)


def _shown(asset: Asset) -> a.Asset:
    return a.Asset(
        id=asset.id,
        type=asset.type,
        name=asset.name,
        serial=asset.serial,
        contact_id=asset.contact_id,
        organisation_id=asset.organisation_id,
        warranty_until=asset.warranty_until,
        status=asset.status,
        notes=asset.notes,
        version=asset.version,
        created_at=views.time(asset.created_at),
        updated_at=views.time(asset.updated_at),
    )
