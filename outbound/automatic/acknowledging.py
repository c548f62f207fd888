"""An inbox's acknowledgement to whoever began a ticket by mail."""

import logging
from datetime import datetime

from normalizer.model import MessageId
from outbound import metrics
from outbound.compose import Composer
from outbound.errors import CannotReply
from outbound.model import AutomaticMail, Outlets
from outbound.store import OutboundStore
from outbound.texts import filled, in_language, values_of

log = logging.getLogger(__name__)


class Acknowledger:
    """Once a ticket, however often it is asked for."""

    def __init__(self, store: OutboundStore, outlets: Outlets, composer: Composer) -> None:
        self._store = store
        self._outlets = outlets
        self._composer = composer

    async def acknowledge(self, message_id: MessageId, now: datetime) -> None:
        """``message_id`` began the ticket. What must stay here is counted, and no error."""
        message = await self._store.message(message_id)
        ticket = await self._store.ticket(message.ticket_id) if message else None
        outlet = await self._outlets.outlet(message.inbox_id) if message else None
        if message is None or ticket is None or outlet is None or message.direction != "in":
            return
        text = in_language(outlet.inbox.acknowledgements, message.language)
        if not text or outlet.manifest.family != "mailto":
            return
        wish = AutomaticMail(
            ticket_id=ticket.id,
            conversation_id=message.conversation_id,
            key=f"acknowledge-{ticket.id}",
            text=filled(text, values_of(outlet.inbox, ticket, "")),
        )
        try:
            await self._composer.send_automatic(wish, now)
        except CannotReply as error:
            metrics.AUTOMATIC_HELD.labels(error.field).inc()
            log.info("no acknowledgement: %s", error.field, extra={"message_id": message_id})
