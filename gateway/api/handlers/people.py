"""Agents: who answers, and who may see what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.contract import InboxId
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.auth.passwords import hash_password
from gateway.auth.sessions import Sessions
from gateway.auth.store import AuthStore
from gateway.errors import Refused
from normalizer.model import AgentId
from storage.ids import new_id
from ticketing.model import Agent
from ticketing.permissions import Viewer, allowed
from ticketing.roles.current import CurrentAccess


class PeopleApi:
    """Agents over their store."""

    def __init__(self, store: AuthStore, sessions: Sessions, access: CurrentAccess) -> None:
        self._store = store
        self._sessions = sessions
        self._access = access

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listAgents": self.list_agents,
            "createAgent": self.create,
            "changeAgent": self.change,
        }

    async def list_agents(self, call: Call[None, None]) -> Result:
        """The inactive ones too: old tickets name them."""
        return s.AgentList(items=[views.agent(one) for one in await self._store.all_agents()])

    async def create(self, call: Call[r.NewAgent, None]) -> Result:
        """409 when the address is taken."""
        made = await new_agent(call.body, call.now)
        await self._check(made)
        if not await self._store.agents.insert(made):
            raise Refused(409, "taken", "an agent has this address", field="email")
        call.note("agent", made.id, made.name, after=made)
        return views.agent(made)

    async def change(self, call: Call[r.AgentChange, None]) -> Result:
        """A new password or deactivation ends every session; nobody locks themself out."""
        agent_id = AgentId(call.params["id"])
        found = await self._store.agents.get(agent_id)
        if found is None:
            raise Refused(404, "not-found", "there is no such agent")
        values = await _values(call.body)
        changed = msgspec.structs.replace(found, **values)
        viewer = await self._check(changed)
        stays = changed.active and allowed(viewer, "administer")
        if agent_id == call.agent.id and not stays:
            raise Refused(409, "last-admin", "another administrator must do this to you")
        if values:
            await self._store.agents.update({"_id": agent_id}, {"$set": values})
        if changed.password_hash != found.password_hash or not changed.active:
            await self._store.end_sessions(agent_id)
        await self._sessions.changed()
        call.note("agent", agent_id, changed.name, before=found, after=changed)
        return views.agent(changed)

    async def _check(self, agent: Agent) -> Viewer:
        """What the agent would see. Refused for a role or team that is not there."""
        access = await self._access.now()
        if agent.role not in access.roles:
            raise Refused(422, "invalid", f"there is no role {agent.role!r}", field="role")
        for id in agent.team_ids:
            if access.team(id) is None:
                raise Refused(422, "invalid", f"there is no team {id!r}", field="team_ids")
        return Viewer.of(agent, access=access)


async def new_agent(wanted: r.NewAgent, now: datetime) -> Agent:
    """The record of a new agent; addresses are kept in lower case."""
    return Agent(
        id=AgentId(new_id(now)),
        email=wanted.email.lower(),
        name=wanted.name,
        role=wanted.role,
        team_ids=tuple(dict.fromkeys(wanted.team_ids)),
        inbox_ids=tuple(InboxId(one) for one in wanted.inbox_ids or ()),
        all_inboxes=wanted.inbox_ids is None,
        password_hash=await hash_password(wanted.password),
        created_at=now,
    )


async def _values(wanted: r.AgentChange) -> dict[str, Any]:
    """What is to be stored: the fields that are given and no others."""
    values: dict[str, Any] = {
        name: value
        for name in ("name", "role", "active")
        if (value := getattr(wanted, name)) is not msgspec.UNSET
    }
    if wanted.inbox_ids is not msgspec.UNSET:
        values["all_inboxes"] = wanted.inbox_ids is None
        values["inbox_ids"] = tuple(wanted.inbox_ids or ())
    if wanted.team_ids is not msgspec.UNSET:
        values["team_ids"] = tuple(dict.fromkeys(wanted.team_ids))
    if wanted.password is not msgspec.UNSET:
        values["password_hash"] = await hash_password(wanted.password)
    return values
