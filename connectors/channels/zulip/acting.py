"""Edits and deletions by Zulip's REST API (https://zulip.com/api/update-message).

The organisation decides for how long a bot may do either; its refusal is told.
"""

from connectors.acts import OutboundAct
from connectors.channels.zulip.outbound import ZulipApi
from connectors.contract import Accepted, Rejected, SendOutcome
from connectors.kit.acting import Step, in_order

UNKNOWN = "Invalid message"  # Zulip has no code for it


async def perform(api: ZulipApi, act: OutboundAct) -> SendOutcome:
    """One call for each piece."""
    return await in_order([_step(api, act, id) for id in act.native_ids])


def _step(api: ZulipApi, act: OutboundAct, id: str) -> Step:
    """What is gone already need not be deleted."""
    words = act.text if act.kind == "edit" else None

    async def step() -> SendOutcome:
        outcome = await api.change(id, words)
        gone = words is None and isinstance(outcome, Rejected) and UNKNOWN in outcome.reason
        return Accepted(native_ids=()) if gone else outcome

    return step
