"""Commands on replies that wait: each is one transaction over the message and what waits behind it.

Two who send the same one at once meet in those two documents: one of them is run anew, and finds
that nothing waits any more. A worker killed in the middle has changed nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from msgspec.structs import replace

from connectors.errors import ConnectorError
from normalizer.model import AgentId, Delivery, Message, MessageId
from outbound import facts, metrics
from outbound.clock import Clock
from outbound.compose import Composed, Composer
from outbound.errors import OutboundError, TooLate
from outbound.flags import flag_ticket
from outbound.model import Bell, Reply
from outbound.progress import delivery_of
from outbound.replying import Ask
from outbound.scheduled import policy
from outbound.scheduled.model import Schedule, ScheduleChange, ScheduledReply
from outbound.scheduled.store import ScheduledStore
from outbound.store import OutboundStore
from storage.errors import BlobMissing
from storage.events import Actor
from storage.ids import truncate
from storage.mongo import Session
from ticketing.errors import Forbidden, NotFound, TicketingError
from ticketing.facts import SYSTEM, of_viewer
from ticketing.model import Ticket
from ticketing.permissions import Viewer, require, sees_inbox

ViewerOf = Callable[[AgentId], Awaitable[Viewer | None]]
GONE = "its writer no longer works here"
FILE_GONE = "a file of it is no longer here: write it anew, with the file"


def _bare(message: Message) -> Delivery:
    """The delivery of one that was never tried; a new round, whose events are new."""
    before = delivery_of(message)
    return replace(before, reason="", round=before.round + 1)


class Scheduler:
    """``viewer_of`` says what the writer may do at the time of sending; None: they are gone."""

    def __init__(
        self,
        *,
        store: OutboundStore,
        scheduled: ScheduledStore,
        composer: Composer,
        viewer_of: ViewerOf,
        clock: Clock,
        bell: Bell,
    ) -> None:
        self._store = store
        self._scheduled = scheduled
        self._composer = composer
        self._viewer_of = viewer_of
        self._clock = clock
        self._bell = bell

    async def schedule(
        self, viewer: Viewer, reply: Reply, wish: Schedule, now: datetime
    ) -> Message:
        """The waiting message; a repeated key gives the first one again. Raises as a reply does."""
        clock = await self._clock.now()
        wish = replace(wish, send_at=truncate(wish.send_at))
        policy.check_time(wish.send_at, clock)
        ask = Ask(viewer=viewer, reply=reply, now=truncate(now))

        async def work(session: Session) -> Message:
            known = await self._store.message(ask.message_id, session)
            place, message = await self._composer.formed(ask, clock, session, known)
            if known is not None:
                return message
            policy.check_window(place, reply, wish.send_at)
            message = policy.scheduled(message, wish, clock)
            kept = policy.waiting(message.id, viewer, reply, wish, clock)
            await self._composer.hold(message, session)
            await self._store.put(message, session)
            await self._scheduled.put(kept, session)
            await self._stir(place.ticket, ask.now, session)
            await self._store.append([facts.scheduled(message, of_viewer(viewer))], session)
            return message

        return await self._told(await self._store.mongo.transaction(work))

    async def change(
        self, viewer: Viewer, id: MessageId, change: ScheduleChange, now: datetime
    ) -> Message:
        """Words and time, by its writer alone. Raises TooLate when it does not wait any more."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            message, kept = await self._load(viewer, id, session, "change")
            if kept.agent_id != viewer.agent_id:
                raise Forbidden("change what somebody else is going to send")
            after = policy.amended(kept, change, clock)
            ask = self._ask(viewer, after, message, message.occurred_at)
            place, formed = await self._composer.formed(ask, clock, session)
            send_at = after.send_at or clock
            policy.check_window(place, ask.reply, send_at)
            wish = Schedule(send_at=send_at, unless_they_write=after.unless_they_write)
            formed = policy.scheduled(formed, wish, clock)
            await self._composer.hold(formed, session)
            await self._store.put(formed, session)
            await self._scheduled.put(after, session)
            await self._stir(place.ticket, truncate(now), session)
            event = facts.rescheduled(formed, after.version, of_viewer(viewer))
            await self._store.append([event], session)
            return formed

        message = await self._told(await self._store.mongo.transaction(work))
        if change.send_at is None:
            await self.send_due(id, now)
        return await self._store.message(id) or message

    async def cancel(self, viewer: Viewer, id: MessageId) -> Message:
        """It will not be sent. Raises TooLate."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            message, _ = await self._load(viewer, id, session, "cancel")
            return await self._stop(
                session, message, "cancelled", "", clock=clock, actor=of_viewer(viewer)
            )

        return await self._told(await self._store.mongo.transaction(work))

    async def retry(self, viewer: Viewer, id: MessageId, now: datetime) -> Message | None:
        """Send now what could not be sent at its time; None: that is none of these."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message | None:
            kept = await self._scheduled.get(id, session)
            if kept is None or kept.send_at is not None:
                return None
            message = await self._visible(viewer, id, session)
            wish = Schedule(send_at=clock)
            waiting = policy.scheduled(replace(message, delivery=_bare(message)), wish, clock)
            again = replace(kept, version=kept.version + 1, send_at=clock, unless_they_write=False)
            await self._store.put(waiting, session)
            await self._scheduled.put(again, session)
            await flag_ticket(self._store, message, delivery_of(waiting), session)
            event = facts.rescheduled(waiting, again.version, of_viewer(viewer))
            await self._store.append([event], session)
            return waiting

        found = await self._store.mongo.transaction(work)
        if found is None:
            return None
        await self.send_due(id, now)
        return await self._store.message(id) or found

    async def due(self, limit: int) -> list[MessageId]:
        """Whose time has come, oldest first."""
        return await self._scheduled.due(await self._clock.now(), limit)

    async def send_due(self, id: MessageId, now: datetime) -> bool:
        """Queue it, if its time has come and nobody else has; whether it was queued here.

        What refuses it now is told on the message: it fails, and may be asked for again.
        """
        kept = await self._scheduled.get(id)
        viewer = await self._viewer_of(kept.agent_id) if kept else None
        clock = await self._clock.now()

        async def work(session: Session) -> Composed | Message | None:
            found = await self._scheduled.get(id, session)
            if found is None or not policy.due(found, clock):
                return None
            message = await self._store.message(id, session)
            if message is None or delivery_of(message).state != "scheduled":
                await self._scheduled.remove(id, session)
                return None
            return await self._send(session, found, message, viewer, clock=clock, now=now)

        try:
            result = await self._store.mongo.transaction(work)
        except (OutboundError, TicketingError, ConnectorError) as error:
            result = await self._refuse(id, str(error), clock)
        except BlobMissing:
            result = await self._refuse(id, FILE_GONE, clock)
        if isinstance(result, Composed):
            await self._composer.told([result])
        elif result is not None:
            await self._told(result)
        if result is None:
            return False
        sent = isinstance(result, Composed)
        metrics.SCHEDULED.labels("sent" if sent else "not sent").inc()
        return sent

    async def _send(
        self,
        session: Session,
        kept: ScheduledReply,
        message: Message,
        viewer: Viewer | None,
        *,
        clock: datetime,
        now: datetime,
    ) -> Composed | Message:
        if viewer is None:
            return await self._stop(session, message, "failed", GONE, clock=clock, actor=SYSTEM)
        if kept.unless_they_write and await self._store.heard_since(
            message.ticket_id, kept.made_at, session
        ):
            reason = policy.WROTE_FIRST
            return await self._stop(
                session, message, "cancelled", reason, clock=clock, actor=SYSTEM
            )
        ask = self._ask(viewer, kept, message, truncate(now))
        composed = await self._composer.replace(ask, clock, session)
        await self._scheduled.remove(kept.id, session)
        return composed

    async def _refuse(self, id: MessageId, reason: str, clock: datetime) -> Message | None:
        """In a transaction of its own: the one that found out is lost."""

        async def work(session: Session) -> Message | None:
            found = await self._scheduled.get(id, session)
            message = await self._store.message(id, session)
            if not policy.due(found, clock) or message is None:
                return None
            if delivery_of(message).state != "scheduled":
                return None
            return await self._stop(session, message, "failed", reason, clock=clock, actor=SYSTEM)

        return await self._store.mongo.transaction(work)

    async def _stop(
        self,
        session: Session,
        message: Message,
        state: str,
        reason: str,
        *,
        clock: datetime,
        actor: Actor,
    ) -> Message:
        """What failed is kept to be asked for again; what was cancelled is not."""
        before, after = delivery_of(message), policy.stopped(message, state, reason, clock)
        kept = await self._scheduled.get(message.id, session)
        if kept is not None and state == "failed":
            asleep = replace(kept, version=kept.version + 1, send_at=None)
            await self._scheduled.put(asleep, session)
        else:
            await self._scheduled.remove(message.id, session)
        if not await self._store.publish(message, after, session):
            raise TooLate(before.state, state)
        event = facts.delivery_changed(message, before, after, actor)
        await self._store.append([event], session)
        await flag_ticket(self._store, message, after, session)
        return replace(message, delivery=after)

    async def _load(
        self, viewer: Viewer, id: MessageId, session: Session, step: str
    ) -> tuple[Message, ScheduledReply]:
        message = await self._visible(viewer, id, session)
        kept = await self._scheduled.get(id, session)
        state = delivery_of(message).state
        if kept is None or state != "scheduled":
            raise TooLate(state, step)
        return message, kept

    async def _visible(self, viewer: Viewer, id: MessageId, session: Session) -> Message:
        message = await self._store.message(id, session)
        hidden = message is None or not sees_inbox(viewer, message.inbox_id)
        if message is None or message.delivery is None or hidden:
            raise NotFound("message", id)
        ticket = await self._store.ticket(message.ticket_id, session)
        require(viewer, "reply", ticket, message.ticket_id)
        return message

    def _ask(self, viewer: Viewer, kept: ScheduledReply, message: Message, now: datetime) -> Ask:
        """For where the message stands now: its ticket may have been merged or split since."""
        reply = replace(
            kept.reply, ticket_id=message.ticket_id, conversation_id=message.conversation_id
        )
        return Ask(viewer=viewer, reply=reply, now=now, undoable=False)

    async def _stir(self, ticket: Ticket, now: datetime, session: Session) -> None:
        """Its thread is read from its last change on; who merges or splits it meanwhile meets us
        here, and finds the message.
        """
        after = replace(ticket, updated_at=max(ticket.updated_at, now))
        await self._store.update_ticket(ticket, after, session)

    async def _told(self, message: Message) -> Message:
        await self._bell.wake("relay")
        return message
