"""Agents, who is logged in, API tokens."""

from typing import Literal

from gateway.api.answer import Answer
from gateway.api.fields import Role, Scope, Time


class Agent(Answer, frozen=True, kw_only=True):
    """Somebody who answers. ``inbox_ids`` null: every inbox; their teams' come to it."""

    id: str
    name: str
    email: str
    role: Role
    team_ids: list[str]
    inbox_ids: list[str] | None
    initials: str
    active: bool


class AgentList(Answer, frozen=True, kw_only=True):
    """Every agent; there is one page."""

    items: list[Agent]


class AgentRef(Answer, frozen=True, kw_only=True):
    """An agent, as far as a row shows one."""

    id: str
    name: str
    initials: str


class Site(Answer, frozen=True, kw_only=True):
    """This installation. ``demo`` is true while demo data is loaded."""

    name: str
    version: str
    demo: bool


class Session(Answer, frozen=True, kw_only=True):
    """Who is logged in; ``csrf_token`` goes back as ``X-CSRF-Token`` with every write.

    ``permissions`` are what my role may; ``fields`` those of tickets that are hidden, masked or
    read-only for me ("fields.ID" for a custom one).
    """

    agent: Agent
    permissions: list[str]
    fields: dict[str, Literal["hidden", "masked", "read_only"]]
    csrf_token: str
    site: Site


class Token(Answer, frozen=True, kw_only=True):
    """An API token, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None


class TokenList(Answer, frozen=True, kw_only=True):
    """My tokens."""

    items: list[Token]


class IssuedToken(Answer, frozen=True, kw_only=True):
    """``token`` is shown once and stored only as a hash."""

    id: str
    token: str
