"""That an agent writes an answer, shown to the customer where the channel can.

Never queued and never repeated: what does not go at once is not worth going.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from connectors.acts import Correspondent, TypingSender
from gateway.metrics import ANSWERING
from gateway.ratelimit import Limiter
from normalizer.model import ConversationId
from outbound.model import Outlets
from outbound.replying import recipient_of
from outbound.store import OutboundStore
from outbound.window import reply_window
from storage.ids import utc_now
from ticketing.model import Conversation
from ticketing.permissions import Viewer, allowed, sees, sees_inbox

log = logging.getLogger(__name__)

PER_S, BURST = 0.25, 1  # of one conversation; what providers show lasts five seconds and more
AT_ONCE = 50
LIMIT_S = 5.0

Page = Callable[[Conversation], Awaitable[None]]


class Answering:
    """``note`` never waits. ``page`` tells the visitors of our own chat."""

    def __init__(self, store: OutboundStore, outlets: Outlets, page: Page) -> None:
        self._store = store
        self._outlets = outlets
        self._page = page
        self._limiter = Limiter()
        self._showing: set[asyncio.Task[None]] = set()

    def note(self, viewer: Viewer, conversation_id: str) -> None:
        """An agent types; most of these words are one too many."""
        now = asyncio.get_running_loop().time()
        crowded = len(self._showing) >= AT_ONCE
        if crowded or self._limiter.take("typing", conversation_id, PER_S, BURST, now):
            return
        task = asyncio.create_task(self._try(viewer, ConversationId(conversation_id)))
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def _try(self, viewer: Viewer, id: ConversationId) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                became = await self._show(viewer, id)
        except Exception:
            became = "failed"
            log.info("typing was not shown", exc_info=True, extra={"conversation_id": id})
        ANSWERING.labels(became).inc()

    async def _show(self, viewer: Viewer, id: ConversationId) -> str:
        conversation = await self._store.conversation(id)
        if conversation is None or not await self._may(viewer, conversation):
            return "refused"
        outlet = await self._outlets.outlet(conversation.inbox_id)
        if outlet is None or not outlet.manifest.can("typing_out"):
            return "unable"
        if not reply_window(outlet.manifest, conversation, utc_now()).can_reply:
            return "closed"
        if "socket" in outlet.manifest.transports:
            await self._page(conversation)
            return "sent"
        if not isinstance(outlet.sender, TypingSender):
            return "unable"
        outcome = await outlet.sender.show_typing(
            Correspondent(
                recipient=recipient_of(conversation.recipient),
                thread_key=conversation.thread_key,
                heard=conversation.last_in_native_id,
            )
        )
        return str(outcome.__struct_config__.tag)

    async def _may(self, viewer: Viewer, conversation: Conversation) -> bool:
        """Who may answer here."""
        if not allowed(viewer, "reply") or not sees_inbox(viewer, conversation.inbox_id):
            return False
        ticket = await self._store.ticket(conversation.ticket_id)
        return ticket is not None and sees(viewer, ticket)
