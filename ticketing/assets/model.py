"""An asset as stored, and what may change of it."""

from datetime import datetime
from typing import Literal, NewType

import msgspec
from msgspec import UNSET, UnsetType

from normalizer.model import ContactId
from ticketing.tokens import fold

AssetId = NewType("AssetId", str)
AssetStatus = Literal["in_use", "in_stock", "in_repair", "retired"]


class Asset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing. ``serial_key`` is its serial number folded, unique; one without has its own id
    there. ``warranty_until`` is a day, "2026-11-22". ``tokens`` of its words feed search.
    ``held``: a ticket's custom field names it, so that it can only be retired.
    """

    id: AssetId = msgspec.field(name="_id")
    v: int = 1
    version: int
    type: str
    name: str
    serial: str = ""
    serial_key: str
    contact_id: ContactId | Literal[""] = ""
    organisation_id: str = ""
    warranty_until: str = ""
    status: AssetStatus = "in_use"
    notes: str = ""
    tokens: tuple[str, ...] = ()
    held: bool = False
    created_at: datetime
    updated_at: datetime


class AssetChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; "" takes owner, organisation, serial or warranty away."""

    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    serial: str | UnsetType = UNSET
    contact_id: ContactId | Literal[""] | UnsetType = UNSET
    organisation_id: str | UnsetType = UNSET
    warranty_until: str | UnsetType = UNSET
    status: AssetStatus | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    version: int | UnsetType = UNSET


class AssetQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which assets; ``cursor`` says where the page before ended."""

    q: str = ""
    contact_id: str = ""
    organisation_id: str = ""
    cursor: str = ""
    limit: int = 50


def serial_key(serial: str, id: AssetId) -> str:
    """Without spaces and dashes, folded; never absent, because an absent one would be unique."""
    kept = "".join(one for one in fold(serial) if one.isalnum())
    return kept or f"-|{id}"
