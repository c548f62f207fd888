"""An agent changes a message, takes it back or reacts: asked here, done by the delivery job."""

from datetime import datetime

import msgspec

from normalizer.model import Act, Author, Delivery, Message, MessageId
from outbound import facts, metrics
from outbound.acts.model import Wish
from outbound.acts.policy import Scene, check
from outbound.clock import Clock
from outbound.errors import CannotReply, KeyReused, Taken
from outbound.model import Bell, Outlet, Outlets
from outbound.replying import recipient_of, sequence_of
from outbound.store import OutboundStore
from storage.ids import derived_id, truncate
from storage.mongo import Session
from ticketing.errors import Invalid, NotFound
from ticketing.facts import of_viewer
from ticketing.permissions import Viewer, require, sees_inbox


class Acts:
    """One transaction holds the act, its place in the queue, the ticket and the event."""

    def __init__(self, *, store: OutboundStore, outlets: Outlets, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._outlets = outlets
        self._clock = clock
        self._bell = bell

    async def ask(self, viewer: Viewer, wish: Wish, now: datetime) -> Message:
        """The queued act; a repeated key gives the first one again.

        Raises NotFound, Forbidden, Invalid, CannotReply, KeyReused.
        """
        if not wish.key:
            raise Invalid("idempotency_key", "it needs one")
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            return await self._write(viewer, wish, truncate(now), clock, session)

        try:
            act = await self._store.mongo.transaction(work)
        except Taken:  # the same call, a moment ago
            act = await self._store.mongo.transaction(work)
        await self._bell.call("deliver", [act.conversation_id])
        await self._bell.wake("relay")
        return act

    async def _write(
        self, viewer: Viewer, wish: Wish, now: datetime, clock: datetime, session: Session
    ) -> Message:
        message = await self._visible(viewer, wish.message_id, session)
        ticket = require(
            viewer, "reply", await self._store.ticket(message.ticket_id, session), message.ticket_id
        )
        id = MessageId(derived_id("act", viewer.agent_id, wish.key))
        known = await self._store.message(id, session)
        if known is not None:
            return _same(known, wish)
        conversation = await self._store.conversation(message.conversation_id, session)
        if conversation is None:
            raise NotFound("conversation", message.conversation_id)
        outlet = await self._outlet(message)
        scene = Scene(message=message, ticket=ticket, conversation=conversation)
        check(wish, scene, outlet.manifest, now)
        act = _act_of(Asked(id=id, viewer=viewer, wish=wish, now=now, clock=clock), scene)
        event = facts.act_asked(act, of_viewer(viewer))
        stirred = msgspec.structs.replace(ticket, updated_at=max(now, ticket.updated_at))
        await self._store.update_ticket(ticket, stirred, session)
        await self._store.compose([(act, conversation.thread_key)], (), (), [event], session)
        metrics.ACTS.labels(act.channel, wish.kind).inc()
        return act

    async def _visible(self, viewer: Viewer, id: MessageId, session: Session) -> Message:
        message = await self._store.message(id, session)
        if message is None or message.act or not sees_inbox(viewer, message.inbox_id):
            raise NotFound("message", id)
        return message

    async def _outlet(self, message: Message) -> Outlet:
        outlet = await self._outlets.outlet(message.inbox_id)
        if outlet is None or outlet.sender is None or not outlet.inbox.active:
            raise CannotReply("channel", "This inbox is switched off.")
        return outlet


def _same(known: Message, wish: Wish) -> Message:
    act = known.act
    asked = (wish.kind, wish.message_id, wish.text, wish.emoji)
    if act is None or (act.kind, act.message_id, act.text, act.emoji) != asked:
        raise KeyReused(known.id)
    return known


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who wishes what, and when; ``clock`` is the database's, which due times go by."""

    id: MessageId
    viewer: Viewer
    wish: Wish
    now: datetime
    clock: datetime


def _act_of(asked: Asked, scene: Scene) -> Message:
    """Due at once: an act has no time to be undone, it is undone by another one."""
    wish, message, clock = asked.wish, scene.message, asked.clock
    return Message(
        id=asked.id,
        inbox_id=message.inbox_id,
        channel=message.channel,
        conversation_id=message.conversation_id,
        ticket_id=scene.ticket.id,
        direction="act",
        author=Author(kind="agent", id=asked.viewer.agent_id, name=asked.viewer.name),
        occurred_at=asked.now,
        received_at=asked.now,
        sequence=sequence_of(clock, scene.ticket),
        recipient=recipient_of(scene.conversation.recipient),
        act=Act(kind=wish.kind, message_id=message.id, text=wish.text, emoji=wish.emoji),
        delivery=Delivery(state="queued", changed_at=clock, fence=1, due_at=clock, queued_at=clock),
        threaded_by="act",
    )
