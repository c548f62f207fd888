"""Assets, as they are asked for and answered."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import PageQuery, Request
from gateway.api.schemas.tickets import TicketRow

AssetStatus = Literal["in_use", "in_stock", "in_repair", "retired"]
Word = Annotated[str, Meta(min_length=1, max_length=200)]
MaybeId = Annotated[str, Meta(max_length=64, pattern="^[A-Za-z0-9_-]*$")]
Day = Annotated[str, Meta(max_length=10, pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


class Asset(Answer, frozen=True, kw_only=True):
    """A thing that somebody has. "" where there is no owner, organisation, serial or warranty."""

    id: str
    type: str
    name: str
    serial: str
    contact_id: str
    organisation_id: str
    warranty_until: str
    status: AssetStatus
    notes: str
    version: int
    created_at: Time
    updated_at: Time


class AssetPage(Answer, frozen=True, kw_only=True):
    """Newest first; of a search, the serial number that fits first, then by name."""

    items: list[Asset]
    next_cursor: str | None


class AssetTickets(Answer, frozen=True, kw_only=True):
    """The tickets of an asset, newest first."""

    items: list[TicketRow]


class NewAsset(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An asset to be; serial numbers are unique, whatever their spaces, dashes and case."""

    type: Word
    name: Word
    serial: Annotated[str, Meta(max_length=200)] = ""
    contact_id: MaybeId = ""
    organisation_id: MaybeId = ""
    warranty_until: Day = ""
    status: AssetStatus = "in_use"
    notes: Annotated[str, Meta(max_length=20_000)] = ""


class AssetChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change; ``version`` guards against a stale screen (409)."""

    type: Word | UnsetType = UNSET
    name: Word | UnsetType = UNSET
    serial: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    contact_id: MaybeId | UnsetType = UNSET
    organisation_id: MaybeId | UnsetType = UNSET
    warranty_until: Day | UnsetType = UNSET
    status: AssetStatus | UnsetType = UNSET
    notes: Annotated[str, Meta(max_length=20_000)] | UnsetType = UNSET
    version: Annotated[int, Meta(ge=0, le=2**53)] | UnsetType = UNSET


class AssetQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``q``: a serial number, or words of name, type and serial."""

    q: Annotated[str, Meta(max_length=200)] = ""
    contact_id: Id | UnsetType = UNSET
    organisation_id: Id | UnsetType = UNSET


class AssetRemoval(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The asset that its tickets get instead."""

    replace_with: MaybeId = ""
