"""Who may see and do what: the one place that knows; every query takes a ``Viewer``.

What is not visible is answered as if it did not exist.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId
from ticketing.errors import Forbidden, NotFound
from ticketing.model import Agent, Ticket

Role = Literal["admin", "agent", "compliance"]
Action = Literal[
    "read",
    "change",
    "reply",
    "note",
    "join",
    "start",
    "curate",
    "people",
    "import_contacts",
    "export_contacts",
    "administer",
    "export",
    "audit.read",
]

ROLE_MAY: Mapping[Role, frozenset[Action]] = {
    "admin": frozenset(
        {
            "read",
            "change",
            "reply",
            "note",
            "join",
            "start",
            "curate",
            "people",
            "import_contacts",
            "export_contacts",
            "administer",
            "export",
            "audit.read",
        }
    ),
    "agent": frozenset({"read", "change", "reply", "note", "join", "start", "people"}),
    "compliance": frozenset({"read", "export", "audit.read"}),
}


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a wish came from. ``login_id`` is the session's or the token's id, ``ip`` the client's
    address as far as trusted proxies tell it; both "" where there is none.
    """

    via: Literal["session", "token", "cli", "system"] = "system"
    ip: str = ""
    login_id: str = ""
    request_id: str = ""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks. ``inbox_ids`` None means every inbox, those to come included."""

    agent_id: AgentId
    name: str
    role: Role
    inbox_ids: frozenset[InboxId] | None
    origin: Origin = Origin()

    @classmethod
    def of(cls, agent: Agent, origin: Origin | None = None) -> "Viewer":
        """What an agent's record lets them see; without an ``origin`` the house itself asks."""
        return cls(
            agent_id=agent.id,
            name=agent.name,
            role=agent.role,
            inbox_ids=visible_inboxes(agent),
            origin=origin or Origin(),
        )


def visible_inboxes(agent: Agent) -> frozenset[InboxId] | None:
    """None for all; nothing at all for somebody who no longer works here."""
    if not agent.active:
        return frozenset()
    return None if agent.all_inboxes else frozenset(agent.inbox_ids)


def sees_inbox(viewer: Viewer, inbox_id: InboxId) -> bool:
    """Whether anything of this inbox exists for the viewer."""
    return viewer.inbox_ids is None or inbox_id in viewer.inbox_ids


def sees(viewer: Viewer, ticket: Ticket) -> bool:
    """A ticket is seen through its own inbox or any inbox that it gathers a conversation from."""
    if viewer.inbox_ids is None:
        return True
    return not viewer.inbox_ids.isdisjoint((ticket.inbox_id, *ticket.inbox_ids))


def allowed(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer's role holds the permission at all."""
    return action in ROLE_MAY[viewer.role]


def require(viewer: Viewer, action: Action, ticket: Ticket | None, id: str) -> Ticket:
    """The ticket, when it exists for the viewer and they may do this; else NotFound, Forbidden."""
    if ticket is None or not sees(viewer, ticket):
        raise NotFound("ticket", id)
    if not allowed(viewer, action):
        raise Forbidden(action)
    return ticket
