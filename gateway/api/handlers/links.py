"""Links between tickets: thin; ``ticketing.links`` decides."""

from collections.abc import Mapping

from gateway.api import ticket_views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import links as k
from ticketing.links.handlers import Links
from ticketing.reading.tickets import TicketReading


class LinksApi:
    """Every command takes the viewer."""

    def __init__(self, links: Links, reading: TicketReading) -> None:
        self._links = links
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"listLinks": self.list, "addLink": self.add, "removeLink": self.remove}

    async def list(self, call: Call[None, None]) -> Result:
        """The oldest first."""
        ticket = await self._reading.ticket(call.viewer, call.params["id"])
        found = await self._links.of(call.viewer, ticket)
        return k.TicketLinks(items=[ticket_views.link(one) for one in found])

    async def add(self, call: Call[k.NewLink, None]) -> Result:
        """The link as this ticket has it."""
        body = call.body
        made = await self._links.add(
            call.viewer, call.params["id"], body.kind, body.target_id, call.now
        )
        return ticket_views.link(made)

    async def remove(self, call: Call[None, None]) -> Result:
        """On both sides."""
        await self._links.remove(call.viewer, call.params["id"], call.params["link_id"], call.now)
        return None
