"""Queries of sessions, tokens and agents."""

from datetime import datetime, timedelta

from gateway.auth.model import SessionId, SessionRecord, TokenId, TokenRecord
from normalizer.model import AgentId
from storage.migrations import Index
from storage.mongo import Mongo
from ticketing.model import Agent

MOST_AGENTS = 2_000
MOST_TOKENS = 200

INDEXES = (
    Index(collection="sessions", keys=(("agent_id", 1),), name="agent"),
    Index(collection="sessions", keys=(("expires_at", 1),), name="expiry", expire_after_s=0),
    Index(collection="api_tokens", keys=(("digest", 1),), unique=True, name="digest"),
    Index(collection="api_tokens", keys=(("agent_id", 1),), name="agent"),
    Index(collection="agents", keys=(("email", 1),), unique=True, name="email"),
)


class AuthStore:
    """Every read is by a unique key or bounded."""

    def __init__(self, mongo: Mongo) -> None:
        self.sessions = mongo.collection("sessions", SessionRecord)
        self.tokens = mongo.collection("api_tokens", TokenRecord)
        self.agents = mongo.collection("agents", Agent)

    async def agent_by_email(self, email: str) -> Agent | None:
        """Addresses are stored in lower case."""
        return await self.agents.find_one({"email": email.lower()})

    async def all_agents(self) -> list[Agent]:
        """Every agent by name, the inactive ones too."""
        return await self.agents.find({}, sort=(("name", 1), ("_id", 1)), limit=MOST_AGENTS)

    async def end_sessions(self, agent_id: AgentId) -> int:
        """Log an agent out everywhere."""
        return await self.sessions.delete({"agent_id": agent_id})

    async def end_session(self, session_id: SessionId) -> None:
        """Log out once; unknown sessions are none."""
        await self.sessions.delete({"_id": session_id})

    async def tokens_of(self, agent_id: AgentId) -> list[TokenRecord]:
        """Oldest first."""
        return await self.tokens.find({"agent_id": agent_id}, sort=(("_id", 1),), limit=MOST_TOKENS)

    async def token_by_digest(self, digest: str) -> TokenRecord | None:
        """The token whose SHA-256 this is."""
        return await self.tokens.find_one({"digest": digest})

    async def token_used(self, record: TokenRecord, now: datetime) -> None:
        """Note the use, at most once an hour: a read must not cost a write each time."""
        if record.last_used_at is None or now - record.last_used_at > timedelta(hours=1):
            await self.tokens.update({"_id": record.id}, {"$set": {"last_used_at": now}})

    async def drop_token(self, agent_id: AgentId, token_id: TokenId) -> bool:
        """False when the agent has no such token."""
        return await self.tokens.delete({"_id": token_id, "agent_id": agent_id}) > 0
