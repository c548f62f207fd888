"""Organisations, notes on people, definitions of attributes: the stored records."""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from normalizer.model import AgentId, ContactId
from ticketing.model import FieldValue

OrganisationId = NewType("OrganisationId", str)
AttributeKind = Literal["text", "number", "boolean", "date", "choice"]
Owner = Literal["contact", "organisation"]


class Organisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A company that people belong to. ``domains`` are its mail domains, each of one organisation
    alone. A ``gone`` one keeps its record for old tickets; ``replaced_by`` took its place.
    """

    id: OrganisationId = msgspec.field(name="_id")
    v: int = 1
    version: int
    name: str
    domains: tuple[str, ...] = ()
    vip: int = 0
    note: str = ""
    attributes: dict[str, FieldValue] = {}
    gone: bool = False
    replaced_by: str = ""
    created_at: datetime
    updated_at: datetime


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """People of an organisation's domains are still to join it; ``id`` is the organisation's and
    ``version`` the one that brought the domains.
    """

    id: OrganisationId = msgspec.field(name="_id")
    version: int


class ContactNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agent wrote down about a person."""

    id: str = msgspec.field(name="_id")
    v: int = 1
    contact_id: ContactId
    author_id: AgentId
    author_name: str
    text: str
    at: datetime


class Attribute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field that the site added to contacts or organisations; ``id`` is ``owner.key``. ``name``
    by language (``en``, ``zh-CN``). ``options`` are a choice's keys.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    owner: Owner
    key: str
    name: dict[str, str]
    kind: AttributeKind
    options: tuple[str, ...] = ()
