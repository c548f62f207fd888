"""The suppression list at work: what deliveries put on it, what people add and lift."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from normalizer.model import Delivery, Message
from outbound import metrics
from outbound.recipients import canonical
from outbound.suppression.model import (
    Stopped,
    Suppression,
    SuppressionKind,
    ids_of,
    suppression_id,
)
from outbound.suppression.policy import outweighed, stops, suppressions_of
from outbound.suppression.store import SuppressionStore
from storage.mongo import Mongo, Session
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.permissions import Action, Viewer, allowed

LIFTED_BY_AGENTS: tuple[SuppressionKind, ...] = ("bounced",)


class Suppressions:
    """``keep`` is how long an address stays listed after a bounce; nothing turns that off."""

    def __init__(self, mongo: Mongo, keep: timedelta) -> None:
        self._store = SuppressionStore(mongo)
        self._keep = keep

    async def note(
        self, message: Message, before: Delivery, after: Delivery, session: Session
    ) -> None:
        """In the transaction that changes a delivery; nearly always nothing."""
        found = suppressions_of(message, before, after, after_at(after), self._keep)
        if found:
            found = await self._not_outweighed(found, session)
        if found:
            await self._store.put(found, session)
            metrics.SUPPRESSED.inc(len(found))

    async def _not_outweighed(
        self, found: Sequence[Suppression], session: Session
    ) -> list[Suppression]:
        known = await self._store.of([one.address for one in found], session)
        standing = {one.id: one for one in known}
        return [one for one in found if not outweighed(one, standing.get(one.id))]

    async def stopped(
        self,
        addresses: Sequence[str],
        now: datetime,
        *,
        automatic: bool = False,
        session: Session | None = None,
    ) -> Stopped:
        """Those of the addresses that nothing may be sent to, by canonical address."""
        found = await self._store.of(addresses, session) if addresses else []
        found.sort(key=lambda one: one.kind != "unsubscribed")  # what stops people too stands last
        return {
            canonical(one.address): one for one in found if stops(one, now, automatic=automatic)
        }

    async def page(self, offset_id: str, limit: int) -> list[Suppression]:
        """The list, newest first, on from an entry."""
        offset = await self._store.get(offset_id) if offset_id else None
        return await self._store.newest(offset, limit)

    async def add(
        self, address: str, *, kind: SuppressionKind, reason: str, days: int | None, now: datetime
    ) -> Suppression:
        """``days`` None: until it is removed."""
        key = canonical(address)
        if "@" not in key:
            raise Invalid("address", "this is not a mail address")
        made = Suppression(
            id=suppression_id(key, kind),
            address=key,
            kind=kind,
            at=now,
            expires_at=None if days is None else now + timedelta(days=days),
            reason=reason,
        )
        await self._store.put([made])
        return made

    async def leave(self, address: str, now: datetime) -> None:
        """By the link in an automatic mail; it stands beside whatever else is listed."""
        await self.add(address, kind="unsubscribed", reason="", days=None, now=now)

    async def lift(self, viewer: Viewer, id: str) -> None:
        """Write there again. Whoever complained or left is an administrator's matter."""
        found = await self._store.get(id)
        if found is None:
            raise NotFound("suppression", id)
        needed: Action = "reply" if found.kind in LIFTED_BY_AGENTS else "administer"
        if not allowed(viewer, needed):
            raise Forbidden(needed)
        await self._store.remove(id)

    async def remove(self, address: str) -> bool:
        """By an operator; whether it was listed."""
        removed = [await self._store.remove(id) for id in ids_of(address)]
        return any(removed)


def after_at(delivery: Delivery) -> datetime:
    """When the newest of its news came."""
    return max((one.at for one in delivery.recipients), default=delivery.changed_at)
