"""Telephone numbers in their one canonical form, E.164."""

import re

import phonenumbers

from connectors.events import SenderId

PUNCTUATION = re.compile(r"[\s().\-/]+")


def e164(raw: str, region: str = "") -> str | None:
    """``+14155550100``, or None for short codes and names.

    ``region`` (``US``) is where numbers without a country code are from; without it, bare digits
    count as international when they are a possible number.
    """
    digits = PUNCTUATION.sub("", raw)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return _parse(digits, "")
    if not digits.isdecimal() or not digits.isascii():
        return None
    return (_parse(digits, region) if region else None) or _parse("+" + digits, "")


def phone_sender(raw: str, region: str = "") -> SenderId:
    """The sender behind a number as a gateway writes it; short codes and names stay as they are."""
    bare = raw.strip().removeprefix("tel:")
    return SenderId(family="tel", value=e164(bare, region) or bare)


def _parse(number: str, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
