"""Telling what other processes committed: when they ring, and now and then without."""

import logging

from gateway.backoff import Backoff
from gateway.workers.loops import Bell
from storage.ids import utc_now
from ticketing.relay import IN_FLIGHT, Relay

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0


async def sweep_relay(relay: Relay, bell: Bell) -> None:
    """A ring means that a commit has happened: nothing of it is under way elsewhere."""
    backoff = Backoff(first_s=0.2, longest_s=10.0)
    while True:
        rung = await bell.heard(LOOK_EVERY_S)
        try:
            await relay.sweep(utc_now() + IN_FLIGHT if rung else utc_now())
        except Exception:
            log.exception("events were not relayed")
            await backoff.wait()
        else:
            backoff.reset()
