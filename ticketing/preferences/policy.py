"""What stored preferences mean today, and which can be kept. Pure."""

import zoneinfo
from collections.abc import Mapping
from functools import cache

import msgspec

from ticketing.errors import Invalid
from ticketing.preferences.model import DEFAULTS, Preferences


def understood(values: Mapping[str, object]) -> Preferences:
    """Stored values over the defaults; what is no longer known, or no longer fits, is left out."""
    known = msgspec.to_builtins(DEFAULTS)
    kept: dict[str, object] = {}
    for field in msgspec.structs.fields(Preferences):
        value = _laid_over(known[field.name], values.get(field.name))
        try:
            msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            value = known[field.name]
        kept[field.name] = value
    return msgspec.convert(kept, Preferences)


def _laid_over(default: object, value: object) -> object:
    """A new kind of alert has its default until it is saved."""
    if isinstance(default, dict) and default and isinstance(value, dict):
        return {name: value.get(name, one) for name, one in default.items()}
    return default if value is None else value


def checked(wanted: Preferences) -> Preferences:
    """Raises Invalid."""
    if wanted.time_zone and wanted.time_zone not in _zones():
        raise Invalid("time_zone", "is no time zone such as Europe/Berlin or Asia/Shanghai")
    return wanted


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
