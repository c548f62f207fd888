"""Token buckets in memory: a bound per client and process, without a round trip."""

from collections import OrderedDict
from math import ceil

import msgspec

MOST_CLIENTS = 20_000


class Bucket(msgspec.Struct):
    """``left`` tokens at ``at`` (seconds of the loop's clock)."""

    left: float
    at: float


class Limiter:
    """One bucket for each (operation, client); the least recently used are forgotten."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def take(self, operation: str, client: str, per_s: float, burst: int, now: float) -> int:
        """0 when it may go on, else whole seconds to wait."""
        key = (operation, client)
        bucket = self._buckets.pop(key, None) or Bucket(burst, now)
        bucket.left = min(burst, bucket.left + (now - bucket.at) * per_s)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return max(1, ceil((1 - bucket.left) / per_s))
        bucket.left -= 1
        return 0
