"""Edits, deletions, reactions and "typing" by Mattermost's REST API."""

from typing import Any

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.mattermost.outbound import MattermostApi, refused
from connectors.contract import Accepted, SendOutcome
from connectors.kit.acting import Step, in_order
from connectors.kit.emoji_names import NAMES_OUT
from connectors.kit.outcomes import attempt

GONE = 404


async def perform(api: MattermostApi, own_id: str, act: OutboundAct) -> SendOutcome:
    """One call for each piece; of reactions the old one goes first."""
    return await in_order([step for id in act.native_ids for step in _steps(api, own_id, act, id)])


def _steps(api: MattermostApi, own_id: str, act: OutboundAct, post: str) -> list[Step]:
    if act.kind == "edit":
        return [_step(api, "PUT", f"/posts/{post}/patch", {"message": act.text})]
    if act.kind == "delete":
        return [_step(api, "DELETE", f"/posts/{post}")]
    steps: list[Step] = []
    if act.before:
        name = NAMES_OUT.get(act.before, act.before)
        steps.append(_step(api, "DELETE", f"/users/{own_id}/posts/{post}/reactions/{name}"))
    if act.emoji:
        name = NAMES_OUT.get(act.emoji, act.emoji)
        mine = {"user_id": own_id, "post_id": post, "emoji_name": name}
        steps.append(_step(api, "POST", "/reactions", mine))
    return steps


def _step(api: MattermostApi, method: str, path: str, said: dict[str, Any] | None = None) -> Step:
    """What is gone already need not be deleted."""

    async def step() -> SendOutcome:
        reply = await api.call(method, path, said)
        gone = method == "DELETE" and reply.status == GONE
        return Accepted(native_ids=()) if reply.ok or gone else refused(reply)

    return step


async def show_typing(api: MattermostApi, to: Correspondent) -> SendOutcome:
    """Shown for some seconds, in the thread that the reply belongs to."""
    channel, _, root = to.thread_key.partition(":")

    async def ask() -> SendOutcome:
        place = {"channel_id": channel, "parent_id": root}
        reply = await api.call("POST", "/users/me/typing", place)
        return Accepted(native_ids=()) if reply.ok else refused(reply)

    return await attempt(ask)
