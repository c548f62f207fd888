"""Health checks that say "cannot be known" instead of raising when the line is down."""

from collections.abc import Awaitable, Callable

from connectors.contract import Health
from connectors.http import LineBroken, NotSent


async def probe(check: Callable[[], Awaitable[Health]]) -> Health:
    """``check``, or an unknown health with the line's words."""
    try:
        return await check()
    except (NotSent, LineBroken, TimeoutError) as error:
        return Health(ok=None, detail=f"the provider cannot be reached: {error}")
