"""Wiring of the clocks that ticket types set."""

from gateway.bootstrap.foundation import Foundation
from gateway.workers.housekeeping import Chore
from ticketing.catalogue.elapsing import Elapsing, StateTimers
from ticketing.catalogue.store import TimerStore
from ticketing.links.store import LinkStore


def state_chores(base: Foundation) -> tuple[Chore, ...]:
    """Tickets that leave a state by themselves."""
    store, catalogue = TimerStore(base.mongo), base.catalogues.current
    elapsing = Elapsing(store, LinkStore(base.collections), base.transactions, catalogue)
    timers = StateTimers(base.mongo, store, catalogue)

    async def sweep() -> None:
        await elapsing.sweep(await base.clock.now())

    async def catch_up() -> None:
        await timers.catch_up(await base.clock.now())

    return (
        Chore("states-elapsed", 10.0, 60.0, sweep),
        Chore("state-timers", 60.0, 1800.0, catch_up),
    )
