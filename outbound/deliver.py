"""The delivery job: claim, send, settle. Whatever dies in between is found again by its lease.

A message is claimed by one conditional update; its ``fence`` grows with each claim, and a result
is written only while the fence is still the claimant's. Results that come later count only as
what they prove: that the provider has it.
"""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from connectors.contract import (
    InboxId,
    OutcomeUnknown,
    Rejected,
    SendOutcome,
    WindowClosed,
)
from connectors.errors import ConnectorError
from normalizer.model import ConversationId, Message
from outbound import metrics
from outbound.acts.performing import prepared
from outbound.clock import Clock
from outbound.crowd import Crowd
from outbound.file_links import FileLinks
from outbound.model import Bell, Claim, Outlet, Outlets, Pending
from outbound.outgoing import Link, outgoing, private
from outbound.progress import delivery_of
from outbound.recipients import everyone
from outbound.settlement import MAX_ACT_ATTEMPTS, MAX_ATTEMPTS, Settlement, Try, settle
from outbound.settler import Settler
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from outbound.suppression.model import Stopped
from outbound.suppression.policy import to_others, with_stopped
from outbound.throttle import Throttle
from outbound.turn import Recover, Release, Send, Wait, next_turn
from outbound.window import Way, way_out
from storage.blobs import Blobs
from storage.gather import Gather

log = logging.getLogger(__name__)

SEND_LIMIT_S = 60.0
LEASE = timedelta(seconds=90)
SCREENED_FOR = timedelta(minutes=1)
MAX_TURNS = 100
SENDS_AT_ONCE = 8  # of one inbox: what is claimed when a worker is killed becomes uncertain
RECORD_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
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
        suppressions: Suppressions,
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
        self._suppressions = suppressions
        self._clock = clock
        self._bell = bell
        self._chance = chance
        self._claimant = secrets.token_hex(8)
        self._running: set[asyncio.Task[bool]] = set()
        self._rung: dict[ConversationId, bool] = {}  # those at work; True: look again
        self._crowd = Crowd()
        self._calling: set[asyncio.Task[None]] = set()
        self._rooms: dict[InboxId, asyncio.Semaphore] = {}
        self._queues = Gather(store.queues)
        self._load = Gather(store.load)
        self._claim = Gather(store.claim)

    async def deliver(self, conversation_id: ConversationId) -> None:
        """Work until nothing is due; rings for the next time itself.

        While this process is at it already, it is only told to look again: the many bells of many
        replies in one conversation cost one look.
        """
        if conversation_id in self._rung:
            self._rung[conversation_id] = True
            return
        try:
            await self._work(conversation_id)
        finally:
            del self._rung[conversation_id]

    async def _work(self, conversation_id: ConversationId) -> None:
        for _ in range(MAX_TURNS):
            self._rung[conversation_id] = False
            again = await self._look(conversation_id)
            if not again and not self._rung[conversation_id]:
                return None
        return await self._bell.call("deliver", [conversation_id])

    async def _look(self, conversation_id: ConversationId) -> bool:
        """Do what is due now; True when the queue is to be read again."""
        found = await self._queues(conversation_id)
        queue, head = found.pending, found.head
        while queue:
            now = await self._clock.now()
            match next_turn(queue, now):
                case Wait(until=until):
                    wait_s = (until - now).total_seconds()
                    await self._bell.enqueue("deliver", conversation_id, defer_by=wait_s)
                    return False
                case Release(pending=pending):
                    await self._store.release(pending)
                    return True
                case Recover(pending=pending):
                    await self._recover(pending, now)
                    return True
                case Send(pending=pending):
                    if not self._crowd.enter(pending.inbox_id, conversation_id):
                        return False  # rung for when it is its turn
                    try:
                        if not await self._attempt(pending, head, now):
                            return True
                    finally:
                        self._call_next(pending.inbox_id)
                    queue.remove(pending)
                    head = None  # the next one's is read when its turn comes
        return False

    def _call_next(self, inbox_id: InboxId) -> None:
        waiting = self._crowd.leave(inbox_id)
        if waiting is not None:
            task = asyncio.create_task(self._bell.call("deliver", [waiting]))
            self._calling.add(task)
            task.add_done_callback(self._calling.discard)

    async def close(self, within_s: float) -> None:
        """Let running sends end: what is cut off in the middle may become uncertain."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)

    async def _attempt(self, pending: Pending, message: Message | None, now: datetime) -> bool:
        """True when it has left the queue, so that the next one may go."""
        message = message or await self._load(pending)
        if message is None:
            await self._store.release(pending)  # erased
            return False
        outlet = await self._outlet(message)
        if isinstance(outlet, str):
            await self._settler.refuse(message, outlet, now)
            return False
        if not pending.admitted:
            wait_s = await self._throttle.wait_s(outlet, outgoing(message, "", self._blobs))
            if wait_s > 0:
                await self._postpone(pending, now, wait_s)
                return False
        async with self._rooms.setdefault(pending.inbox_id, asyncio.Semaphore(SENDS_AT_ONCE)):
            now = await self._clock.now()
            claimed = claim(pending, now, self._claimant)
            if not await self._claim(Claim(before=pending, after=claimed, at=now)):
                return False  # undone, or somebody else's
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
        return outlet if outlet.sender is not None else "this inbox cannot send"

    async def _postpone(self, pending: Pending, now: datetime, wait_s: float) -> None:
        """Rate limits are no attempts: it stays queued until its place has come."""
        due = msgspec.structs.replace(pending.delivery, due_at=now + timedelta(seconds=wait_s))
        await self._store.swap(
            pending, msgspec.structs.replace(pending, delivery=due, admitted=True)
        )

    async def _send(self, pending: Pending, message: Message, outlet: Outlet) -> bool:
        claimed = msgspec.structs.replace(message, delivery=pending.delivery)
        started = time.monotonic()
        outcome = await self._outcome(claimed, pending.thread_key, outlet)
        metrics.SEND_SECONDS.labels(claimed.channel).observe(time.monotonic() - started)
        settlement = settle(outcome, self._try(claimed, outlet, pending.delivery.changed_at))
        metrics.ATTEMPTS.labels(claimed.channel, settlement.state).inc()
        return await self._record(claimed, outlet, settlement)

    async def _record(self, claimed: Message, outlet: Outlet, settlement: Settlement) -> bool:
        """What the provider said is known here alone: a database that is away is waited for.

        As long as the lease lasts; later the fence refuses it anyway.
        """
        for pause_s in RECORD_PAUSES_S:
            try:
                now = await self._clock.now()
                return await self._settler.record(claimed, outlet, settlement, now)
            except Exception:
                log.exception("an outcome is not stored yet", extra={"message_id": claimed.id})
                metrics.UNSTORED.inc()
            await asyncio.sleep(pause_s * (0.5 + self._chance()))
        return await self._settler.record(claimed, outlet, settlement, await self._clock.now())

    async def _outcome(self, claimed: Message, thread_key: str, outlet: Outlet) -> SendOutcome:
        """What the provider made of it; a connector that breaks its word leaves it unknown."""
        way = await self._way(claimed, outlet)
        if way.closed or outlet.sender is None:
            return WindowClosed(reason=way.closed or "this inbox cannot send")
        if claimed.act is not None:
            ready = await prepared(self._store, claimed, claimed.act, thread_key, outlet)
            if not isinstance(ready, tuple):
                return ready
            performer, act = ready
            return await self._in_time(claimed, performer.act(act))
        link = await self._link(claimed, outlet)
        message = outgoing(
            claimed, thread_key, self._blobs, outlet.manifest, link, reply_handle=way.reply_handle
        )
        stopped = await self._stopped(claimed)
        passed = to_others(message, stopped)
        if isinstance(passed, Rejected):
            return passed
        return with_stopped(await self._in_time(claimed, outlet.sender.send(passed)), stopped)

    async def _in_time(self, claimed: Message, sending: Awaitable[SendOutcome]) -> SendOutcome:
        try:
            async with asyncio.timeout(SEND_LIMIT_S):
                return await sending
        except TimeoutError:
            return OutcomeUnknown(reason=f"no answer within {SEND_LIMIT_S:g} seconds")
        except Exception:
            log.exception("connector raised while sending", extra={"message_id": claimed.id})
            return OutcomeUnknown(reason="the connector failed in the middle of sending")

    async def _stopped(self, claimed: Message) -> Stopped:
        """Whom nothing may be sent to by now: asked when Send was pressed, and again when that was
        some time ago.
        """
        now, delivery = await self._clock.now(), delivery_of(claimed)
        waited = now - (delivery.queued_at or now)
        fresh = delivery.attempts <= 1 and not delivery.round and waited < SCREENED_FOR
        if claimed.envelope is None or fresh:
            return {}
        return await self._suppressions.stopped(everyone(claimed), now)

    async def _link(self, claimed: Message, outlet: Outlet) -> Link:
        """Signed links where the provider fetches files itself."""
        if not (claimed.files and outlet.manifest.limits.files_by_link):
            return private
        now = await self._clock.now()
        return lambda file: self._links.link(claimed.id, file.id, now)

    async def _way(self, claimed: Message, outlet: Outlet) -> Way:
        """Read only where the channel has a window or handles at all."""
        limits = outlet.manifest.limits
        if limits.window is None and not limits.reply_handle:
            return Way()
        conversation = await self._store.conversation(claimed.conversation_id)
        if conversation is None:
            return Way(closed="the conversation is gone")
        return way_out(outlet.manifest, conversation, await self._clock.now(), claimed.template)

    async def _recover(self, pending: Pending, now: datetime) -> None:
        """The claimant's lease ran out: repeat where that is harmless, else ask."""
        message = await self._load(pending)
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
            idempotent=message.act is not None
            or (outlet.sender is not None and outlet.sender.idempotent),
            chance=self._chance(),
            patient=outlet.manifest.family == "mailto",
            most=MAX_ATTEMPTS if message.act is None else MAX_ACT_ATTEMPTS,
        )


def claim(pending: Pending, now: datetime, claimant: str = "") -> Pending:
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
    return msgspec.structs.replace(pending, delivery=after, admitted=False, claimant=claimant)
