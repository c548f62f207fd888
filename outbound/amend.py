"""What an agent may still do to a reply: undo it, ask for it again, say what became of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

import msgspec

from normalizer.model import Delivery, Message, MessageId
from outbound import facts
from outbound.acts.applying import apply_act
from outbound.clock import Clock
from outbound.errors import TooLate
from outbound.flags import flag_ticket
from outbound.model import Bell
from outbound.progress import delivery_of
from outbound.restore import restored
from outbound.store import OutboundStore
from storage.mongo import Session
from ticketing.delivery import Move, move
from ticketing.errors import NotFound
from ticketing.facts import of_viewer
from ticketing.model import Ticket
from ticketing.permissions import Viewer, require, sees_inbox

Verdict = Literal["sent", "failed"]
Work = Callable[[Session], Awaitable[Message]]
_VERDICTS: dict[Verdict, Move] = {"sent": "confirm", "failed": "dismiss"}


class Amender:
    """Each command is one transaction, guarded by the state that the message was read in."""

    def __init__(self, *, store: OutboundStore, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    async def undo(self, viewer: Viewer, message_id: MessageId, now: datetime) -> Message:
        """Cancelled, its ticket as before; TooLate once it is due or a worker has it."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            message, ticket = await self._load(viewer, message_id, session)
            before = delivery_of(message)
            left = bool(before.taken)  # some have it already
            if before.state != "queued" or left or before.due_at is None or before.due_at <= clock:
                raise TooLate(before.state, "undo")
            after = _moved(before, "undo", clock)
            message = await self._write(viewer, message, after, session)
            if message.act is None:  # an act had changed nothing on the ticket
                await self._restore(viewer, message, ticket, now, session)
            return message

        return await self._run(work)

    async def retry(self, viewer: Viewer, message_id: MessageId) -> Message:
        """A failed one goes again, as a new round with a new idempotency key."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            message, _ = await self._load(viewer, message_id, session)
            conversation = await self._store.conversation(message.conversation_id, session)
            if conversation is None:
                raise NotFound("conversation", message.conversation_id)
            before = delivery_of(message)
            after = msgspec.structs.replace(
                _moved(before, "retry", clock),
                attempts=0,
                round=before.round + 1,
                fence=before.fence + 1,
                queued_at=clock,
                due_at=clock,
                native_ids=(message.envelope.message_id,) if message.envelope else (),
                failed_pieces=(),
                recipients=before.recipients if before.taken else (),
            )
            return await self._write(
                viewer, message, after, session, thread_key=conversation.thread_key
            )

        return await self._run(work)

    async def resolve(self, viewer: Viewer, message_id: MessageId, verdict: Verdict) -> Message:
        """The agent has looked: an uncertain one was sent, or was not."""
        clock = await self._clock.now()

        async def work(session: Session) -> Message:
            message, _ = await self._load(viewer, message_id, session)
            after = _moved(delivery_of(message), _VERDICTS[verdict], clock)
            return await self._write(viewer, message, after, session)

        return await self._run(work)

    async def _run(self, work: Work) -> Message:
        message = await self._store.mongo.transaction(work)
        await self._bell.call("deliver", [message.conversation_id])
        await self._bell.wake("relay")
        return message

    async def _load(
        self, viewer: Viewer, message_id: MessageId, session: Session
    ) -> tuple[Message, Ticket]:
        message = await self._store.message(message_id, session)
        hidden = message is None or not sees_inbox(viewer, message.inbox_id)
        if message is None or message.delivery is None or hidden:
            raise NotFound("message", message_id)
        ticket = await self._store.ticket(message.ticket_id, session)
        return message, require(viewer, "reply", ticket, message.ticket_id)

    async def _write(
        self,
        viewer: Viewer,
        message: Message,
        after: Delivery,
        session: Session,
        *,
        thread_key: str = "",
    ) -> Message:
        before = delivery_of(message)
        if not await self._store.publish(message, after, session, thread_key=thread_key):
            raise TooLate(before.state, after.state)
        event = facts.delivery_changed(message, before, after, of_viewer(viewer))
        await self._store.append([event], session)
        await apply_act(self._store, message, after, session)
        await flag_ticket(self._store, message, after, session)
        return msgspec.structs.replace(message, delivery=after)

    async def _restore(
        self, viewer: Viewer, message: Message, ticket: Ticket, now: datetime, session: Session
    ) -> None:
        """Take back what the reply had changed on its ticket, where nobody changed it since."""
        told = await self._store.event(facts.ticket_answered_id(message), session)
        after, changes = restored(ticket, told.changes if told else (), now)
        await self._store.update_ticket(ticket, after, session)
        if changes:
            event = facts.ticket_restored(message, of_viewer(viewer), now, changes)
            await self._store.append([event], session)


def _moved(before: Delivery, step: Move, now: datetime) -> Delivery:
    """The delivery after a decision of ours, with nothing left to do; TooLate when it is past."""
    state = move(before.state, step)
    if state is None:
        raise TooLate(before.state, step)
    return msgspec.structs.replace(
        before, state=state, changed_at=now, due_at=None, lease_until=None, reason=""
    )
