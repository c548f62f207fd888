"""Agents answer while things die: each reply is repeated under its key until it is taken."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from tests.api_client import ApiClient, ApiProblem
from tests.chaos.traffic import PATIENCE_S, Refused


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One reply that the API took."""

    message_id: str
    channel: str
    text: str


def _passing(problem: ApiProblem) -> bool:
    """What a client repeats: a killed edge leaves its key claimed by an attempt that is no more."""
    held = problem.status == 409 and problem.document["type"] == "/problems/in-progress"
    return held or problem.status >= 500 or problem.status == 429


async def answer(client: ApiClient, ticket_id: str, serial: int) -> Answered:
    """Write to the ticket's latest conversation; returns once the API has taken it."""
    deadline = time.monotonic() + PATIENCE_S
    text = f"Answer {serial} from Halden, unique {serial * 7919}."
    key = f"chaos-reply-{serial}"
    body: dict[str, object] = {}
    while time.monotonic() < deadline:
        try:
            if not body:
                ticket = await client.call("GET", f"/tickets/{ticket_id}")
                conversation = ticket["conversations"][0]
                body = {"conversation_id": conversation["id"], "text": text, "send_anyway": True}
            message = await client.call("POST", f"/tickets/{ticket_id}/replies", body, key=key)
        except ApiProblem as problem:
            if not _passing(problem):
                raise
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass
        else:
            return Answered(message_id=message["id"], channel=message["channel"], text=text)
        await asyncio.sleep(0.5)
    raise Refused(text)
