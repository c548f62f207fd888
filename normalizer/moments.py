"""What may be believed of a sender's clock. Pure."""

from datetime import UTC, datetime, timedelta

from storage.ids import truncate

FUTURE = timedelta(minutes=5)
# Clocks that were never set say 1970, 1980 or 2000; nobody has written to us from so long ago.
UNSET = datetime(2001, 1, 1, tzinfo=UTC)


def clamped(occurred_at: datetime, received_at: datetime) -> datetime:
    """At most five minutes ahead, else it would stay on top; now, where the clock is not set."""
    if occurred_at < UNSET:
        return truncate(received_at)
    return truncate(min(occurred_at, received_at + FUTURE))
