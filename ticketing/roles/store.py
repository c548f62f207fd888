"""Queries of roles and teams."""

from storage.mongo import Mongo, Session
from ticketing.roles.model import Role, Team

MOST_ROLES = 500
MOST_TEAMS = 2_000


class RoleStore:
    """Both are small: they are read whole."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.roles = mongo.collection("roles", Role)
        self.teams = mongo.collection("teams", Team)

    async def all_roles(self, session: Session | None = None) -> list[Role]:
        """Those that the site made, and what it laid down of built-in ones."""
        return await self.roles.find({}, sort=(("name", 1),), limit=MOST_ROLES, session=session)

    async def all_teams(self, session: Session | None = None) -> list[Team]:
        """Those that were replaced, too."""
        return await self.teams.find({}, sort=(("name", 1),), limit=MOST_TEAMS, session=session)
