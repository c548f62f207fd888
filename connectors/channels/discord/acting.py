"""Edits, deletions, reactions and "typing" by Discord's REST API."""

from typing import Any
from urllib.parse import quote

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.discord.outbound import DiscordApi, outcome_of
from connectors.contract import Accepted, SendOutcome
from connectors.http import HttpReply
from connectors.kit.acting import Step, in_order, unless
from connectors.kit.outcomes import attempt

UNKNOWN_MESSAGE, UNKNOWN_EMOJI = "10008", "10014"


async def perform(api: DiscordApi, act: OutboundAct) -> SendOutcome:
    """One call for each piece; of reactions the old one goes first."""
    channel = act.thread_key or await api.direct(act.recipient.value)
    if not isinstance(channel, str):
        return channel
    return await in_order([step for id in act.native_ids for step in _steps(api, channel, act, id)])


def _steps(api: DiscordApi, channel: str, act: OutboundAct, id: str) -> list[Step]:
    message = f"/channels/{channel}/messages/{id}"
    if act.kind == "edit":
        said = {"content": act.text, "allowed_mentions": {"parse": []}}
        return [_step(api, "PATCH", message, said)]
    if act.kind == "delete":
        return [_step(api, "DELETE", message, done=UNKNOWN_MESSAGE)]
    mine = f"{message}/reactions/{{}}/@me"
    steps = {"DELETE": act.before, "PUT": act.emoji}
    return [
        _step(api, method, mine.format(quote(emoji)), done=UNKNOWN_EMOJI if emoji else "")
        for method, emoji in steps.items()
        if emoji
    ]


def _step(
    api: DiscordApi, method: str, path: str, said: dict[str, Any] | None = None, *, done: str = ""
) -> Step:
    async def step() -> SendOutcome:
        outcome = _done(await api.call(method, path, said))
        return unless(outcome, {done}) if method == "DELETE" else outcome

    return step


def _done(reply: HttpReply) -> SendOutcome:
    """Any success will do: most answers here are empty."""
    return Accepted(native_ids=()) if reply.ok else outcome_of(reply)


async def show_typing(api: DiscordApi, to: Correspondent) -> SendOutcome:
    """Shown for ten seconds, or until a message comes."""

    async def ask() -> SendOutcome:
        return _done(await api.call("POST", f"/channels/{to.thread_key}/typing", None))

    return await attempt(ask)
