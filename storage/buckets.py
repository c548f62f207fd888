"""Token buckets in Redis, shared by all processes; in this process alone while Redis is away."""

import asyncio
import logging
import time
from typing import cast

from arq.connections import ArqRedis

from storage.metrics import BUCKET_FALLBACKS
from storage.redis import REDIS_FAILURES, connect

log = logging.getLogger(__name__)

TAKE_WITHIN_S = 2.0
_MAX_LOCAL = 10_000

# KEYS[1] bucket; ARGV rate per second, burst. Takes a token, if need be one that is still to come;
# returns the wait for it in microseconds. By Redis's own clock, so that hosts need not agree.
_TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1e6
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(held[1]) or burst
tokens = math.min(burst, tokens + math.max(0, at - (tonumber(held[2]) or at)) * rate) - 1
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', at))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
return math.max(0, math.ceil(-tokens / rate * 1e6))
"""


class TokenBuckets:
    """Whoever waits has a place: ``take`` gives a token that may be still to come.

    Were the waiting to ask again instead, each token would wake all of them for one to have it.
    """

    def __init__(self, redis: str | ArqRedis) -> None:
        self._redis = connect(redis)
        self._script = self._redis.register_script(_TAKE)
        self._local: dict[str, tuple[float, float]] = {}

    async def take(self, key: str, rate_per_s: float, burst: float) -> float:
        """Seconds until the token that was taken may be used; 0: go."""
        try:
            async with asyncio.timeout(TAKE_WITHIN_S):
                wait = await self._script(keys=[f"parley:bucket:{key}"], args=[rate_per_s, burst])
        except REDIS_FAILURES as error:
            BUCKET_FALLBACKS.inc()
            log.warning("rate limit %s decided without Redis: %r", key, error)
            return self._take_local(key, rate_per_s, burst)
        return cast("int", wait) / 1e6

    async def close(self) -> None:
        """Let Redis go."""
        await self._redis.aclose()

    def _take_local(self, key: str, rate: float, burst: float) -> float:
        if len(self._local) >= _MAX_LOCAL:
            self._local.clear()  # generous for a moment rather than growing without end
        now = time.monotonic()
        tokens, at = self._local.get(key, (burst, now))
        tokens = min(burst, tokens + (now - at) * rate)
        self._local[key] = (tokens - 1, now)
        return max(0.0, (1 - tokens) / rate)
