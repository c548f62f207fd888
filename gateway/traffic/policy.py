"""When an inbox is silent: longer than it ever was in two weeks; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.contract import InboxId
from gateway.traffic.model import InboxDay, Silence, Traffic, day_id

DAYS = 15  # two weeks, and today
SHORTEST_H = 2
ENOUGH = 20  # messages in two weeks: of a quieter inbox nothing can be said
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def traffic(inbox_id: InboxId, days: Mapping[str, InboxDay], now: datetime) -> Traffic:
    """What the days say."""
    lately = [one for id, one in days.items() if id > day_id(inbox_id, (now - WEEK).date())]
    return Traffic(
        last_in_at=max((one.last_in_at for one in days.values() if one.last_in_at), default=None),
        last_out_at=max(
            (one.last_out_at for one in days.values() if one.last_out_at), default=None
        ),
        received=sum(one.received for one in lately),
        sent=sum(one.sent for one in lately),
        failed=sum(one.failed for one in lately),
        silence=silence(inbox_id, days, now),
    )


def silence(inbox_id: InboxId, days: Mapping[str, InboxDay], now: datetime) -> Silence | None:
    """None while nothing is unusual. Hours are counted, for each process adds to them apart."""
    busy = _busy_hours(inbox_id, days, now)
    if sum(one.received for one in days.values()) < ENOUGH or not any(busy):
        return None
    first = busy.index(True)
    runs = "".join(" x"[hour] for hour in busy[first:]).split("x")
    now_silent = len(runs[-1])
    usual = max((len(run) for run in runs[:-1]), default=0)
    if now_silent < max(SHORTEST_H, usual + 1):
        return None
    since = _hour(now) - now_silent * HOUR
    return Silence(inbox_id=inbox_id, since=since, hours=now_silent, usual_hours=usual)


def _busy_hours(inbox_id: InboxId, days: Mapping[str, InboxDay], now: datetime) -> list[bool]:
    """For each whole hour of the days, oldest first, whether something came; this hour counts only
    when something did.
    """
    this = _hour(now)
    hours = [this - back * HOUR for back in range(24 * (DAYS - 1), -1, -1)]
    busy = [_came(inbox_id, days, hour) for hour in hours]
    return busy if busy[-1] else busy[:-1]


def _came(inbox_id: InboxId, days: Mapping[str, InboxDay], hour: datetime) -> bool:
    day = days.get(day_id(inbox_id, hour.date()))
    return day is not None and day.hours.get(f"{hour:%H}", 0) > 0


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
