"""What the relay tells: screens, by pub/sub. Counters are ticketing's own consumer."""

from collections.abc import Iterator, Sequence

from gateway import notices
from gateway.directory import Directory
from gateway.notices import Fact, Facts
from gateway.store import Draft, EdgeStore
from normalizer.model import TicketId
from storage.doorbell import Doorbell
from storage.events import Event
from storage.pubsub import Pubsub
from ticketing.facts import awaits_files, came_incomplete
from ticketing.permissions import DECIDES_SIGHT
from ticketing.store import Collections

# After these a conversation may be in another ticket.
MOVES = frozenset({"ticket.merged", "ticket.unmerged", "ticket.split", "ticket.unsplit"})
TOGETHER = 200  # about 30 kB


class LiveConsumer:
    """Hints to every edge process; losing one costs a screen's freshness, never a fact."""

    def __init__(self, pubsub: Pubsub) -> None:
        self._pubsub = pubsub

    async def handle(self, events: Sequence[Event]) -> None:
        """One publication for a slice of them: each costs both ends a round trip."""
        for start in range(0, len(events), TOGETHER):
            facts = tuple(_fact(event) for event in events[start : start + TOGETHER])
            await self._pubsub.publish(notices.LIVE, notices.encode(Facts(facts=facts)))


class MediaConsumer:
    """Rings for files that came as references; the housekeeper finds what this misses."""

    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell

    async def handle(self, events: Sequence[Event]) -> None:
        """One job per message that awaits files."""
        for event in events:
            if event.message_id and awaits_files(event):
                await self._doorbell.enqueue("fetch_media", event.message_id)


class BegunConsumer:
    """Rings for tickets that customers began in an inbox that acknowledges them, and for mails
    too large to fetch where their senders are told.
    """

    def __init__(self, inboxes: Directory, doorbell: Doorbell) -> None:
        self._inboxes = inboxes
        self._doorbell = doorbell

    async def handle(self, events: Sequence[Event]) -> None:
        """One job per ticket or mail; who answers nothing by itself costs nothing."""
        for event in events:
            if event.actor.kind != "contact" or not event.message_id:
                continue
            if event.kind == "ticket.created":
                inbox = await self._inboxes.inbox(event.inbox_id)
                if inbox is not None and inbox.acknowledgements:
                    await self._doorbell.enqueue("acknowledge", event.message_id)
            elif came_incomplete(event):
                inbox = await self._inboxes.inbox(event.inbox_id)
                if inbox is not None and inbox.too_large:
                    await self._doorbell.enqueue("tell_too_large", event.message_id)


class DraftConsumer:
    """What somebody was writing follows its conversation when tickets are merged or parted."""

    def __init__(self, store: EdgeStore, collections: Collections) -> None:
        self._store = store
        self._in = collections

    async def handle(self, events: Sequence[Event]) -> None:
        """Looks again at where the drafts of these tickets belong; telling it twice is harmless."""
        ids = {id for event in events if event.kind in MOVES for id in _tickets_of(event)}
        drafts = await self._store.drafts_on(sorted(ids)) if ids else []
        for draft in drafts:
            place = await self._place(draft)
            if place is not None and place != draft.ticket_id:
                await self._store.move_draft(draft, place)

    async def _place(self, draft: Draft) -> TicketId | None:
        """The ticket of its conversation; a note's is the one that its ticket was merged into."""
        if draft.conversation_id is not None:
            conversation = await self._in.conversations.get(draft.conversation_id)
            return conversation.ticket_id if conversation else None
        ticket = await self._in.tickets.get(draft.ticket_id)
        return ticket.merged_into if ticket else None


def _tickets_of(event: Event) -> Iterator[str]:
    yield event.ticket_id
    for change in event.changes:
        if change.field == "merged_into":
            yield from filter(None, (change.before, change.after))


def _fact(event: Event) -> Fact:
    return Fact(
        kind=event.kind,
        ticket_id=event.ticket_id,
        message_id=event.message_id or "",
        conversation_id=event.conversation_id or "",
        actor_id=event.actor.id,
        was={one.field: one.before or "" for one in event.changes if one.field in DECIDES_SIGHT},
    )
