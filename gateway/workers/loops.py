"""Bells: how a wake-up reaches the loop that sleeps."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence


class Bell:
    """Rings are remembered until somebody looks."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._names: set[str] = set()

    def ring(self, name: str = "") -> None:
        """Wake who waits."""
        self._names.add(name)
        self._event.set()

    async def heard(self, timeout_s: float) -> set[str]:
        """What rang; empty when nothing did in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return set()
        self._event.clear()
        names, self._names = self._names, set()
        return names


Subscribe = Callable[[], AsyncIterator[bytes]]


async def listen(
    subscribe: Subscribe, bells: Mapping[str, Sequence[Bell]], otherwise: Bell
) -> None:
    """Hand ``kind:name`` to the bells of its kind; anything else rings ``otherwise``.

    Ends by cancellation: the subscription reconnects by itself.
    """
    async for raw in subscribe():
        kind, _, name = raw.decode("utf-8", "replace").partition(":")
        for bell in bells.get(kind, (otherwise,)):
            bell.ring(name)
