"""Counts what events tell, and raises an alert when an inbox falls silent."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import InboxId
from gateway.metrics import SILENT_INBOXES
from gateway.traffic.model import Silence, day_id
from gateway.traffic.policy import silence
from gateway.traffic.store import TrafficStore
from storage.events import Change, Event
from storage.ids import utc_now
from ticketing import facts
from ticketing.model import Inbox

log = logging.getLogger(__name__)

FLUSH_S = 30.0
Tell = Callable[[Sequence[Event]], Awaitable[None]]
SENT = frozenset({"sent", "delivered", "read"})


class TrafficConsumer:
    """Adds up in memory and writes twice a minute: what a crash loses is half a minute of counts,
    and no message.
    """

    def __init__(self, store: TrafficStore) -> None:
        self._store = store
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._latest: dict[str, dict[str, datetime]] = defaultdict(dict)
        self._writing: asyncio.Task[None] | None = None

    async def handle(self, events: Sequence[Event]) -> None:
        """By the time of arrival: an event's own time may be a provider's."""
        now = utc_now()
        for event in events:
            for field in _counted(event, now):
                day = day_id(event.inbox_id, now.date())
                self._counts[day][field] += 1
                side = "last_in_at" if field.startswith("hours") else "last_out_at"
                self._latest[day][side] = now
        if self._counts and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        await asyncio.sleep(FLUSH_S)
        try:
            await self.flush(utc_now())
        except Exception:
            log.exception("counts of inboxes were not written")

    async def flush(self, now: datetime) -> None:
        """Write what was added up. Events told twice count twice: these are counts, not books."""
        counts, latest = self._counts, self._latest
        self._counts, self._latest = defaultdict(lambda: defaultdict(int)), defaultdict(dict)
        changes: dict[str, dict[str, Any]] = {
            day: {"$inc": dict(fields), "$max": dict(latest[day])} for day, fields in counts.items()
        }
        await self._store.add(changes, now)


class SilenceWatch:
    """Runs with the other chores, under their lease."""

    def __init__(self, store: TrafficStore, tell: Tell) -> None:
        self._store = store
        self._tell = tell

    async def look(self, inboxes: Sequence[Inbox], now: datetime) -> list[Silence]:
        """Every active inbox; events for those that fell silent, and for those heard again."""
        told = await self._store.silences()
        found: dict[InboxId, Silence] = {}
        for inbox in inboxes:
            days = await self._store.days(inbox.id, now)
            silent = silence(inbox.id, days, now)
            if silent is not None:
                found[inbox.id] = silent
        began = [one for id, one in found.items() if id not in told]
        ended = [id for id in told if id not in found]
        events = [_event("inbox.silent", one, now) for one in began]
        events += [_event("inbox.heard", told[id], now) for id in ended]
        if events:
            await self._tell(events)
            await self._store.tell(began, ended)
        SILENT_INBOXES.set(len(found))
        return list(found.values())


def _counted(event: Event, now: datetime) -> list[str]:
    if event.kind == "message.received":
        return [f"hours.{now:%H}"]
    if event.kind != "delivery.changed":
        return []
    before, after = next(
        ((one.before, one.after) for one in event.changes if one.field == "delivery"), ("", "")
    )
    if after == "failed":
        return ["failed"]
    return ["sent"] if after in SENT and before not in SENT else []


def _event(kind: str, silent: Silence, now: datetime) -> Event:
    return facts.about(
        kind,
        silent.inbox_id,
        cause=f"{silent.since.timestamp()}",
        actor=facts.SYSTEM,
        at=now,
        changes=(
            Change(field="silent_hours", before=str(silent.usual_hours), after=str(silent.hours)),
        ),
    )
