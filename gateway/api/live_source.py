"""Live frames through the same queries as the API: what a viewer may not see renders to nothing."""

from collections.abc import Sequence

from gateway.api import frames, ticket_views
from gateway.api.handlers.views import saved_counts, view_items
from gateway.notices import Fact
from gateway.people import People
from gateway.realtime import Bundle
from normalizer.model import Message
from ticketing.catalogue.reading import Catalogues
from ticketing.errors import NotFound
from ticketing.permissions import Viewer
from ticketing.reading.tickets import TicketReading
from ticketing.views.counting import ViewCounts

DELIVERY = "delivery.changed"
MOST_MESSAGES = 20


class LiveSource:
    """Implements ``realtime.Source``."""

    def __init__(
        self,
        *,
        reading: TicketReading,
        counts: ViewCounts,
        people: People,
        catalogues: Catalogues,
    ) -> None:
        self._catalogues = catalogues
        self._reading = reading
        self._counts = counts
        self._people = people

    async def render(self, viewer: Viewer, bundle: Bundle) -> Sequence[frames.LiveFrame]:
        """The ticket, then its new messages, then deliveries that moved."""
        try:
            ticket = await self._reading.ticket(viewer, bundle.ticket_id)
        except NotFound:
            return await self._gone(viewer, bundle)
        rows = await self._reading.rows(viewer, [ticket])
        agents, catalogue = await self._people.all(), await self._catalogues.current()
        shown: list[frames.LiveFrame] = [
            frames.LiveTicket(
                seq=bundle.seq,
                ticket=ticket_views.row(row, agents, catalogue),
                events=[fact.kind for fact in bundle.facts],
                actor_id=_actor(bundle.facts),
            )
            for row in rows
        ]
        for message_id, kinds in _messages(bundle.facts).items():
            frame = await self._message(viewer, bundle, message_id, kinds)
            if frame is not None:
                shown.append(frame)
        return shown

    async def counts(self, viewer: Viewer) -> frames.LiveViews:
        """The counts of the views."""
        tally = await self._counts.tally(viewer)
        return frames.LiveViews(items=view_items(tally), saved=saved_counts(tally))

    def forget_views(self) -> None:
        """See ``Source``."""
        self._counts.forget_views()

    async def visible(self, viewer: Viewer, ticket_id: str) -> bool:
        """Whether the ticket exists for the viewer."""
        try:
            await self._reading.ticket(viewer, ticket_id)
        except NotFound:
            return False
        return True

    async def _gone(self, viewer: Viewer, bundle: Bundle) -> Sequence[frames.LiveFrame]:
        """Told once to who saw the ticket until this very change."""
        was: dict[str, str] = {}
        for fact in bundle.facts:
            was = {**fact.was, **was}
        if not was or not await self._reading.was_seen(viewer, bundle.ticket_id, was):
            return ()
        return (frames.LiveGone(seq=bundle.seq, ticket_id=bundle.ticket_id),)

    async def _message(
        self, viewer: Viewer, bundle: Bundle, message_id: str, kinds: set[str]
    ) -> frames.LiveFrame | None:
        try:
            message: Message = await self._reading.message(viewer, message_id)
        except NotFound:
            return None
        moved = ticket_views.delivery(message.delivery)
        if kinds == {DELIVERY} and moved is not None:
            return frames.LiveDelivery(
                seq=bundle.seq,
                ticket_id=message.ticket_id,
                message_id=message.id,
                delivery=moved,
            )
        return frames.LiveMessage(
            seq=bundle.seq, ticket_id=message.ticket_id, message=ticket_views.message(message)
        )


def _actor(facts: Sequence[Fact]) -> str:
    """Who acted last; ticks that came along are nobody's doing."""
    acts = [fact for fact in facts if fact.kind != DELIVERY] or facts
    return acts[-1].actor_id


def _messages(facts: Sequence[Fact]) -> dict[str, set[str]]:
    """Message ids in order with the kinds of their facts."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        if fact.message_id:
            found.setdefault(fact.message_id, set()).add(fact.kind)
    return dict(list(found.items())[-MOST_MESSAGES:])
