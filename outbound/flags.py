"""Keeps a ticket's ``delivery_trouble`` true, in the transaction that changes a delivery."""

import msgspec

from normalizer.model import Delivery, DeliveryState, Message, TicketId
from outbound.store import OutboundStore
from outbound.trouble import trouble_in, trouble_of
from storage.mongo import Session


async def flag_ticket(
    store: OutboundStore, message: Message, after: Delivery, session: Session
) -> None:
    """Recompute it when the message comes into trouble or out of it; else nothing is read."""
    before = trouble_in(message.delivery) if message.delivery else ""
    now = trouble_in(after)
    if before == now:
        return
    stored = await store.message(message.id, session)  # it may have been merged meanwhile
    ticket = await store.ticket(stored.ticket_id if stored else message.ticket_id, session)
    if ticket is None:
        return
    uncertain = await _others(store, ticket.id, "uncertain", message, session)
    failed = await _others(store, ticket.id, "failed", message, session)
    changed = [msgspec.structs.replace(message, delivery=after)]
    trouble = trouble_of(
        uncertain + (changed if now == "uncertain" else []),
        failed + (changed if now == "failed" else []),
        ticket.last_out_at,
    )
    if trouble != ticket.delivery_trouble:
        flagged = msgspec.structs.replace(
            ticket, delivery_trouble=trouble, updated_at=max(ticket.updated_at, after.changed_at)
        )
        await store.update_ticket(ticket, flagged, session)


async def _others(
    store: OutboundStore,
    ticket_id: TicketId,
    state: DeliveryState,
    message: Message,
    session: Session,
) -> list[Message]:
    found = await store.in_state(ticket_id, state, session)
    return [one for one in found if one.id != message.id]
