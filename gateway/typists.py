"""Which customers type: told to the screens that look at the ticket, stored nowhere.

What is not told within seconds is not worth telling: nothing here is repeated.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from connectors.contract import InboxId
from connectors.events import TypingChanged
from gateway import notices
from gateway.metrics import TYPING
from gateway.notices import Typing
from storage.ids import utc_now
from storage.pubsub import Pubsub
from ticketing.ingest.model import open_key
from ticketing.model import Contact, Conversation
from ticketing.store import Collections

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=8)  # as long as a screen shows it
MAX_WAITING = 500
PAUSE_S = 0.25  # who types in a crowd is told together


class Typists:
    """``note`` never waits; ``run`` tells the newest word of each thread."""

    def __init__(self, collections: Collections, pubsub: Pubsub) -> None:
        self._in = collections
        self._pubsub = pubsub
        self._waiting: dict[tuple[InboxId, str], TypingChanged] = {}
        self._noted = asyncio.Event()

    def note(self, inbox_id: InboxId, event: TypingChanged) -> None:
        """Somebody began or stopped; of many at once some are not told."""
        key = (inbox_id, event.thread_key)
        if key not in self._waiting and len(self._waiting) >= MAX_WAITING:
            TYPING.labels("dropped").inc()
            return
        self._waiting[key] = event
        self._noted.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._noted.wait()
            self._noted.clear()
            waiting, self._waiting = self._waiting, {}
            for (inbox_id, _), event in waiting.items():
                try:
                    TYPING.labels(await self._tell(inbox_id, event, utc_now())).inc()
                except Exception:
                    TYPING.labels("failed").inc()
                    log.warning("nobody was told of typing", extra={"inbox_id": inbox_id})
            await asyncio.sleep(PAUSE_S)

    async def _tell(self, inbox_id: InboxId, event: TypingChanged, now: datetime) -> str:
        if now - event.occurred_at > FRESH:
            return "stale"
        key = open_key(inbox_id, event.thread_key)
        conversation = await self._in.conversations.find_one({"open_key": key})
        if conversation is None:
            return "unknown"
        notice = Typing(
            ticket_id=conversation.ticket_id,
            inbox_id=inbox_id,
            name=await self._name(conversation, event),
            typing=event.typing,
        )
        told = await self._pubsub.publish(notices.LIVE, notices.encode(notice))
        return "told" if told else "lost"

    async def _name(self, conversation: Conversation, event: TypingChanged) -> str:
        """Of a group's members the one who types, as far as they are known."""
        contact: Contact | None = await self._in.contacts.get(conversation.contact_id)
        keys = {one.canonical for one in event.senders}
        if keys and (contact is None or keys.isdisjoint(contact.point_keys)):
            contact = await self._in.contacts.find_one({"point_keys": min(keys)})
        if contact is not None:
            return contact.name
        return event.senders[0].value if event.senders else ""
