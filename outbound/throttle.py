"""How long a message has to wait for its provider's rate limits."""

from connectors.contract import OutboundMessage
from connectors.manifest import Rate
from outbound.model import Outlet
from storage.buckets import TokenBuckets


class Throttle:
    """Buckets are shared by all workers; their keys are the manifest's, scoped to the inbox."""

    def __init__(self, buckets: TokenBuckets) -> None:
        self._buckets = buckets

    async def wait_s(self, outlet: Outlet, message: OutboundMessage) -> float:
        """Takes the message's place with every limit; 0 to go now, else when it may go.

        The sender names its keys: ``inbox...`` or ``recipient:<who>``.
        """
        if outlet.sender is None or not outlet.manifest.limits.rates:
            return 0.0
        waits = [await self._take(outlet, key) for key in outlet.sender.rate_keys(message)]
        return max(waits, default=0.0)

    async def _take(self, outlet: Outlet, key: str) -> float:
        rate = _rate(outlet, key)
        if rate is None:
            return 0.0
        return await self._buckets.take(
            f"send:{outlet.inbox.id}:{key}", rate.per_s, float(rate.burst)
        )


def _rate(outlet: Outlet, key: str) -> Rate | None:
    kind = key.partition(":")[0]
    return next((rate for rate in outlet.manifest.limits.rates if rate.key == kind), None)
