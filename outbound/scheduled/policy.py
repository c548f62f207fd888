"""When a reply may be sent later, and what a change makes of it. Pure."""

from datetime import datetime, timedelta

from msgspec import UNSET
from msgspec.structs import replace

from normalizer.model import Delivery, Message, MessageId
from outbound.errors import CannotReply
from outbound.model import Reply
from outbound.progress import delivery_of
from outbound.replying import Place
from outbound.scheduled.model import Schedule, ScheduleChange, ScheduledReply
from outbound.window import reply_window
from ticketing.errors import Invalid
from ticketing.permissions import Viewer

LONGEST = timedelta(days=366)
WROTE_FIRST = "the customer wrote first"


def check_time(send_at: datetime, now: datetime) -> None:
    """Raises Invalid."""
    if not now < send_at <= now + LONGEST:
        raise Invalid("send_at", "must lie within the year to come")


def check_window(place: Place, reply: Reply, send_at: datetime) -> None:
    """Raises CannotReply when it is known already that the channel will not take it then."""
    window = reply_window(place.outlet.manifest, place.conversation, send_at, reply.template)
    if not window.can_reply:
        raise CannotReply("send_at", f"At that time it could not be sent: {window.reason}")


def scheduled(message: Message, wish: Schedule, clock: datetime) -> Message:
    """The message as it waits: in no queue."""
    waiting = replace(
        delivery_of(message),
        state="scheduled",
        changed_at=clock,
        due_at=None,
        queued_at=None,
        send_at=wish.send_at,
        unless_they_write=wish.unless_they_write,
    )
    return replace(message, delivery=waiting)


def waiting(
    id: MessageId, viewer: Viewer, reply: Reply, wish: Schedule, made_at: datetime
) -> ScheduledReply:
    """What is kept beside the message. What the agent had seen is no longer asked about."""
    return ScheduledReply(
        id=id,
        version=1,
        agent_id=viewer.agent_id,
        made_at=made_at,
        send_at=wish.send_at,
        unless_they_write=wish.unless_they_write,
        reply=replace(reply, seen_message_id=None),
    )


def amended(before: ScheduledReply, change: ScheduleChange, now: datetime) -> ScheduledReply:
    """After a change. Raises Invalid."""
    reply, send_at, unless = before.reply, before.send_at, before.unless_they_write
    if change.text is not UNSET:
        html = None if change.html is UNSET else change.html
        reply = replace(reply, text=change.text, html=html)
    elif change.html is not UNSET:
        reply = replace(reply, html=change.html)
    if change.send_at is None:
        send_at = now
    elif change.send_at is not UNSET:
        check_time(change.send_at, now)
        send_at = change.send_at
    if change.unless_they_write is not UNSET:
        unless = change.unless_they_write
    return replace(
        before,
        version=before.version + 1,
        reply=reply,
        send_at=send_at,
        unless_they_write=unless,
    )


def due(found: ScheduledReply | None, clock: datetime) -> bool:
    """Whether its time has come."""
    return found is not None and found.send_at is not None and found.send_at <= clock


def stopped(message: Message, state: str, reason: str, clock: datetime) -> Delivery:
    """The delivery of one that was not sent at its time."""
    before = delivery_of(message)
    return replace(
        before,
        state="cancelled" if state == "cancelled" else "failed",
        changed_at=clock,
        reason=reason,
        send_at=None,
    )
