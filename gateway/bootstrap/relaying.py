"""Who is told of events, and of what concerns an agent."""

import msgspec

from gateway import notices
from gateway.api import frames
from gateway.consumers import BegunConsumer, DraftConsumer, LiveConsumer, MediaConsumer
from gateway.directory import InboxDirectory
from gateway.store import EdgeStore
from gateway.traffic.store import TrafficStore
from gateway.traffic.watching import TrafficConsumer
from gateway.viewers import Viewers
from normalizer.model import AgentId
from storage.doorbell import Doorbell
from storage.events import EventLog
from storage.mongo import Mongo
from storage.pubsub import Pubsub
from ticketing.catalogue.elapsing import StateTimers
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.store import TimerStore
from ticketing.links.handlers import Family
from ticketing.notifications.handlers import Notifications
from ticketing.notifications.store import BoardStore
from ticketing.reading.partial import PartialTickets
from ticketing.reading.store import ReadingStore
from ticketing.relay import Consumer, Handle
from ticketing.search.following import Feeding
from ticketing.search.store import SearchStore
from ticketing.store import Collections
from ticketing.views.counting import ViewCounts


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What consumers are made of."""

    mongo: Mongo
    collections: Collections
    events: EventLog
    edge_store: EdgeStore
    doorbell: Doorbell
    pubsub: Pubsub
    directory: InboxDirectory
    catalogues: Catalogues
    counts: ViewCounts
    notifications: Notifications
    searches: SearchStore


def consumers(base: Told) -> tuple[Consumer, ...]:
    """Screens at once, everybody else a quarter second later."""
    timers = StateTimers(base.mongo, TimerStore(base.mongo), base.catalogues.current)
    later: dict[str, Handle] = {
        "acknowledge": BegunConsumer(base.directory, base.doorbell).handle,
        "media": MediaConsumer(base.doorbell).handle,
        "counts": base.counts.handle,
        "notifications": base.notifications.handle,
        "state-timers": timers.handle,
        "drafts": DraftConsumer(base.edge_store, base.collections).handle,
        "family": Family(base.collections, base.events).handle,
        "search": Feeding(base.searches, lambda: base.doorbell.wake("search")).handle,
        "traffic": TrafficConsumer(TrafficStore(base.mongo)).handle,
    }
    return (
        Consumer(name="live", handle=LiveConsumer(base.pubsub).handle),
        *(Consumer(name=name, handle=handle, prompt=False) for name, handle in later.items()),
    )


def notifications(collections: Collections, viewers: Viewers, pubsub: Pubsub) -> Notifications:
    """What tells agents of what concerns them."""

    async def tell(agent_id: AgentId, unread: int) -> None:
        frame = msgspec.Raw(msgspec.json.encode(frames.LiveNotifications(unread=unread)))
        notice = notices.Personal(agent_id=agent_id, frame=frame)
        await pubsub.publish(notices.LIVE, notices.encode(notice))

    partial = PartialTickets(ReadingStore(collections))
    return Notifications(BoardStore(collections), partial, viewers.of, tell)
