"""How a command is carried out: what it changes and the facts that tell of it, in one transaction,
which the relay hears of after the commit.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from storage.events import Event, EventLog
from storage.mongo import Session
from storage.writes import Writes
from ticketing.store import Collections, settle

ResultT = TypeVar("ResultT")
Offer = Callable[[Sequence[Event]], None]
Events = list[Event]
Work = Callable[[Session, Events], Awaitable[ResultT]]
JoinedWork = Callable[[Session, Events, Writes], Awaitable[ResultT]]


class Transactions:
    """``offer`` hears of what was committed at once; the relay's sweeper finds what it misses."""

    def __init__(self, collections: Collections, events: EventLog, offer: Offer) -> None:
        self._mongo = collections.mongo
        self._events = events
        self._offer = offer

    async def run(self, work: Work[ResultT]) -> ResultT:
        """``work`` reads, decides, writes, and adds the events to the list that it is given. It may
        run several times, anew each time: nothing random and no side effect inside.
        """

        async def once(session: Session) -> tuple[ResultT, list[Event]]:
            events: list[Event] = []
            result = await work(session, events)
            await self._events.append(session, events)
            return result, events

        result, events = await settle(self._mongo, once)
        self._offer(events)
        return result

    async def run_joined(self, work: JoinedWork[ResultT]) -> ResultT:
        """As ``run``, where what is written goes in one command with its events. These are new:
        they are named by a version that this very transaction makes.
        """

        async def once(session: Session) -> tuple[ResultT, list[Event]]:
            events: list[Event] = []
            writes = Writes(self._mongo, session)
            result = await work(session, events, writes)
            self._events.add(writes, events)
            await writes.send()
            return result, events

        result, events = await settle(self._mongo, once)
        self._offer(events)
        return result
