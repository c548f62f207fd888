"""Agents' profiles and presence over their commands."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import staffing as f
from gateway.api.views import maybe_time, time
from gateway.people import People
from gateway.presence import Attendance
from normalizer.model import AgentId
from ticketing.staffing.handlers import Staffing
from ticketing.staffing.model import CAPACITY, Profile, Sign
from ticketing.staffing.policy import ProfileChange, at_work, on_shift


class StaffingApi:
    """Thin."""

    def __init__(self, staffing: Staffing, attendance: Attendance, agents: People) -> None:
        self._staffing = staffing
        self._attendance = attendance
        self._agents = agents

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "getAgentProfile": self.get,
            "changeAgentProfile": self.change,
            "listPresence": self.presence,
            "signPresence": self.sign,
        }

    async def get(self, call: Call[None, None]) -> Result:
        """Empty for who has none yet."""
        found = await self._staffing.get(call.viewer, call.params["id"])
        return _shown(found, call.now)

    async def change(self, call: Call[f.ProfileChange, None]) -> Result:
        """409 when somebody else changed it since ``version``."""
        asked = msgspec.to_builtins(call.body)
        change = msgspec.convert(asked, ProfileChange)
        saved = await self._staffing.change(call.viewer, call.params["id"], change, call.now)
        return _shown(saved, call.now)

    async def presence(self, call: Call[None, None]) -> Result:
        """Those who left the house are not among them."""
        signs = await self._attendance.everybody()
        profiles = {one.id: one for one in await self._staffing.all(call.viewer)}
        agents = [one for one in (await self._agents.all()).values() if one.active]
        return f.AgentPresenceList(
            items=[_state(one.id, signs.get(one.id), profiles.get(one.id), call.now)
                   for one in agents]
        )  # fmt: skip

    async def sign(self, call: Call[f.PresenceSign, None]) -> Result:
        """By the server's clock."""
        me = call.agent.id
        new = Sign(
            agent_id=me,
            chosen=call.body.state or "online",
            active_at=call.now,
            open_at=call.now,
        )
        sign = await self._attendance.sign(new, call.body.state, active=call.body.active)
        profile = await self._staffing.get(call.viewer, me)
        return _state(me, sign, profile, call.now)


def _state(
    id: AgentId, sign: Sign | None, profile: Profile | None, now: datetime
) -> f.AgentPresence:
    return f.AgentPresence(
        agent_id=id,
        state=at_work(sign, now),
        on_shift=on_shift(profile or Profile(id=id), now),
        since=maybe_time(sign.active_at) if sign else None,
    )


def _shown(profile: Profile, now: datetime) -> f.AgentProfile:
    return f.AgentProfile(
        agent_id=profile.id,
        version=profile.version,
        skills=[f.Skill(key=one.key, level=one.level) for one in profile.skills],
        languages=list(profile.languages),
        time_zone=profile.time_zone,
        shifts=[
            f.Shift(day=one.day, hours=f.Hours(start=one.hours.start, end=one.hours.end))
            for one in profile.shifts
        ],
        exceptions=[
            f.OtherDay(
                date=one.date,
                hours=[f.Hours(start=hours.start, end=hours.end) for hours in one.hours],
            )
            for one in profile.exceptions
        ],
        capacity={**CAPACITY, **profile.capacity},
        on_shift=on_shift(profile, now),
        updated_at=time(profile.updated_at) if profile.updated_at else None,
    )
