"""The events that outbound appends; ids derive from what happened, so a rerun writes the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.manifest import ActKind
from normalizer.model import AgentId, Delivery, Message
from outbound.recipients import news
from storage.events import Actor, Change, Event, EventId, event_id
from storage.ids import derived_id
from ticketing.facts import WRITER, audience_of
from ticketing.model import Ticket

DONE: Mapping[ActKind, str] = {
    "edit": "message.edited",
    "delete": "message.deleted",
    "react": "reaction.changed",
}
TROUBLE = frozenset({"failed", "uncertain"})


def replied(message: Message, actor: Actor, followers: Sequence[AgentId] = ()) -> Event:
    """An agent's reply became part of the ticket (it is queued, not yet sent)."""
    return _event(
        message,
        "message.sent",
        "reply",
        actor=actor,
        at=message.received_at,
        changes=audience_of("message.sent", followers),
    )


def scheduled(message: Message, actor: Actor) -> Event:
    """An agent's reply waits for its time."""
    return _event(message, "message.scheduled", "reply", actor=actor, at=message.received_at)


def rescheduled(message: Message, version: int, actor: Actor) -> Event:
    """Its words or its time were changed."""
    at = message.delivery.changed_at if message.delivery else message.received_at
    return _event(message, "message.changed", f"scheduled {version}", actor=actor, at=at)


def ticket_answered(before: Ticket, after: Ticket, message: Message, actor: Actor) -> Event | None:
    """What the reply changed on its ticket; ``undo`` reads it back. None when nothing did."""
    changes = tuple(
        Change(field=field, before=old, after=new)
        for field, old, new in (
            ("status", before.status, after.status),
            ("state", before.state or None, after.state or None),
            ("waiting_since", _text(before.waiting_since), _text(after.waiting_since)),
        )
        if old != new
    )
    if not changes:
        return None
    return _event(
        message, "ticket.changed", "reply", actor=actor, at=message.received_at, changes=changes
    )


def ticket_answered_id(message: Message) -> EventId:
    """The id of ``ticket_answered``'s event."""
    return event_id(message.id, "ticket.changed", "reply")


def ticket_restored(
    message: Message, actor: Actor, at: datetime, changes: tuple[Change, ...]
) -> Event:
    """The reply was taken back, and with it what it had changed."""
    return _event(message, "ticket.changed", "undo", actor=actor, at=at, changes=changes)


def delivery_changed(message: Message, before: Delivery, after: Delivery, actor: Actor) -> Event:
    """One step of a delivery; within one claim every state is reached at most once."""
    changes = [Change(field="delivery", before=before.state, after=after.state)]
    if message.author.kind == "agent" and (after.state in TROUBLE or before.state == "scheduled"):
        changes.append(Change(field=WRITER, after=message.author.id))
    if after.reason:
        changes.append(Change(field="reason", before=None, after=after.reason))
    changes += [
        Change(field=f"recipient_{one.state}", before=one.address or None, after=one.reason)
        for one in news(before, after)
    ]
    cause = f"{after.round}.{after.fence}.{after.state}.{len(after.failed_pieces)}"
    if after.recipients:
        known = sorted(f"{one.address} {one.state}" for one in after.recipients)
        cause = f"{cause}.{derived_id(*known)}"
    return _event(
        message, "delivery.changed", cause, actor=actor, at=after.changed_at, changes=tuple(changes)
    )


def act_asked(act: Message, actor: Actor) -> Event:
    """An agent wants a message changed, taken back or reacted to; it is not done yet."""
    wanted = act.act.kind if act.act else ""
    change = Change(field="act", after=wanted)
    return _event(act, "act.asked", "act", actor=actor, at=act.received_at, changes=(change,))


def act_done(message: Message, act: Message, after: Delivery) -> Event:
    """The provider has done it, or took its word back; ``message`` is what it was done to."""
    actor = Actor(kind="agent", id=act.author.id, name=act.author.name)
    done = DONE[act.act.kind] if act.act else ""
    cause = f"{act.id} {after.round}.{after.fence}.{after.state}"
    return _event(message, done, cause, actor=actor, at=after.changed_at)


def _event(
    message: Message,
    kind: str,
    cause: str,
    *,
    actor: Actor,
    at: datetime,
    changes: tuple[Change, ...] = (),
) -> Event:
    return Event(
        id=event_id(message.id, kind, cause),
        kind=kind,
        ticket_id=message.ticket_id,
        message_id=message.id,
        conversation_id=message.conversation_id,
        inbox_id=message.inbox_id,
        actor=actor,
        at=at,
        changes=changes,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
