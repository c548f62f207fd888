"""What /api/v1 is asked and answers about contacts."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from gateway.api.answer import Answer
from gateway.api.fields import Body, Id, Line, Time
from gateway.api.requests import PageQuery, Request
from gateway.api.schemas.messages import Message
from gateway.api.schemas.tickets import TicketRow

Family = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z][a-z0-9_]*$")]
Address = Annotated[str, Meta(min_length=1, max_length=320)]
Key = Annotated[str, Meta(min_length=3, max_length=500)]
Vip = Annotated[int, Meta(ge=0, le=3)]
Version = Annotated[int, Meta(ge=0, le=2**53)]
AttributeValue = str | int | float | bool
Attributes = dict[Annotated[str, Meta(max_length=40)], AttributeValue | None]
LanguageTag = Annotated[str, Meta(max_length=35)]
TimeZone = Annotated[str, Meta(max_length=64)]


class NewPoint(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address: ``family`` is ``mailto``, ``tel``, ``whatsapp`` ... ``verified``: it is known to
    be theirs, so that what comes from it is theirs.
    """

    family: Family
    address: Address
    verified: bool = False


class NewContact(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to be."""

    name: Line
    points: Annotated[list[NewPoint], Meta(max_length=64)] = field(default_factory=list)
    language: LanguageTag | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    vip: Vip | UnsetType = UNSET
    organisation_id: Id | UnsetType = UNSET
    attributes: Attributes | UnsetType = UNSET


class ContactChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about a person; ``version`` guards against a stale screen (409). An
    attribute of null is taken away, so is the organisation.
    """

    name: Line | UnsetType = UNSET
    language: LanguageTag | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    vip: Vip | UnsetType = UNSET
    organisation_id: Id | UnsetType | None = UNSET
    attributes: Attributes | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class PointMark(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of an address (``key`` as the contact has it)."""

    key: Key
    verified: bool | None = None
    blocked: bool | None = None


class PointQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which address."""

    key: Key


class ContactBlock(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``blocked`` true: what they write is kept, and nobody is told."""

    blocked: bool
    reason: Annotated[str, Meta(max_length=500)] = ""


class NewConsent(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What they agreed to (or withdrew), and how we know: "web form", "by telephone"."""

    purpose: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$")]
    granted: bool
    how: Annotated[str, Meta(max_length=300)] = ""


class NewContactNote(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note on the person."""

    text: Body


class ContactQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which people: ``q`` are beginnings of words of names or addresses; ``vip`` at least."""

    q: Annotated[str, Meta(max_length=200)] = ""
    organisation_id: Id | UnsetType = UNSET
    blocked: Literal["0", "1"] = "0"
    vip: Vip = 0


class Point(Answer, frozen=True, kw_only=True):
    """One address of a person. ``display``: as people read it, "" for a provider's bare id."""

    key: str
    family: str
    value: str
    display: str
    verified: bool
    blocked: bool


class OrganisationRef(Answer, frozen=True, kw_only=True):
    """An organisation, as far as a person's card shows one."""

    id: str
    name: str
    vip: int


class Consent(Answer, frozen=True, kw_only=True):
    """The latest word on one purpose."""

    purpose: str
    granted: bool
    at: Time
    how: str


class Blocked(Answer, frozen=True, kw_only=True):
    """Since when they are not listened to."""

    at: Time
    by: str
    reason: str


class ContactCard(Answer, frozen=True, kw_only=True):
    """A person with all that is known of them. ``vip`` is theirs, their organisation has its own.
    ``merged_into``: the contact that they are now.
    """

    id: str
    version: int
    name: str
    language: str
    time_zone: str
    vip: int
    organisation: OrganisationRef | None
    points: list[Point]
    consents: list[Consent]
    block: Blocked | None
    attributes: dict[str, str | int | float | bool | list[str]]
    merged_into: str | None
    created_at: Time
    updated_at: Time


class ContactPage(Answer, frozen=True, kw_only=True):
    """Latest changed first. A page may be short and still not the last."""

    items: list[ContactCard]
    next_cursor: str | None


class ContactNote(Answer, frozen=True, kw_only=True):
    """What an agent wrote down about a person."""

    id: str
    author_id: str
    author_name: str
    text: str
    at: Time


class ContactNotePage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[ContactNote]
    next_cursor: str | None


class TimelineItem(Answer, frozen=True, kw_only=True):
    """A message, or that a ticket began."""

    kind: Literal["message", "ticket"]
    at: Time
    message: Message | None
    ticket: TicketRow | None


class Timeline(Answer, frozen=True, kw_only=True):
    """Newest first, over all channels and tickets of a person that I may see."""

    items: list[TimelineItem]
    next_cursor: str | None
