"""When automatic mails went to whom; kept for as long as it counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from normalizer.model import TicketId
from outbound.automatic.policy import REMEMBERED
from outbound.recipients import canonical
from storage.ids import derived_id
from storage.migrations import Index
from storage.mongo import Mongo, Session

INDEXES = (
    Index(collection="automatic", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Of one ticket, or of all, to one recipient; at most as many moments as the largest cap."""

    id: str = msgspec.field(name="_id")
    moments: tuple[datetime, ...]
    expires_at: datetime


def sent_id(ticket_id: TicketId, recipient: str) -> str:
    """One document for each ticket and recipient, and one for each recipient."""
    return derived_id("automatic", ticket_id, canonical(recipient))


class AutomaticStore:
    """Read and written in the transaction of the mail, so that no two slip past a cap."""

    def __init__(self, mongo: Mongo) -> None:
        self._sent = mongo.collection("automatic", Sent)

    async def moments(
        self, ids: Iterable[str], session: Session
    ) -> dict[str, tuple[datetime, ...]]:
        """When they went, by ``sent_id``."""
        found = await self._sent.by_ids(ids, session=session)
        return {id: one.moments for id, one in found.items()}

    async def remember(
        self, entries: Sequence[tuple[str, tuple[datetime, ...]]], session: Session
    ) -> None:
        """As they are now."""
        await self._sent.replace_many(
            [
                Sent(id=id, moments=moments, expires_at=moments[-1] + REMEMBERED)
                for id, moments in entries
            ],
            session=session,
        )
