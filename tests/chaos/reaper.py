"""Kills -9 what runs, one at a time and at random, and lets it be started again."""

import asyncio
import random
import socket
from collections import Counter
from urllib.parse import urlsplit

from tests.site import ROLES, Site


class Reaper:
    """Kills every ``pause`` seconds until told to stop; ``killed`` counts by role."""

    def __init__(self, site: Site, seed: int, pause: float = 2.5) -> None:
        self.killed: Counter[str] = Counter()
        self._site = site
        self._random = random.Random(seed)
        self._pause = pause

    async def run(self, rounds: int) -> None:
        """``rounds`` rounds over all roles, each round in another order; Redis is wiped once."""
        for number in range(rounds):
            for role in self._random.sample(ROLES, len(ROLES)):
                await asyncio.sleep(self._pause * self._random.uniform(0.6, 1.4))
                self.killed[role] += self._site.kill(role)
            if number == 0:
                await self._wipe_redis()

    async def _wipe_redis(self) -> None:
        for _ in range(100):
            try:
                await asyncio.to_thread(flush_redis, self._site.redis_url)
            except OSError:
                await asyncio.sleep(0.1)  # it was just killed
            else:
                self.killed["redis wiped"] += 1
                return
        raise AssertionError("Redis never came back to be wiped")


def flush_redis(url: str) -> None:
    """FLUSHALL over a bare socket; raises OSError when nobody answers."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=2) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        if not connection.recv(16).startswith(b"+OK"):
            raise ConnectionError("Redis did not confirm")
