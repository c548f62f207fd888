"""The database's time without asking for it each time: leases and due times go by it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from storage.ids import truncate
from storage.mongo import Mongo

REFRESH_S = 30.0


class Clock(Protocol):
    """Now, the same for all hosts."""

    async def now(self) -> datetime:
        """Aware UTC in whole milliseconds."""


class DatabaseClock:
    """Asks the database every half minute and adds this host's monotonic seconds in between."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._told: datetime | None = None
        self._told_at = 0.0
        self._last = datetime.min.replace(tzinfo=UTC)

    async def now(self) -> datetime:
        """The database's clock, to within one round trip; never backwards."""
        elapsed = time.monotonic() - self._told_at
        if self._told is None or elapsed > REFRESH_S:
            self._told = await self._mongo.server_time()
            self._told_at = time.monotonic()
            elapsed = 0.0
        self._last = max(self._last, truncate(self._told + timedelta(seconds=elapsed)))
        return self._last
