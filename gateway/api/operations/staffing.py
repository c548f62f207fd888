"""Agents' profiles and presence."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import staffing as f

STAFFING = (
    Operation(
        name="getAgentProfile", method="GET", path="/agents/{id}/profile",
        summary="An agent's skills, languages, shifts and capacity", tag="people",
        permission="tickets:read", answer=f.AgentProfile, errors=(404,),
    ),
    Operation(
        name="changeAgentProfile", method="PATCH", path="/agents/{id}/profile",
        summary="Change an agent's profile", tag="people", permission="tickets:write",
        request=f.ProfileChange, answer=f.AgentProfile, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="listPresence", method="GET", path="/presence", summary="Who is there",
        tag="people", permission="tickets:read", answer=f.AgentPresenceList,
    ),
    Operation(
        name="signPresence", method="PUT", path="/me/presence",
        summary="Say that I am there, busy or away", tag="people", permission="tickets:read",
        request=f.PresenceSign, answer=f.AgentPresence, rate=WRITES, audit="none",
    ),
)  # fmt: skip
