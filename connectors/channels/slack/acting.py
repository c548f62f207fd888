"""Edits, deletions and reactions by Slack's Web API."""

from typing import Any

import msgspec

from connectors.acts import OutboundAct
from connectors.channels.slack.outbound import JSON, SlackApi, escaped, outcome_of
from connectors.contract import Accepted, SendOutcome
from connectors.kit.acting import Step, in_order, unless
from connectors.kit.emoji_names import NAMES_OUT

DONE = {
    "chat.delete": {"message_not_found"},
    "reactions.add": {"already_reacted"},
    "reactions.remove": {"no_reaction"},
}


async def perform(api: SlackApi, act: OutboundAct) -> SendOutcome:
    """One call for each piece; of reactions the old one goes first."""
    return await in_order([step for id in act.native_ids for step in _steps(api, act, id)])


def _steps(api: SlackApi, act: OutboundAct, native_id: str) -> list[Step]:
    channel, _, ts = native_id.partition("#")
    if act.kind == "edit":
        return [
            _step(api, "chat.update", {"channel": channel, "ts": ts, "text": escaped(act.text)})
        ]
    if act.kind == "delete":
        return [_step(api, "chat.delete", {"channel": channel, "ts": ts})]
    steps = {"reactions.remove": act.before, "reactions.add": act.emoji}
    return [
        _step(
            api, method, {"channel": channel, "timestamp": ts, "name": NAMES_OUT.get(emoji, emoji)}
        )
        for method, emoji in steps.items()
        if emoji
    ]


def _step(api: SlackApi, method: str, body: dict[str, Any]) -> Step:
    async def step() -> SendOutcome:
        outcome = outcome_of(await api.call(method, msgspec.json.encode(body), JSON))
        if isinstance(outcome, Accepted):
            return Accepted(native_ids=())
        return unless(outcome, DONE.get(method, ()))

    return step
