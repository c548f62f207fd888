"""Who may see and do what: the one place that knows; every query takes a ``Viewer``.

What is not visible is answered as if it did not exist. What of a visible ticket is hidden or masked
is the matter of ``redaction``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId
from ticketing.errors import Forbidden, NotFound
from ticketing.model import Agent, Ticket
from ticketing.roles.model import Access, FieldRule, Reach, Role

Action = Literal[
    "read",
    "change",
    "reply",
    "note",
    "join",
    "start",
    "bulk",
    "curate",
    "people",
    "import_contacts",
    "export_contacts",
    "tickets.private",
    "fields.reveal",
    "fields.sensitive",
    "configure",
    "audit.read",
    "export",
    "administer",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
_AGENT: frozenset[Action] = frozenset(
    {"read", "change", "reply", "note", "join", "start", "bulk", "people", "fields.reveal"}
)
ROLE_MAY: Mapping[str, frozenset[Action]] = {
    "admin": frozenset(ACTIONS),
    "supervisor": _AGENT
    | {"curate", "tickets.private", "import_contacts", "export_contacts", "audit.read", "export"},
    "agent": _AGENT,
    "light": frozenset({"read", "note"}),
    "compliance": frozenset(
        {"read", "export", "export_contacts", "audit.read", "tickets.private", "fields.sensitive"}
    ),
}
ROLE_NAMES: Mapping[str, str] = {
    "admin": "Administrator",
    "supervisor": "Supervisor",
    "agent": "Agent",
    "light": "Light agent",
    "compliance": "Compliance",
}
BUILT_IN: Mapping[str, Role] = {
    id: Role(id=id, name=ROLE_NAMES[id], permissions=tuple(a for a in ACTIONS if a in may))
    for id, may in ROLE_MAY.items()
}
# The fields of a ticket that ``sees`` looks at and that a change may touch.
DECIDES_SIGHT = frozenset(
    {"assignee_id", "team_id", "private", "followers", "organisation_id", "type_id"}
)
_NOTHING = Role(id="", name="", reach="own")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a wish came from. ``login_id`` is the session's or the token's id, ``ip`` the client's
    address as far as trusted proxies tell it; both "" where there is none.
    """

    via: Literal["session", "token", "cli", "system"] = "system"
    ip: str = ""
    login_id: str = ""
    request_id: str = ""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks. ``inbox_ids`` None means every inbox, those to come included.

    ``may`` None: what the built-in role of this name may. ``team_ids`` name the teams whose place
    they took, too. ``field_rules`` are by the field's name ("fields.<id>" for a custom one).
    """

    agent_id: AgentId
    name: str
    role: str
    inbox_ids: frozenset[InboxId] | None
    may: frozenset[str] | None = None
    reach: Reach = "all"
    team_ids: frozenset[str] = frozenset()
    organisation_ids: frozenset[str] | None = None
    type_ids: frozenset[str] | None = None
    field_rules: Mapping[str, FieldRule] = {}
    origin: Origin = Origin()

    @classmethod
    def of(
        cls, agent: Agent, origin: Origin | None = None, access: Access | None = None
    ) -> "Viewer":
        """What an agent's record and role let them see; a role that is gone lets see nothing.

        Without an ``origin`` the house itself asks; without ``access`` there are only built-in
        roles.
        """
        known = access or Access(roles=BUILT_IN)
        role = known.roles.get(agent.role, _NOTHING)
        teams = known.team_ids(agent.team_ids)
        return cls(
            agent_id=agent.id,
            name=agent.name,
            role=agent.role,
            inbox_ids=visible_inboxes(agent, known),
            may=frozenset(role.permissions),
            reach=role.reach,
            team_ids=teams,
            organisation_ids=_some(role.organisation_ids, known.organisation_ids),
            type_ids=_some(role.type_ids, known.type_ids),
            field_rules=_rules(role, known),
            origin=origin or Origin(),
        )


def visible_inboxes(agent: Agent, access: Access) -> frozenset[InboxId] | None:
    """Their own and their teams'; None for all; nothing for somebody who no longer works here."""
    if not agent.active:
        return frozenset()
    if agent.all_inboxes:
        return None
    teams = [team for id in agent.team_ids if (team := access.team(id))]
    return frozenset((*agent.inbox_ids, *(id for team in teams for id in team.inbox_ids)))


def _some(
    ids: tuple[str, ...] | None, resolve: Callable[[tuple[str, ...]], frozenset[str]]
) -> frozenset[str] | None:
    return None if ids is None else resolve(ids)


def _rules(role: Role, access: Access) -> Mapping[str, FieldRule]:
    """The role's own; beside them sensitive fields are masked, unless a rule hides them."""
    if "fields.sensitive" in role.permissions or not access.configured.sensitive:
        return role.fields
    masked: dict[str, FieldRule] = {f"fields.{id}": "masked" for id in access.configured.sensitive}
    stricter = {name: rule for name, rule in role.fields.items() if rule == "hidden"}
    return {**role.fields, **masked, **stricter}


def sees_inbox(viewer: Viewer, inbox_id: InboxId) -> bool:
    """Whether anything of this inbox exists for the viewer."""
    return viewer.inbox_ids is None or inbox_id in viewer.inbox_ids


def sees(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether a ticket exists for the viewer: through its own inbox or any that it gathers a
    conversation from, and within their role's reach.
    """
    if viewer.inbox_ids is not None and viewer.inbox_ids.isdisjoint(
        (ticket.inbox_id, *ticket.inbox_ids)
    ):
        return False
    return _in_reach(viewer, ticket) and _in_lists(viewer, ticket)


def saw(viewer: Viewer, ticket: Ticket, was: Mapping[str, str]) -> bool:
    """Whether the ticket existed for the viewer before a change; ``was`` as events tell it."""
    before: dict[str, Any] = {name: was[name] for name in was if name in DECIDES_SIGHT}
    if "private" in before:
        before["private"] = before["private"] == "true"
    if "followers" in before:
        before["followers"] = tuple(filter(None, before["followers"].split(", ")))
    return sees(viewer, msgspec.structs.replace(ticket, **before))


def _in_reach(viewer: Viewer, ticket: Ticket) -> bool:
    open_to_all = viewer.reach == "all" and (
        not ticket.private or allowed(viewer, "tickets.private")
    )
    if open_to_all or _is_own(viewer, ticket):
        return True
    return viewer.reach != "own" and ticket.team_id in viewer.team_ids


def _is_own(viewer: Viewer, ticket: Ticket) -> bool:
    return ticket.assignee_id == viewer.agent_id or viewer.agent_id in ticket.followers


def _in_lists(viewer: Viewer, ticket: Ticket) -> bool:
    organisations, types = viewer.organisation_ids, viewer.type_ids
    return (organisations is None or ticket.organisation_id in organisations) and (
        types is None or ticket.type_id in types
    )


def visible_where(viewer: Viewer) -> dict[str, Any]:
    """``sees`` as a filter of tickets, to be joined to a list's narrow equality prefix.

    "Not (somebody else's and ...)" rather than "mine or ...": no store here reads ``$or`` well.
    """
    where: dict[str, Any] = {}
    if viewer.inbox_ids is not None:
        where["inbox_ids"] = {"$in": sorted(viewer.inbox_ids)}
    if viewer.organisation_ids is not None:
        where["organisation_id"] = {"$in": _stored(viewer.organisation_ids)}
    if viewer.type_ids is not None:
        where["type_id"] = {"$in": _stored(viewer.type_ids)}
    others: dict[str, Any] = {
        "assignee_id": {"$ne": viewer.agent_id},
        "followers": {"$ne": viewer.agent_id},
    }
    if viewer.reach != "own":
        others["team_id"] = {"$nin": sorted(viewer.team_ids)}
    if viewer.reach != "all":
        where["$nor"] = [others]
    elif not allowed(viewer, "tickets.private"):
        where["$nor"] = [{"private": True, **others}]
    return where


def _stored(ids: frozenset[str]) -> list[str | None]:
    """The empty id is not stored: null finds what lacks the field."""
    return [*sorted(ids), *([None] if "" in ids else [])]


def allowed(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer's role holds the permission at all."""
    may = ROLE_MAY.get(viewer.role, frozenset()) if viewer.may is None else viewer.may
    return action in may


def require(viewer: Viewer, action: Action, ticket: Ticket | None, id: str) -> Ticket:
    """The ticket, when it exists for the viewer and they may do this; else NotFound, Forbidden."""
    if ticket is None or not sees(viewer, ticket):
        raise NotFound("ticket", id)
    if not allowed(viewer, action):
        raise Forbidden(action)
    return ticket


def sees_organisation(viewer: Viewer, id: str) -> bool:
    """Whether the organisation exists for the viewer."""
    return viewer.organisation_ids is None or id in viewer.organisation_ids


def sees_everybody(viewer: Viewer) -> bool:
    """Whether nothing at all is out of the viewer's reach: people are seen through tickets."""
    return (
        viewer.inbox_ids is None
        and viewer.reach == "all"
        and viewer.organisation_ids is None
        and viewer.type_ids is None
    )


def sees_everything(viewer: Viewer) -> bool:
    """Whether no ticket and no field is kept from the viewer: what cannot be shown in part, such
    as a chain of sums, is shown to nobody else.
    """
    kept = any(rule != "read_only" for rule in viewer.field_rules.values())
    return sees_everybody(viewer) and allowed(viewer, "tickets.private") and not kept
