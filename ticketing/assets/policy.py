"""What an asset becomes by a change; pure."""

from datetime import date, datetime

from msgspec import UNSET
from msgspec.structs import replace

from ticketing.assets.model import Asset, AssetChange, serial_key
from ticketing.errors import Invalid, Stale
from ticketing.tokens import tokens

MAX_LINE = 200
MAX_NOTES = 20_000
WORDS = ("type", "name", "serial")
TRACKED = (
    "type",
    "name",
    "serial",
    "contact_id",
    "organisation_id",
    "warranty_until",
    "status",
    "notes",
)


def amended(asset: Asset, change: AssetChange, now: datetime) -> Asset:
    """The asset after the change; the same one when nothing differs. Raises Stale, Invalid."""
    if change.version not in (UNSET, asset.version):
        raise Stale(asset.version)
    wanted = {name: _tidy(name, getattr(change, name)) for name in TRACKED}
    given = {name: value for name, value in wanted.items() if value is not UNSET}
    after = replace(asset, **given)
    if after == asset:
        return asset
    _check(after)
    return replace(
        after,
        version=asset.version + 1,
        serial_key=serial_key(after.serial, after.id),
        tokens=tokens(after.name, after.type, after.serial),
        updated_at=max(now, asset.updated_at),
    )


def _tidy(name: str, value: object) -> object:
    """One line where it is one."""
    return " ".join(value.split()) if name in WORDS and isinstance(value, str) else value


def _check(asset: Asset) -> None:
    for name in ("type", "name"):
        if not 0 < len(getattr(asset, name)) <= MAX_LINE:
            raise Invalid(name, f"between 1 and {MAX_LINE} characters")
    if len(asset.serial) > MAX_LINE:
        raise Invalid("serial", f"at most {MAX_LINE} characters")
    if len(asset.notes) > MAX_NOTES:
        raise Invalid("notes", f"at most {MAX_NOTES} characters")
    if asset.warranty_until:
        try:
            date.fromisoformat(asset.warranty_until)
        except ValueError:
            raise Invalid("warranty_until", 'a day, as "2026-11-22"') from None
