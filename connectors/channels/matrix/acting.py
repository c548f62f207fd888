"""Edits, redactions, annotations and "typing" by the client-server API.

https://spec.matrix.org/latest/client-server-api/#event-replacements
"""

from typing import Any
from urllib.parse import quote

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.matrix.outbound import MatrixApi, refused
from connectors.contract import Accepted, Rejected, SendOutcome
from connectors.kit.acting import Step, in_order
from connectors.kit.outcomes import attempt

TYPING_MS = 8_000


async def perform(api: MatrixApi, act: OutboundAct) -> SendOutcome:
    """Each step under a transaction id of its own, which the homeserver takes once."""
    if not act.thread_key:
        return Rejected(reason="there is no room with this person yet")
    return await in_order(_steps(api, act))


def _steps(api: MatrixApi, act: OutboundAct) -> list[Step]:
    room = f"/_matrix/client/v3/rooms/{quote(act.thread_key, safe='')}"
    if act.kind == "delete":
        return [_redact(api, room, id, f"{act.id}.{n}") for n, id in enumerate(act.native_ids)]
    if act.kind == "edit":
        path = f"{room}/send/m.room.message/{quote(f'{act.id}.0', safe='')}"
        return [_put(api, path, _replacement(act.native_ids[0], act.text))]
    steps = [_redact(api, room, act.before_id, f"{act.id}.0")] if act.before_id else []
    if act.emoji:
        about = {"rel_type": "m.annotation", "event_id": act.native_ids[0], "key": act.emoji}
        path = f"{room}/send/m.reaction/{quote(f'{act.id}.1', safe='')}"
        steps.append(_put(api, path, {"m.relates_to": about}, named=True))
    return steps


def _replacement(event_id: str, text: str) -> dict[str, Any]:
    new = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    return {
        **new,
        "body": f"* {text}",
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def _redact(api: MatrixApi, room: str, event_id: str, txn: str) -> Step:
    return _put(api, f"{room}/redact/{quote(event_id, safe='')}/{quote(txn, safe='')}", {})


def _put(api: MatrixApi, path: str, content: dict[str, Any], *, named: bool = False) -> Step:
    """``named``: the new event's id is kept, to be redacted one day."""

    async def step() -> SendOutcome:
        reply = await api.put(path, content)
        if not reply.ok:
            return refused(reply)
        return Accepted(native_ids=(api.event_id(reply),) if named else ())

    return step


async def show_typing(api: MatrixApi, own_id: str, to: Correspondent) -> SendOutcome:
    """Shown for eight seconds, or until a message comes."""
    room, user = quote(to.thread_key, safe=""), quote(own_id, safe="")

    async def ask() -> SendOutcome:
        path = f"/_matrix/client/v3/rooms/{room}/typing/{user}"
        reply = await api.put(path, {"typing": True, "timeout": TYPING_MS})
        return Accepted(native_ids=()) if reply.ok else refused(reply)

    return await attempt(ask)
