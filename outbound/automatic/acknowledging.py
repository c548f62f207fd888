"""What an inbox says by itself: to whoever began a ticket by mail, or sent too large a mail."""

import logging
from datetime import datetime
from typing import Literal

from normalizer.model import MessageId
from outbound import metrics
from outbound.compose import Composer
from outbound.errors import CannotReply
from outbound.model import AutomaticMail, Outlets
from outbound.store import OutboundStore
from outbound.texts import filled, in_language, values_of
from ticketing.facts import UNHEARD

TextField = Literal["acknowledgements", "too_large"]
_KEYS: dict[TextField, str] = {"acknowledgements": "acknowledge", "too_large": "too-large"}
log = logging.getLogger(__name__)


class Acknowledger:
    """Once a ticket, or a mail, however often it is asked for."""

    def __init__(self, store: OutboundStore, outlets: Outlets, composer: Composer) -> None:
        self._store = store
        self._outlets = outlets
        self._composer = composer

    async def acknowledge(self, message_id: MessageId, now: datetime) -> None:
        """``message_id`` began the ticket. What must stay here is counted, and no error."""
        await self._say(message_id, "acknowledgements", now)

    async def tell_too_large(self, message_id: MessageId, now: datetime) -> None:
        """``message_id`` is the head of a mail that was too large to fetch (MAIL.md rule 27)."""
        await self._say(message_id, "too_large", now)

    async def _say(self, message_id: MessageId, field: TextField, now: datetime) -> None:
        message = await self._store.message(message_id)
        ticket = await self._store.ticket(message.ticket_id) if message else None
        outlet = await self._outlets.outlet(message.inbox_id) if message else None
        if message is None or ticket is None or outlet is None or message.direction != "in":
            return
        if UNHEARD in message.warnings:
            return  # to somebody who is not listened to, nothing is said by itself either
        texts: dict[str, str] = getattr(outlet.inbox, field)
        text = in_language(texts, message.language)
        if not text or outlet.manifest.family != "mailto":
            return
        if message.trust is not None and message.trust.verdict == "fail":
            metrics.AUTOMATIC_HELD.labels("forged").inc()  # it would go to whom it names
            return
        about = ticket.id if field == "acknowledgements" else message.id
        wish = AutomaticMail(
            ticket_id=ticket.id,
            conversation_id=message.conversation_id,
            key=f"{_KEYS[field]}-{about}",
            text=filled(text, values_of(outlet.inbox, ticket, "")),
        )
        try:
            await self._composer.send_automatic(wish, now)
        except CannotReply as error:
            metrics.AUTOMATIC_HELD.labels(error.field).inc()
            log.info("no automatic mail: %s", error.field, extra={"message_id": message_id})
