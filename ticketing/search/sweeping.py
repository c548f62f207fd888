"""Words in slices of time: the rarest is asked of the database, the others are compared here.

The small server scans when it is asked for two tokens at once, so it is asked for one.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from ticketing.model import Ticket
from ticketing.reading.store import Candidate, ReadingStore
from ticketing.reading.windows import FIRST, earlier, next_width
from ticketing.search.asked import Asked

MAX_CANDIDATES = 2_000
SURE = 32  # matches of the most frequent word in one window that settle which word is rarest
# the tickets of those candidates that fit in every way
Judge = Callable[[Sequence[Candidate]], Awaitable[dict[str, Ticket]]]


class WordSweep:
    """Windows from ``until`` into the past; ``until`` says how far it came."""

    def __init__(
        self,
        store: ReadingStore,
        asked: Asked,
        *,
        until: datetime,
        since: datetime,
        latest: datetime,
        seen: set[str],
    ) -> None:
        self._store = store
        self._words = sorted(asked.words, key=len, reverse=True)
        self._wanted = frozenset(asked.words)
        self._without = asked.without
        self._floor = since
        self._rarest = self._words[0] if len(asked.words) == 1 else None
        self._seen = seen
        self._read = 0
        self._got = 0
        self._latest = latest
        self.until = until

    @property
    def done(self) -> bool:
        """Whether the past is over."""
        return self.until <= self._floor

    async def run(self, count: int, judge: Judge) -> list[tuple[Candidate, Ticket]]:
        """Hits until there are ``count``, the past is over, or the cap is reached."""
        found: list[tuple[Candidate, Ticket]] = []
        width = FIRST
        while len(found) < count and self._read < MAX_CANDIDATES and not self.done:
            since = max(min(earlier(self.until, width), self._latest), self._floor)
            self._got = 0
            candidates = await self._slice(since)
            fitting = [item for item in candidates if self._fits(item)]
            tickets = await judge(fitting) if fitting else {}
            full = self._collect(fitting, tickets, found, count)
            self.until = full or since
            width = next_width(width, self._got, 2 * count)
        return found

    def _fits(self, item: Candidate) -> bool:
        excluded = any(group <= item.tokens for group in self._without)
        return self._wanted <= item.tokens and not excluded

    def _collect(
        self,
        fitting: Sequence[Candidate],
        tickets: dict[str, Ticket],
        found: list[tuple[Candidate, Ticket]],
        count: int,
    ) -> datetime | None:
        """Take new tickets' hits; where to go on when the page got full in the middle."""
        for candidate in fitting:
            ticket = tickets.get(candidate.id)
            if ticket is None or ticket.id in self._seen:
                continue
            if len(found) >= count:
                return candidate.received_at + timedelta(milliseconds=1)
            self._seen.add(ticket.id)
            found.append((candidate, ticket))
        return None

    async def _slice(self, since: datetime) -> list[Candidate]:
        """The window's candidates by the rarest word; which one it is shows in the windows."""
        if self._rarest is not None:
            return await self._fetch(self._rarest, since)
        best: list[Candidate] | None = None
        most = 0
        for word in self._words:
            got = await self._fetch(word, since)
            most = max(most, len(got))
            if best is None or len(got) < len(best):
                best, fewest = got, word
            if not best:
                return []
        if most >= SURE:
            self._rarest = fewest
        return best or []

    async def _fetch(self, word: str, since: datetime) -> list[Candidate]:
        got = await self._store.with_token(word, since, self.until, MAX_CANDIDATES)
        self._read += len(got)
        self._got = max(self._got, len(got))
        return got
