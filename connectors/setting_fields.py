"""A channel's ``Settings`` Struct as data: the one source of admin form, docs and check.

A secret is ``Annotated[str, msgspec.Meta(extra={"secret": True}, title=..., description=...)]``.
"""

import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from connectors.errors import SettingsInvalid

FieldKind = Literal["text", "number", "switch", "choice", "list"]
Default = str | bool | int | float | tuple[str, ...] | None
KINDS: dict[object, FieldKind] = {str: "text", bool: "switch", int: "number", float: "number"}


class SettingField(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an inbox's form. ``default`` is None for required fields and for secrets."""

    name: str
    title: str
    description: str
    kind: FieldKind
    required: bool
    secret: bool
    choices: tuple[str, ...] = ()
    default: Default = None


def setting_fields(settings: type[msgspec.Struct]) -> tuple[SettingField, ...]:
    """All fields in the order of the class."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return tuple(_field(f, hints[f.name]) for f in msgspec.structs.fields(settings))


def signing_names(settings: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of the secrets that prove where a request comes from (``extra={"signs": True}``)."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return tuple(
        field.name
        for field in msgspec.structs.fields(settings)
        if (_meta(hints[field.name]).extra or {}).get("signs")
    )


def parse_settings(settings: type[msgspec.Struct], values: Mapping[str, Any]) -> msgspec.Struct:
    """``values`` as the channel's Struct; text is accepted for numbers, switches, and (with commas)
    for lists.

    Raises SettingsInvalid, which names the field.
    """
    known = [f.name for f in msgspec.structs.fields(settings)]
    for name in values:
        if name not in known:
            raise SettingsInvalid(name, f"there is no such setting; there are {', '.join(known)}")
    lists = {one.name for one in setting_fields(settings) if one.kind == "list"}
    read = {n: _listed(value) if n in lists else value for n, value in values.items()}
    try:
        return msgspec.convert(read, settings, strict=False)
    except msgspec.ValidationError as error:
        field, reason = _blame(str(error))
        raise SettingsInvalid(field, reason) from error


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [stripped for one in value.split(",") if (stripped := one.strip())]


def _blame(message: str) -> tuple[str, str]:
    """msgspec's "Expected `int`, got `str` - at `$.port`" as field and reason."""
    reason, _, place = message.partition(" - at `$.")
    if place:
        return place.rstrip("`").partition(".")[0].partition("[")[0], reason
    if "missing required field" in message:
        return message.split("`")[1], "is required"
    return "", message


def _field(field: msgspec.structs.FieldInfo, hint: object) -> SettingField:
    meta = _meta(hint)
    plain = _plain(hint)
    secret = bool((meta.extra or {}).get("secret"))
    return SettingField(
        name=field.name,
        title=meta.title or field.name.replace("_", " ").capitalize(),
        description=meta.description or "",
        kind=_kind(plain),
        required=field.required,
        secret=secret,
        choices=tuple(map(str, typing.get_args(plain))) if _kind(plain) == "choice" else (),
        default=None if field.required or secret else _default(field),
    )


def _meta(hint: object) -> msgspec.Meta:
    found = [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, msgspec.Meta)]
    return found[0] if found else msgspec.Meta()


def _plain(hint: object) -> object:
    """The type under ``Annotated`` and ``| None``."""
    if typing.get_origin(hint) is Annotated:
        return _plain(typing.get_args(hint)[0])
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        return _plain(next(a for a in typing.get_args(hint) if a is not type(None)))
    return hint


def _kind(plain: object) -> FieldKind:
    origin = typing.get_origin(plain)
    if origin is Literal:
        return "choice"
    return "list" if origin in {tuple, list} else KINDS.get(plain, "text")


def _default(field: msgspec.structs.FieldInfo) -> Default:
    if field.default is not msgspec.NODEFAULT:
        default: Default = msgspec.convert(field.default, Default)
        return default
    return None
