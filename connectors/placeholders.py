"""Settings for explaining: what is given, and obvious stand-ins for what is required."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.setting_fields import (
    SettingField,
    parse_settings,
    setting_fields,
    signing_names,
)
from connectors.tokens import Renew


class PlaceholderTokens:
    """Implements ``Tokens``: explaining asks for no token, unless a case refuses the first."""

    async def get(self, name: str, renew: Renew, *, refused: str = "") -> str:
        """See ``Tokens.get``."""
        return (await renew(None)).value if refused else f"placeholder-{name.partition(':')[0]}"


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """``knows_secret``: a signing secret was given, so that verifying means something."""

    values: msgspec.Struct
    knows_secret: bool


def fill(settings: type[msgspec.Struct], given: Mapping[str, Any]) -> Filled:
    """``given`` and placeholders for the other required fields; SettingsInvalid names a field."""
    missing = {
        field.name: _placeholder(field)
        for field in setting_fields(settings)
        if field.name not in given and (field.required or _opens_a_way(field))
    }
    return Filled(
        values=parse_settings(settings, {**missing, **given}),
        knows_secret=any(given.get(name) for name in signing_names(settings)),
    )


def _opens_a_way(field: SettingField) -> bool:
    """An address that is empty by default, without which one direction stays shut."""
    return field.name.endswith("_url") and not field.default


def _placeholder(field: SettingField) -> str | int | bool | list[str]:
    if field.kind == "choice":
        return field.choices[0]
    if field.name.endswith("url"):
        return f"https://example.com/{field.name}"
    fixed: dict[str, str | int | bool | list[str]] = {"number": 1, "switch": False, "list": []}
    return fixed.get(field.kind, f"placeholder-{field.name}")
