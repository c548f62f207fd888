"""Acts of several requests, and what counts as done already."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from connectors.contract import Accepted, Rejected, SendOutcome
from connectors.kit.outcomes import attempt

Step = Callable[[], Awaitable[SendOutcome]]


async def in_order(steps: Sequence[Step]) -> SendOutcome:
    """All of them; the first that is not accepted ends it: an act may be repeated as a whole."""
    ids: list[str] = []
    for step in steps:
        outcome = await attempt(step)
        if not isinstance(outcome, Accepted):
            return outcome
        ids += outcome.native_ids
    return Accepted(native_ids=tuple(ids))


def unless(outcome: SendOutcome, codes: Collection[str]) -> SendOutcome:
    """Accepted where the provider refuses because it is so already."""
    if isinstance(outcome, Rejected) and outcome.code in codes:
        return Accepted(native_ids=())
    return outcome
