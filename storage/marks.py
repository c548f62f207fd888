"""Last words by name in a Redis hash: they are repeated soon, so losing them costs nothing."""

import asyncio
import logging
from typing import Any

from arq.connections import ArqRedis

from storage.redis import REDIS_FAILURES, connect

log = logging.getLogger(__name__)

WITHIN_S = 2.0


class Marks:
    """One hash; a Redis that is away holds nothing and takes nothing."""

    def __init__(self, redis: str | ArqRedis, name: str) -> None:
        self._redis = connect(redis)
        self._key = f"parley:marks:{name}"

    async def put(self, name: str, value: bytes) -> None:
        """Replaces the last one."""
        await self._ask("HSET", name, value)

    async def get(self, name: str) -> bytes | None:
        """None also while Redis is away."""
        found: bytes | None = await self._ask("HGET", name)
        return found

    async def all(self) -> dict[str, bytes]:
        """Everything; empty while Redis is away."""
        found: dict[bytes, bytes] = await self._ask("HGETALL") or {}
        return {name.decode(): value for name, value in found.items()}

    async def _ask(self, command: str, *args: str | bytes) -> Any:  # noqa: ANN401  Redis's answer
        try:
            async with asyncio.timeout(WITHIN_S):
                # redis 5 has no types here
                return await self._redis.execute_command(  # type: ignore[no-untyped-call]
                    command, self._key, *args
                )
        except REDIS_FAILURES as error:
            log.warning("marks are away: %r", error)
            return None
