"""What the index proposes, batch by batch into the past, until there are enough hits."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from normalizer.model import MessageId
from ticketing.model import Ticket
from ticketing.search.asked import Asked, Said
from ticketing.search.words import Candidate, WordIndex, WordRequest

MAX_CANDIDATES = 2_000
SPARE = 10  # candidates beyond the hits that are wanted, the first time
MAX_TIES = 20_000  # of one millisecond
ALL = "~"  # sorts after every id
_MILLI = timedelta(milliseconds=1)


class Fitting(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that fits in every way: what it says by now, and the ticket that it is in."""

    said: Said
    ticket: Ticket


Judge = Callable[[Sequence[Candidate]], Awaitable[Mapping[MessageId, Fitting]]]


class WordSweep:
    """From ``until`` into the past, to ``since``; ``until`` and ``after`` say how far it came:
    of the millisecond before ``until``, messages with greater ids than ``after`` were met.
    """

    def __init__(
        self,
        index: WordIndex,
        asked: Asked,
        *,
        until: datetime,
        after: str = ALL,
        since: datetime,
        seen: set[str],
    ) -> None:
        self._index = index
        self._asked = asked
        self._floor = since
        self._seen = seen
        self._read = 0
        self.until = until
        self.after = after
        self.complete = True

    @property
    def done(self) -> bool:
        """Whether the past is over."""
        return self.until <= self._floor

    async def run(self, count: int, judge: Judge) -> list[Fitting]:
        """Hits until there are ``count``, the past is over, or the cap is reached."""
        found: list[Fitting] = []
        size = count + SPARE
        while len(found) < count and self._read < MAX_CANDIDATES and not self.done:
            candidates, since = await self._batch(size)
            fitting = await judge(candidates) if candidates else {}
            left = self._collect(candidates, fitting, found, count)
            self.until = left.received_at + _MILLI if left else since
            self.after = left.id if left else ALL
            size = min(2 * size, MAX_CANDIDATES)
        return found

    async def _batch(self, size: int) -> tuple[list[Candidate], datetime]:
        """The newest before ``until``, and from when on they are all: what is of the last one's
        millisecond comes with the next batch, for more of it may follow.
        """
        candidates = await self._proposed(size)
        if len(candidates) < size:
            return self._left(candidates), self._floor
        last = candidates[-1].received_at
        whole = [one for one in candidates if one.received_at > last]
        if whole:
            return self._left(whole), last + _MILLI
        ties = await self._proposed(MAX_TIES)
        return self._left(one for one in ties if one.received_at == last), last

    def _left(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """In an order that is the same each time, without those that earlier pages have met."""
        newest = sorted(candidates, key=lambda one: (one.received_at, one.id), reverse=True)
        return [
            one for one in newest if one.received_at + _MILLI < self.until or one.id <= self.after
        ]

    async def _proposed(self, limit: int) -> list[Candidate]:
        got = await self._index.propose(
            WordRequest(
                words=self._asked.words,
                without=self._asked.without,
                since=self._floor,
                until=self.until,
                limit=limit,
            )
        )
        self._read += len(got.candidates)
        self.complete &= got.complete
        return got.candidates

    def _collect(
        self,
        candidates: Sequence[Candidate],
        fitting: Mapping[MessageId, Fitting],
        found: list[Fitting],
        count: int,
    ) -> Candidate | None:
        """Take new tickets' hits; the first that found no room when the page got full."""
        for candidate in candidates:
            hit = fitting.get(candidate.id)
            if hit is None or hit.ticket.id in self._seen:
                continue
            if len(found) >= count:
                return candidate
            self._seen.add(hit.ticket.id)
            found.append(hit)
        return None
