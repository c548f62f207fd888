"""Records as answers: pure, and the only place that knows both shapes."""

from datetime import datetime

from gateway.api import schemas as s
from gateway.auth.model import TokenRecord
from ticketing import model


def time(moment: datetime) -> str:
    """ISO 8601, UTC, milliseconds, Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def maybe_time(moment: datetime | None) -> str | None:
    """As ``time``."""
    return None if moment is None else time(moment)


def initials(name: str) -> str:
    """Two letters at most: first and last word; of a Chinese name its last two characters."""
    words = name.split()
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][-2:] if not words[0].isascii() else words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def agent(found: model.Agent) -> s.Agent:
    """An agent, without what only the server knows."""
    return s.Agent(
        id=found.id,
        name=found.name,
        email=found.email,
        role=found.role,
        initials=initials(found.name),
        active=found.active,
    )


def agent_ref(found: model.Agent) -> s.AgentRef:
    """An agent in a row."""
    return s.AgentRef(id=found.id, name=found.name, initials=initials(found.name))


def token(record: TokenRecord) -> s.Token:
    """A token, without its secret."""
    return s.Token(
        id=record.id,
        name=record.name,
        scopes=list(record.scopes),
        created_at=time(record.created_at),
        expires_at=maybe_time(record.expires_at),
        last_used_at=maybe_time(record.last_used_at),
    )
