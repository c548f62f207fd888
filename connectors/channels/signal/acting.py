"""Deletions, reactions and "typing" by signal-cli's JSON-RPC.

https://github.com/AsamK/signal-cli/blob/master/man/signal-cli.1.adoc
"""

from typing import Any

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.signal.daemon import Daemon
from connectors.channels.signal.inbound import GROUP, SELF
from connectors.contract import Accepted, SendOutcome
from connectors.kit.acting import Step, in_order


async def perform(daemon: Daemon, act: OutboundAct) -> SendOutcome:
    """One call for each piece; a reaction of ours is replaced by a new one."""
    return await in_order([_step(daemon, act, id) for id in act.native_ids])


def _step(daemon: Daemon, act: OutboundAct, native_id: str) -> Step:
    author, _, stamp = native_id.rpartition("#")
    target: dict[str, Any] = {"targetTimestamp": int(stamp), **_place(act.thread_key, act)}
    method = "remoteDelete"
    if act.kind == "react":
        method = "sendReaction"
        whose = daemon.number if author == SELF else author
        target |= {"targetAuthor": whose, "emoji": act.emoji or act.before}
        target |= {} if act.emoji else {"remove": True}

    async def step() -> SendOutcome:
        return _done(await daemon.call(method, target, act.id))

    return step


def _done(outcome: SendOutcome) -> SendOutcome:
    """What the call itself is known by is of no use."""
    return Accepted(native_ids=()) if isinstance(outcome, Accepted) else outcome


def _place(thread_key: str, to: OutboundAct | Correspondent) -> dict[str, Any]:
    if thread_key.startswith(GROUP):
        return {"groupId": thread_key.removeprefix(GROUP)}
    return {"recipient": [thread_key or to.recipient.value]}


async def show_typing(daemon: Daemon, to: Correspondent) -> SendOutcome:
    """Shown for fifteen seconds, or until a message comes."""

    async def step() -> SendOutcome:
        return _done(await daemon.call("sendTyping", _place(to.thread_key, to), "typing"))

    return await in_order([step])
