"""What /api/v1 is asked and answers about organisations and attributes."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from gateway.api.answer import Answer
from gateway.api.fields import Id, Line, Time
from gateway.api.requests import PageQuery, Request
from gateway.api.schemas.contacts import Attributes, Version, Vip

Domains = Annotated[list[Annotated[str, Meta(min_length=1, max_length=255)]], Meta(max_length=100)]
Kind = Literal["text", "number", "boolean", "date", "choice"]
Owner = Literal["contact", "organisation"]


class NewOrganisation(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation to be; people with a verified address of its ``domains`` join it."""

    name: Line
    domains: Domains = field(default_factory=list)
    vip: Vip = 0
    note: Annotated[str, Meta(max_length=5_000)] = ""
    attributes: Attributes | UnsetType = UNSET


class OrganisationChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about an organisation."""

    name: Line | UnsetType = UNSET
    domains: Domains | UnsetType = UNSET
    vip: Vip | UnsetType = UNSET
    note: Annotated[str, Meta(max_length=5_000)] | UnsetType = UNSET
    attributes: Attributes | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class OrganisationRemoval(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What takes its place for the people who belong to it: an organisation's id, or ``none``."""

    replace_with: Id | UnsetType = UNSET


class OrganisationQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of name or domain."""

    q: Annotated[str, Meta(max_length=200)] = ""


class Organisation(Answer, frozen=True, kw_only=True):
    """A company that people belong to. ``gone``: it is kept for old tickets only."""

    id: str
    version: int
    name: str
    domains: list[str]
    vip: int
    note: str
    attributes: dict[str, str | int | float | bool | list[str]]
    gone: bool
    created_at: Time
    updated_at: Time


class OrganisationPage(Answer, frozen=True, kw_only=True):
    """Latest changed first."""

    items: list[Organisation]
    next_cursor: str | None


class NewAttribute(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of people or organisations; ``name`` by language, ``options`` of a choice."""

    owner: Owner
    key: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    name: dict[Annotated[str, Meta(max_length=35)], Annotated[str, Meta(max_length=100)]]
    kind: Kind
    options: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=200)
    ] = field(default_factory=list)


class Attribute(Answer, frozen=True, kw_only=True):
    """A field that the site added."""

    owner: Owner
    key: str
    name: dict[str, str]
    kind: Kind
    options: list[str]


class AttributeList(Answer, frozen=True, kw_only=True):
    """All of them."""

    items: list[Attribute]
