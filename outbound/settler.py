"""Writes what became of an attempt: state, receipts that came early, event and flag at once."""

from datetime import datetime

from normalizer.model import Delivery, Message
from outbound import facts, metrics
from outbound.flags import flag_ticket
from outbound.model import Bell, Outlet
from outbound.progress import delivery_of, proven, recovered, reported, settled
from outbound.settlement import Settlement
from outbound.store import OutboundStore
from storage.mongo import Session
from ticketing.facts import SYSTEM


class Settler:
    """Every write is guarded by the state and the fence that the message was read with."""

    def __init__(self, store: OutboundStore, bell: Bell) -> None:
        self._store = store
        self._bell = bell

    async def record(
        self, claimed: Message, outlet: Outlet, settlement: Settlement, now: datetime
    ) -> None:
        """The claimant's result, unless the message moved on; then only what it proves."""

        async def work(session: Session) -> bool:
            delivery = settled(delivery_of(claimed), settlement, now)
            delivery = await self._early(claimed, outlet, delivery, now, session)
            if await self._write(claimed, delivery, session):
                return True
            if settlement.state == "sent":
                await self._prove(claimed, settlement, now, session)
            return False

        if not await self._store.mongo.transaction(work):
            metrics.LOST_LEASES.inc()
        await self._bell.enqueue("relay")

    async def recover(self, message: Message, settlement: Settlement, now: datetime) -> None:
        """Take a message from a claimant whose lease ran out."""
        await self._apply(message, recovered(delivery_of(message), settlement, now))

    async def refuse(self, message: Message, reason: str, now: datetime) -> None:
        """It cannot be sent at all: failed without an attempt, and said so."""
        refusal = Settlement(state="failed", reason=reason)
        await self._apply(message, settled(delivery_of(message), refusal, now))

    async def _apply(self, message: Message, delivery: Delivery) -> None:
        async def work(session: Session) -> bool:
            return await self._write(message, delivery, session)

        if await self._store.mongo.transaction(work):
            await self._bell.enqueue("relay")

    async def _early(
        self,
        claimed: Message,
        outlet: Outlet,
        delivery: Delivery,
        now: datetime,
        session: Session,
    ) -> Delivery:
        """Receipts that came before the send returned; a mail's id was known from the start."""
        known = delivery_of(claimed).native_ids
        new = [one for one in delivery.native_ids if one not in known]
        if not new or not outlet.manifest.receipts:
            return delivery
        return reported(delivery, await self._store.own(claimed, new, now, session), now)

    async def _prove(
        self, claimed: Message, settlement: Settlement, now: datetime, session: Session
    ) -> None:
        stored = await self._store.message(claimed.id, session)
        if stored is not None and stored.delivery is not None:
            await self._write(stored, proven(stored.delivery, settlement, now), session)

    async def _write(self, message: Message, delivery: Delivery, session: Session) -> bool:
        before = delivery_of(message)
        if delivery == before or not await self._store.publish(message, delivery, session):
            return False
        if delivery.state != before.state:
            event = facts.delivery_changed(message, before, delivery, SYSTEM)
            await self._store.append([event], session)
        await flag_ticket(self._store, message, delivery, session)
        return True
