"""Roles, teams, and looking behind a masked field."""

from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import roles as s

ROLES = (
    Operation(
        name="listRoles", method="GET", path="/roles", summary="Every role", tag="people",
        permission="admin", answer=s.RoleList,
    ),
    Operation(
        name="createRole", method="POST", path="/roles", summary="Add a role", tag="people",
        permission="admin", request=s.NewRole, answer=s.Role, status=201, rate=WRITES,
    ),
    Operation(
        name="changeRole", method="PATCH", path="/roles/{id}", summary="Change a role",
        tag="people", permission="admin", request=s.RoleChange, answer=s.Role,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="deleteRole", method="DELETE", path="/roles/{id}",
        summary="Delete a role; its people get another", tag="people", permission="admin",
        query=s.ReplaceQuery, status=204, errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="listTeams", method="GET", path="/teams", summary="Every team", tag="people",
        permission="tickets:read", answer=s.TeamList,
    ),
    Operation(
        name="createTeam", method="POST", path="/teams", summary="Add a team", tag="people",
        permission="admin", request=s.NewTeam, answer=s.Team, status=201, rate=WRITES,
    ),
    Operation(
        name="changeTeam", method="PATCH", path="/teams/{id}", summary="Change a team",
        tag="people", permission="admin", request=s.TeamChange, answer=s.Team,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="deleteTeam", method="DELETE", path="/teams/{id}",
        summary="Delete a team; another takes its members and tickets", tag="people",
        permission="admin", query=s.ReplaceQuery, status=204, errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="revealField", method="POST", path="/tickets/{id}/reveal",
        summary="Look behind a masked field", tag="tickets", permission="tickets:read",
        request=s.Reveal, answer=s.Revealed, errors=(404,), rate=WRITES, audit="events",
    ),
)  # fmt: skip
