"""Publish and subscribe over Redis: at most once, so whoever listens can also catch up."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable

from arq.connections import ArqRedis

from storage.metrics import PUBSUB_RECONNECTS
from storage.redis import REDIS_FAILURES, connect

log = logging.getLogger(__name__)

PUBLISH_WITHIN_S = 3.0
_LISTEN_S = 20.0  # an idle connection shows that it lives by a ping this often
_LONGEST_PAUSE_S = 5.0


class Pubsub:
    """One process's end of all channels."""

    def __init__(self, redis: str | ArqRedis) -> None:
        self._redis = connect(redis)

    async def publish(self, channel: str, payload: bytes) -> bool:
        """False when Redis did not take it; it is never an error of the publisher's work."""
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                await self._redis.publish(channel, payload)
        except REDIS_FAILURES as error:
            log.warning("nothing published on %s: %r", channel, error)
            return False
        return True

    async def subscribe(
        self,
        channel: str,
        *,
        ready: Callable[[], None] | None = None,
    ) -> AsyncIterator[bytes]:
        """Payloads as they come, for ever; reconnects by itself.

        ``ready`` is called whenever the subscription is (again) in place: what was published
        before is not delivered, so read the state anew there.
        """
        failures = 0
        while True:
            listener = self._redis.pubsub(ignore_subscribe_messages=False)
            try:
                await listener.subscribe(channel)
                while True:
                    message = await listener.get_message(timeout=_LISTEN_S)
                    if message is None:
                        await listener.ping()
                    elif message["type"] == "subscribe":
                        failures = 0
                        if ready is not None:
                            ready()
                    elif message["type"] == "message":
                        yield message["data"]
            except REDIS_FAILURES as error:
                failures += 1
                PUBSUB_RECONNECTS.inc()
                log.warning("subscription to %s lost: %r", channel, error)
            finally:
                await listener.aclose()  # type: ignore[no-untyped-call]  # redis 5 has no types here
            pause = min(_LONGEST_PAUSE_S, 0.1 * 2 ** min(failures, 6))
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter

    async def close(self) -> None:
        """Close the connections; subscriptions end by closing their iterators."""
        await self._redis.aclose()
