"""Roles, teams, and what is behind a masked field."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import Request
from gateway.api.schemas.people import AgentRef

Reach = Literal["all", "team", "own"]
FieldRule = Literal["hidden", "masked", "read_only"]
Permission = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
# "" stands for tickets without one
Listed = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=2_000)]
FieldName = Annotated[str, Meta(min_length=1, max_length=100)]
Rules = Annotated[dict[FieldName, FieldRule], Meta(max_length=500)]
Version = Annotated[int, Meta(ge=0, le=2**53)]


class Role(Answer, frozen=True, kw_only=True):
    """What its holders may do and see; ``people`` is how many hold it."""

    id: str
    version: int
    name: str
    built_in: bool
    permissions: list[str]
    reach: Reach
    organisation_ids: list[str] | None
    type_ids: list[str] | None
    fields: dict[str, FieldRule]
    people: int


class RoleList(Answer, frozen=True, kw_only=True):
    """Every role; ``permissions`` and ``fields`` are what a role may be given."""

    items: list[Role]
    permissions: list[str]
    fields: list[str]


class NewRole(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be. Lists that are null set no limit; ``fields`` is by a ticket's field, a custom
    one as "fields.ID".
    """

    name: Name
    permissions: Annotated[list[Permission], Meta(max_length=100)]
    reach: Reach = "all"
    organisation_ids: Listed | None = None
    type_ids: Listed | None = None
    fields: Rules = msgspec.field(default_factory=dict)


class RoleChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about a role; of a built-in one neither name nor permissions."""

    name: Name | UnsetType = UNSET
    permissions: Annotated[list[Permission], Meta(max_length=100)] | UnsetType = UNSET
    reach: Reach | UnsetType = UNSET
    organisation_ids: Listed | UnsetType | None = UNSET
    type_ids: Listed | UnsetType | None = UNSET
    fields: Rules | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class Team(Answer, frozen=True, kw_only=True):
    """People who share work. A team that was deleted is listed with ``replaced_by``: tickets of
    before still name it.
    """

    id: str
    version: int
    name: str
    inbox_ids: list[str]
    members: list[AgentRef]
    replaced_by: str | None
    updated_at: Time | None


class TeamList(Answer, frozen=True, kw_only=True):
    """Every team by name."""

    items: list[Team]


class NewTeam(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team to be; members see its inboxes beside their own."""

    name: Name
    inbox_ids: Annotated[list[Id], Meta(max_length=500)] = msgspec.field(default_factory=list)
    member_ids: Annotated[list[Id], Meta(max_length=500)] = msgspec.field(default_factory=list)


class TeamChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about a team; ``member_ids`` are all its members."""

    name: Name | UnsetType = UNSET
    inbox_ids: Annotated[list[Id], Meta(max_length=500)] | UnsetType = UNSET
    member_ids: Annotated[list[Id], Meta(max_length=500)] | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class ReplaceQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What takes its place: needed where it is in use."""

    replace_with: Annotated[str, Meta(max_length=64)] = ""


class Reveal(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A masked custom field, as "fields.ID"."""

    field: FieldName


class Revealed(Answer, frozen=True, kw_only=True):
    """The value behind the dots; the ticket's history tells that you have looked."""

    field: str
    value: str | int | float | bool | list[str]
