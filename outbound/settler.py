"""Writes what became of an attempt: state, receipts that came early, event and flag at once."""

from collections.abc import Sequence
from datetime import datetime

from normalizer.model import Delivery, Message, MessageId
from outbound import facts, metrics
from outbound.acts.applying import apply_act
from outbound.errors import NotOurs
from outbound.flags import flag_ticket
from outbound.model import Bell, Offer, Outlet
from outbound.progress import delivery_of, heard, proven, recovered, settled
from outbound.settlement import Settlement
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from storage.events import Event
from storage.gather import Gather
from storage.mongo import Session
from ticketing.facts import SYSTEM

UNSEEN = 2  # beyond, a guard for each costs more than a look at all
Finished = tuple[Message, Delivery]


class Settler:
    """Every write is guarded by the state and the fence that the message was read with."""

    def __init__(
        self, store: OutboundStore, suppressions: Suppressions, bell: Bell, offer: Offer
    ) -> None:
        self._store = store
        self._suppressions = suppressions
        self._bell = bell
        self._offer = offer
        self._finish = Gather(self._finish_all)

    async def record(
        self, claimed: Message, outlet: Outlet, settlement: Settlement, now: datetime
    ) -> bool:
        """The claimant's result, unless the message moved on; then only what it proves.

        True when it is written and nothing is left to do. Nearly all are sent and need no receipts
        read: those that end together are written together.
        """
        delivery = settled(claimed, settlement, now)
        if delivery.due_at is None and not _asks_receipts(claimed, delivery, outlet):
            if await self._finish((claimed, delivery)):
                return True
            metrics.LOST_LEASES.inc()
            if settlement.state == "sent":
                await self._prove(claimed, settlement, now)
            return False
        return await self._record(claimed, outlet, settlement, now)

    async def _finish_all(self, finished: Sequence[Finished]) -> Sequence[bool | Exception]:
        """One transaction for all; which of them were still the claimant's.

        Nearly always all are: a few are written without a look, and looked at when that failed.
        """
        if len(finished) <= UNSEEN:
            try:
                events = await self._store.mongo.transaction(
                    lambda session: self._finish_unseen(finished, session), reads=False
                )
            except NotOurs:
                pass
            else:
                self._offer(events)
                return [True] * len(finished)
        ours, events = await self._store.mongo.transaction(
            lambda session: self._finish_claimed(finished, session)
        )
        self._offer(events)
        return [message.id in ours for message, _ in finished]

    async def _finish_unseen(self, finished: Sequence[Finished], session: Session) -> list[Event]:
        events = _told(finished)
        await self._store.finish(finished, events, session)
        return [*events, *await self._follow(finished, session)]

    async def _finish_claimed(
        self, finished: Sequence[Finished], session: Session
    ) -> tuple[set[MessageId], list[Event]]:
        ours = await self._store.claimed(finished, session)
        events = _told(ours)
        if ours:
            await self._store.finish_claimed(ours, events, session)
            events += await self._follow(ours, session)
        return {message.id for message, _ in ours}, events

    async def _follow(self, finished: Sequence[Finished], session: Session) -> list[Event]:
        """What else the new states change: messages that were acted on, tickets in trouble,
        addresses that are blocked. The events of it.
        """
        told: list[Event] = []
        for message, delivery in finished:
            told += await apply_act(self._store, message, delivery, session)
            await flag_ticket(self._store, message, delivery, session)
            await self._suppressions.note(message, delivery_of(message), delivery, session)
        return told

    async def _record(
        self, claimed: Message, outlet: Outlet, settlement: Settlement, now: datetime
    ) -> bool:
        async def work(session: Session) -> Delivery | None:
            delivery = settled(claimed, settlement, now)
            delivery = await self._early(claimed, outlet, delivery, now, session)
            return delivery if await self._write(claimed, delivery, session) else None

        delivery = await self._store.mongo.transaction(work)
        if delivery is None:
            metrics.LOST_LEASES.inc()
            if settlement.state == "sent":
                await self._prove(claimed, settlement, now)
        await self._bell.wake("relay")
        return delivery is not None and delivery.due_at is None

    async def recover(self, message: Message, settlement: Settlement, now: datetime) -> None:
        """Take a message from a claimant whose lease ran out."""
        await self._apply(message, recovered(message, settlement, now))

    async def refuse(self, message: Message, reason: str, now: datetime) -> None:
        """It cannot be sent at all: failed without an attempt, and said so."""
        refusal = Settlement(state="failed", reason=reason)
        await self._apply(message, settled(message, refusal, now))

    async def _apply(self, message: Message, delivery: Delivery) -> None:
        async def work(session: Session) -> bool:
            return await self._write(message, delivery, session)

        if await self._store.mongo.transaction(work):
            await self._bell.wake("relay")

    async def _early(
        self,
        claimed: Message,
        outlet: Outlet,
        delivery: Delivery,
        now: datetime,
        session: Session,
    ) -> Delivery:
        """Receipts that came before the send returned; a mail's id was known from the start."""
        if not _asks_receipts(claimed, delivery, outlet):
            return delivery
        new = _new_ids(claimed, delivery)
        early = await self._store.own(claimed, new, now, session)
        return heard(delivery, claimed, early, now)

    async def _prove(self, claimed: Message, settlement: Settlement, now: datetime) -> None:
        async def work(session: Session) -> bool:
            stored = await self._store.message(claimed.id, session)
            if stored is None or stored.delivery is None:
                return False
            return await self._write(stored, proven(stored.delivery, settlement, now), session)

        if await self._store.mongo.transaction(work):
            await self._bell.wake("relay")

    async def _write(self, message: Message, delivery: Delivery, session: Session) -> bool:
        before = delivery_of(message)
        if delivery == before or not await self._store.publish(message, delivery, session):
            return False
        if delivery.state != before.state:
            event = facts.delivery_changed(message, before, delivery, SYSTEM)
            await self._store.append([event], session)
        await apply_act(self._store, message, delivery, session)
        await flag_ticket(self._store, message, delivery, session)
        await self._suppressions.note(message, before, delivery, session)
        return True


def _told(finished: Sequence[Finished]) -> list[Event]:
    return [facts.delivery_changed(m, delivery_of(m), after, SYSTEM) for m, after in finished]


def _new_ids(claimed: Message, delivery: Delivery) -> list[str]:
    known = delivery_of(claimed).native_ids
    return [one for one in delivery.native_ids if one not in known]


def _asks_receipts(claimed: Message, delivery: Delivery, outlet: Outlet) -> bool:
    """Whether some may have come early; a mail's id was known from the start."""
    return bool(outlet.manifest.receipts and _new_ids(claimed, delivery))
