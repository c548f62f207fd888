"""The delivery job: claim, send, settle. Whatever dies in between is found again by its lease.

A message is claimed by one conditional update; its ``fence`` grows with each claim, and a result
is written only while the fence is still the claimant's. Results that come later count only as
what they prove: that the provider has it.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from connectors.contract import OutcomeUnknown, SendOutcome, WindowClosed
from connectors.errors import ConnectorError
from normalizer.model import ConversationId, Message
from outbound import metrics
from outbound.clock import Clock
from outbound.file_links import FileLinks
from outbound.model import Bell, Outlet, Outlets, Pending
from outbound.outgoing import Link, outgoing, private
from outbound.progress import delivery_of
from outbound.settlement import Settlement, Try, settle
from outbound.settler import Settler
from outbound.store import OutboundStore
from outbound.throttle import Throttle
from outbound.turn import Recover, Release, Send, Wait, next_turn
from outbound.window import reply_window
from storage.blobs import Blobs

log = logging.getLogger(__name__)

SEND_LIMIT_S = 60.0
LEASE = timedelta(seconds=90)
MAX_TURNS = 100
Chance = Callable[[], float]


class Deliverer:
    """Sends what is due in one conversation, in order; any number may run at once."""

    def __init__(
        self,
        *,
        store: OutboundStore,
        settler: Settler,
        outlets: Outlets,
        blobs: Blobs,
        links: FileLinks,
        throttle: Throttle,
        clock: Clock,
        bell: Bell,
        chance: Chance = random.random,
    ) -> None:
        self._store = store
        self._settler = settler
        self._outlets = outlets
        self._blobs = blobs
        self._links = links
        self._throttle = throttle
        self._clock = clock
        self._bell = bell
        self._chance = chance
        self._running: set[asyncio.Task[None]] = set()

    async def deliver(self, conversation_id: ConversationId) -> None:
        """Work until nothing is due; rings for the next time itself."""
        for _ in range(MAX_TURNS):
            now = await self._clock.now()
            match next_turn(await self._store.unfinished(conversation_id), now):
                case None:
                    return
                case Wait(until=until):
                    return await self._later(conversation_id, (until - now).total_seconds())
                case Release(pending=pending):
                    await self._store.release(pending)
                case Recover(pending=pending):
                    await self._recover(pending, now)
                case Send(pending=pending):
                    await self._attempt(pending, now)
        return await self._later(conversation_id, 0)

    async def close(self, within_s: float) -> None:
        """Let running sends end: what is cut off in the middle may become uncertain."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)

    async def _later(self, conversation_id: ConversationId, seconds: float) -> None:
        await self._bell.enqueue("deliver", conversation_id, defer_by=max(0.0, seconds))

    async def _attempt(self, pending: Pending, now: datetime) -> None:
        message = await self._store.load(pending)
        if message is None:
            return await self._store.release(pending)  # erased
        outlet = await self._outlet(message)
        if isinstance(outlet, str):
            return await self._settler.refuse(message, outlet, now)
        if outlet.sender is None:
            return await self._settler.refuse(message, "this inbox cannot send", now)
        if not pending.admitted:
            wait_s = await self._throttle.wait_s(outlet, outgoing(message, "", self._blobs))
            if wait_s > 0:
                return await self._postpone(pending, now, wait_s)
        claimed = claim(pending, now)
        if not await self._store.swap(pending, claimed, due_by=now):
            return None  # undone, or somebody else's
        task = asyncio.create_task(self._send(claimed, message, outlet))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # a worker that is asked to stop lets this one end (see close)
        return await asyncio.shield(task)

    async def _outlet(self, message: Message) -> Outlet | str:
        """The way out, or why there is none."""
        try:
            outlet = await self._outlets.outlet(message.inbox_id)
        except ConnectorError as error:
            return str(error)
        if outlet is None or not outlet.inbox.active:
            return "this inbox is switched off"
        return outlet

    async def _postpone(self, pending: Pending, now: datetime, wait_s: float) -> None:
        """Rate limits are no attempts: it stays queued until its place has come."""
        due = msgspec.structs.replace(pending.delivery, due_at=now + timedelta(seconds=wait_s))
        await self._store.swap(
            pending, msgspec.structs.replace(pending, delivery=due, admitted=True)
        )

    async def _send(self, pending: Pending, message: Message, outlet: Outlet) -> None:
        claimed = msgspec.structs.replace(message, delivery=pending.delivery)
        started = time.monotonic()
        outcome = await self._outcome(claimed, pending.thread_key, outlet)
        metrics.SEND_SECONDS.labels(claimed.channel).observe(time.monotonic() - started)
        settlement = settle(outcome, self._try(claimed, outlet, await self._clock.now()))
        metrics.ATTEMPTS.labels(claimed.channel, settlement.state).inc()
        await self._settler.record(claimed, outlet, settlement, await self._clock.now())

    async def _outcome(self, claimed: Message, thread_key: str, outlet: Outlet) -> SendOutcome:
        """What the provider made of it; a connector that breaks its word leaves it unknown."""
        closed = await self._closed(claimed, outlet)
        if closed is not None or outlet.sender is None:
            return WindowClosed(reason=closed or "this inbox cannot send")
        link = await self._link(claimed, outlet)
        message = outgoing(claimed, thread_key, self._blobs, outlet.manifest, link)
        try:
            async with asyncio.timeout(SEND_LIMIT_S):
                return await outlet.sender.send(message)
        except TimeoutError:
            return OutcomeUnknown(reason=f"no answer within {SEND_LIMIT_S:g} seconds")
        except Exception:
            log.exception("connector raised while sending", extra={"message_id": claimed.id})
            return OutcomeUnknown(reason="the connector failed in the middle of sending")

    async def _link(self, claimed: Message, outlet: Outlet) -> Link:
        """Signed links where the provider fetches files itself."""
        if not (claimed.files and outlet.manifest.limits.files_by_link):
            return private
        now = await self._clock.now()
        return lambda file: self._links.link(claimed.id, file.id, now)

    async def _closed(self, claimed: Message, outlet: Outlet) -> str | None:
        """Why no free reply may go any more; read only where the channel has a window at all."""
        if outlet.manifest.limits.window is None:
            return None
        conversation = await self._store.conversation(claimed.conversation_id)
        if conversation is None:
            return "the conversation is gone"
        window = reply_window(
            outlet.manifest, conversation, await self._clock.now(), claimed.template
        )
        return None if window.can_reply else window.reason

    async def _recover(self, pending: Pending, now: datetime) -> None:
        """The claimant's lease ran out: repeat where that is harmless, else ask."""
        message = await self._store.load(pending)
        if message is None:
            return await self._store.release(pending)
        outlet = await self._outlet(message)
        if isinstance(outlet, str):
            settlement = Settlement(state="uncertain", reason=outlet, pause_s=0)
        else:
            lost = OutcomeUnknown(reason="the worker stopped in the middle of sending")
            settlement = settle(lost, self._try(message, outlet, now))
        metrics.RECOVERED.labels(settlement.state).inc()
        return await self._settler.recover(message, settlement, now)

    def _try(self, message: Message, outlet: Outlet, now: datetime) -> Try:
        delivery = delivery_of(message)
        return Try(
            number=delivery.attempts,
            age=now - (delivery.queued_at or message.received_at),
            idempotent=outlet.sender is not None and outlet.sender.idempotent,
            chance=self._chance(),
        )


def claim(pending: Pending, now: datetime) -> Pending:
    """As its claimant writes it: sending, one attempt more, a lease; its place is used."""
    before = pending.delivery
    after = msgspec.structs.replace(
        before,
        state="sending",
        changed_at=now,
        attempts=before.attempts + 1,
        fence=before.fence + 1,
        lease_until=now + LEASE,
        due_at=now + LEASE,
    )
    return msgspec.structs.replace(pending, delivery=after, admitted=False)
