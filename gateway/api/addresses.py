"""Addresses of people as people read them: pure."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import phonenumbers

_E164 = re.compile(r"\+\d{7,15}")


@lru_cache(maxsize=4096)
def readable(text: str) -> str:
    """``+14155550137`` as ``+1 415 555 0137``, grouped as its country does (ITU-T E.123).

    Anything else, names too, comes back as it is.
    """
    if not _E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return text
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace("-", " ")


def _whatsapp(value: str) -> str:
    return readable(f"+{value}") if value.isdecimal() else value


_TELLING: Mapping[str, Callable[[str], str]] = {
    "tel": readable,
    "mailto": str,
    "whatsapp": _whatsapp,
}


def display(family: str, value: str) -> str:
    """A number, a mail address or an @name; "" for an id that only its provider can read."""
    show = _TELLING.get(family)
    if show is not None:
        return show(value)
    return value if value.startswith("@") else ""


def recipient(canonical: str) -> str:
    """``display`` of a canonical contact point (``family:value``, ``family:scope/value``)."""
    family, _, value = canonical.partition(":")
    return display(family, value)
