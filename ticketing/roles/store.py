"""Queries of roles and teams."""

from collections.abc import Iterable

from connectors.contract import InboxId
from storage.mongo import Mongo, Session
from ticketing.errors import Invalid
from ticketing.model import Agent, Inbox
from ticketing.roles.model import Role, Team

MOST_AGENTS = 2_000
MOST_ROLES = 500
MOST_TEAMS = 2_000


class RoleStore:
    """Both are small: they are read whole."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.roles = mongo.collection("roles", Role)
        self.teams = mongo.collection("teams", Team)
        self.agents = mongo.collection("agents", Agent)
        self.inboxes = mongo.collection("inboxes", Inbox)

    async def all_roles(self, session: Session | None = None) -> list[Role]:
        """Those that the site made, and what it laid down of built-in ones."""
        return await self.roles.find({}, sort=(("name", 1),), limit=MOST_ROLES, session=session)

    async def all_teams(self, session: Session | None = None) -> list[Team]:
        """Those that were replaced, too."""
        return await self.teams.find({}, sort=(("name", 1),), limit=MOST_TEAMS, session=session)

    async def agents_of(self, session: Session) -> list[Agent]:
        """Everybody."""
        return await self.agents.find({}, limit=MOST_AGENTS, session=session)

    async def holders(self, role_id: str, session: Session) -> list[Agent]:
        """Who has this role, the inactive too."""
        return await self.agents.find({"role": role_id}, limit=MOST_AGENTS, session=session)

    async def give_role(self, before: str, after: str, session: Session) -> None:
        """All holders of one role get another."""
        await self.agents.update_many({"role": before}, {"$set": {"role": after}}, session=session)

    async def members(self, team_id: str, session: Session) -> list[Agent]:
        """Who is in the team."""
        return await self.agents.find({"team_ids": team_id}, limit=MOST_AGENTS, session=session)

    async def set_members(self, team_id: str, ids: Iterable[str], session: Session) -> None:
        """These and nobody else. Raises Invalid for somebody who does not exist."""
        wanted = set(ids)
        known = await self.agents.by_ids(wanted, session=session)
        if missing := sorted(wanted - known.keys()):
            raise Invalid("member_ids", f"there is no agent {missing[0]!r}")
        before = {one.id for one in await self.members(team_id, session)}
        joins, leaves = {"$addToSet": {"team_ids": team_id}}, {"$pull": {"team_ids": team_id}}
        changes = [({"_id": id}, joins) for id in wanted - before]
        changes += [({"_id": id}, leaves) for id in before - wanted]
        await self.agents.update_each(changes, session=session)

    async def move_members(self, before: str, after: str, session: Session) -> None:
        """Of one team into another."""
        ids = [one.id for one in await self.members(before, session)]
        for change in ({"$addToSet": {"team_ids": after}}, {"$pull": {"team_ids": before}}):
            await self.agents.update_each((({"_id": id}, change) for id in ids), session=session)

    async def check_inboxes(self, ids: Iterable[InboxId], session: Session) -> None:
        """Raises Invalid for one that does not exist."""
        known = await self.inboxes.by_ids(ids, session=session)
        if missing := sorted(set(ids) - known.keys()):
            raise Invalid("inbox_ids", f"there is no inbox {missing[0]!r}")
