"""Agents as commands name them."""

from collections.abc import Sequence

from normalizer.model import AgentId
from storage.mongo import Session
from ticketing.errors import Invalid
from ticketing.store import Collections


async def check_agents(
    collections: Collections, session: Session, agent_ids: Sequence[AgentId], field: str
) -> None:
    """Raises Invalid, which names ``field``, when one is unknown or no longer works here."""
    found = await collections.agents.by_ids(agent_ids, session=session)
    if any(id not in found or not found[id].active for id in agent_ids):
        raise Invalid(field, "there is no such agent")
